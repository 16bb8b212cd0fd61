"""The page of a mini program's own pages: its frame, what runs in it, and the folder that the server was given."""

import base64
import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from emulator.js.parts import common_script, import_map, known_files, libraries
from emulator.web.guard import refusal
from emulator.web.lifecycle import app_state
from emulator.web.responses import problem

bp = Blueprint("mini_program", __name__, url_prefix="/_emulator")

#: What Flask keeps the served folder by.
FOLDER = "mockdoor.mini_program"
INSTALL = "mockdoor mini-program install"
#: Folders whose files are no part of a mini program.
_LEFT_OUT = frozenset({".git", ".svn", ".idea", ".vscode", "__pycache__"})
#: The largest folder that is served, in bytes, and in files.
MAX_BYTES = 30_000_000
MAX_FILES = 5000
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_TEMPLATE = Path(__file__).parents[2] / "js" / "browser" / "frame.html"
_MAP = '<script type="importmap"></script>'


def _policy(inline: str) -> str:
    """Return what the frame may do: run code, but reach nobody; what it asks for goes through the page."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return (
        "sandbox allow-scripts; default-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'; "
        f"script-src 'self' 'sha256-{digest}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob: https:; font-src data: https:; frame-ancestors 'self'"
    )


def show_folder(app: Flask, folder: Path) -> None:
    """Serve a folder's files, for reading, to the page of mini programs."""
    app.extensions[FOLDER] = folder


@bp.before_request
def _keep_others_out() -> Response | None:
    """Refuse somebody's files to those who may not use the control API; what is public is for all."""
    if request.endpoint not in ("mini_program.listing", "mini_program.content"):
        return None
    state = app_state(current_app)
    why = refusal(request.headers, mutating=False, loopback=state.loopback, token=state.token)
    return problem(403, "forbidden", why) if why else None


@bp.get("/mini-program-frame")
def frame() -> Response:
    """Show the frame in which a mini program runs, an origin of its own."""
    inline = import_map()
    text = _TEMPLATE.read_text("utf-8").replace(_MAP, f'<script type="importmap">{inline}</script>')
    return _answer(text.encode(), "text/html; charset=utf-8", policy=_policy(inline))


@bp.get("/js/<path:name>")
def part(name: str) -> Response:
    """Give out one file of the runtime or of its libraries; the frame's origin is opaque, so all may read them."""
    home = libraries()
    if name == "commonjs.js" and home is not None:
        return _answer(common_script(home).encode(), _TYPES[".js"])
    path = known_files().get(name)
    if path is None:
        hint = "" if home else f"; the libraries are not installed, run `{INSTALL}`"
        return problem(404, "not_found", f"there is no file {name!r} of the runtime{hint}")
    return _answer(path.read_bytes(), _TYPES[path.suffix])


@bp.get("/mini-program-state")
def state() -> Response:
    """Tell whether pages can be drawn, how to get there, and which folder the server was given."""
    folder: Path | None = current_app.extensions.get(FOLDER)
    return jsonify(drawn=libraries() is not None, install=INSTALL, folder=folder.name if folder else None)


@bp.get("/mini-program-files")
def listing() -> Response:
    """List the files of the served folder, with a mark that changes when one of them is saved."""
    folder: Path | None = current_app.extensions.get(FOLDER)
    if folder is None:
        return problem(404, "not_found", "this server was given no folder; start it with --mini-program DIR")
    found = _files(folder)
    marks = ((name, path.stat()) for name, path in found.items())
    seen = sorted((name, info.st_size, info.st_mtime_ns) for name, info in marks)
    if len(seen) > MAX_FILES or sum(size for _, size, _ in seen) > MAX_BYTES:
        limits = f"at most {MAX_FILES} files and {MAX_BYTES // 1_000_000} MB are"
        return problem(400, "bad_request", f"the folder {folder.name} is too large to be shown; {limits}")
    mark = hashlib.sha256(repr(seen).encode()).hexdigest()
    return jsonify(folder=folder.name, files=[name for name, _, _ in seen], mark=mark)


@bp.get("/mini-program-files/<path:name>")
def content(name: str) -> Response:
    """Give out one file of the served folder."""
    folder: Path | None = current_app.extensions.get(FOLDER)
    path = _files(folder).get(name) if folder else None
    if path is None:
        return problem(404, "not_found", f"there is no file {name!r} in the served folder")
    return _answer(path.read_bytes(), "application/octet-stream", policy="default-src 'none'; sandbox")


def _files(folder: Path) -> dict[str, Path]:
    """Return what is below a folder; links that lead out of it are left out."""
    found = {}
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = _LEFT_OUT.intersection(parts) or "node_modules" in parts
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            found["/".join(parts)] = path
    return found


def _answer(body: bytes, content_type: str, *, policy: str = "default-src 'none'") -> Response:
    response = Response(body, content_type=content_type)
    response.headers.update(
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )
    if content_type in _TYPES.values():
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
