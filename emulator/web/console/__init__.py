"""The pages for people: the console, the mini program in the browser, and the files that they are made of."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, redirect

from emulator.web.console.mini_program import bp as mini_program_bp
from emulator.web.responses import problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bp = Blueprint("console", __name__, url_prefix="/_emulator")

_FILES = Path(__file__).parent / "static"
_WX = Path(__file__).parent / "wx"
#: The npm package, of which mockdoor.mjs is good by itself.
_PACKAGE = Path(__file__).parents[2] / "js"
#: What the served wx.js is put together from, in this order, inside the function of script.js.
_WX_SOURCES = (
    "api.js",
    "names.js",
    "call.js",
    "request.js",
    "files.js",
    "user.js",
    "device.js",
    "storage.js",
    "runtime.js",
    "page.js",
    "button.js",
)
_WX_PLACE = re.compile(r"^ *// SOURCES, which share this one scope\n", re.MULTILINE)
#: What wx.js and wx.mjs put around the sources.
_WX_FRAMES = {"wx.js": "script.js", "wx.mjs": "module.js"}
#: Types, as TypeScript looks for them beside each.
_WX_TYPES = {"wx.d.ts": "wx.d.ts", "wx.d.mts": "wx.d.ts"}
#: Where a world can be entered: `/`, `/@NAME/`, and its console without a slash at the end.
_DOOR = re.compile(r"(/@[^/]+)?(/?|/_emulator)")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".mts": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
}
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def install(app: Flask) -> None:
    """Add the pages, and lead a browser that opens the server itself to the console."""
    app.register_blueprint(bp)
    app.register_blueprint(mini_program_bp)
    app.wsgi_app = _leading(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap


@bp.get("/")
def page() -> Response:
    """Show the console."""
    return _file("index.html")


@bp.get("/mini-program")
def mini_program() -> Response:
    """Show the mini program; its page alone may evaluate code, which is what it is for."""
    return _file("mini-program.html", policy=f"{_POLICY}; script-src 'self' 'unsafe-eval'")


@bp.get("/wx.js")
def wx() -> Response:
    """Give out the wx object, for browsers and for Node."""
    return _file("wx.js")


@bp.get("/wx.mjs")
def wx_module() -> Response:
    """Give out the wx object as an ES module."""
    return _file("wx.mjs")


@bp.get("/wx.d.ts")
def wx_types() -> Response:
    """Give out the types of wx.js."""
    return _file("wx.d.ts")


@bp.get("/wx.d.mts")
def wx_module_types() -> Response:
    """Give out the types of wx.mjs."""
    return _file("wx.d.mts")


@bp.get("/mockdoor.mjs")
def client_module() -> Response:
    """Give out what tests in JavaScript start and steer an emulator with."""
    return _file("mockdoor.mjs", folder=_PACKAGE)


@bp.get("/mockdoor.d.ts")
def client_types() -> Response:
    """Give out the types of mockdoor.mjs, as the package holds them."""
    return _file("mockdoor.d.ts", folder=_PACKAGE)


@bp.get("/mockdoor.d.mts")
def client_module_types() -> Response:
    """Give out the types of mockdoor.mjs under the name by which TypeScript finds them beside it."""
    return _file("mockdoor.d.ts", folder=_PACKAGE)


@cache
def wx_script(name: str = "wx.js") -> str:
    """Return the wx object as one file without dependencies, put together from its sources: wx.js or wx.mjs."""
    parts = (f"// --- wx/{source} ---\n\n{(_WX / source).read_text('utf-8')}\n" for source in _WX_SOURCES)
    frame = (_WX / _WX_FRAMES[name]).read_text("utf-8")
    together = "".join(parts)
    return _WX_PLACE.sub(lambda _: together, frame)


@bp.get("/assets/<name>")
def asset(name: str) -> Response:
    """Give out one of the files that the pages are made of."""
    known = sorted([*_WX_FRAMES, *(path.name for path in _FILES.iterdir())])
    if name not in known:
        return problem(404, "not_found", f"there is no file {name!r}; there are: {', '.join(known)}")
    return _file(name)


def _file(name: str, *, policy: str = _POLICY, folder: Path = _FILES) -> Response:
    path = folder / _WX_TYPES.get(name, name)
    content = wx_script(name).encode() if name in _WX_FRAMES else path.read_bytes()
    response = Response(content, content_type=_TYPES[Path(name).suffix])
    response.headers.update(
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )
    return response


def _leading(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Wrap an application so that it leads browsers to the console; outermost, since every request passes here."""

    def led(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if (path == "/" or path.endswith("/_emulator") or path.startswith("/@")) and _seeks_console(environ, path):
            return redirect(
                f"{environ.get('SCRIPT_NAME', '')}{path.removesuffix('/_emulator').rstrip('/')}/_emulator/"
            )(environ, start_response)
        return inner(environ, start_response)

    return led


def _seeks_console(environ: "WSGIEnvironment", path: str) -> bool:
    """Return whether a request is for a world itself, by a browser, or for the console without its last slash."""
    if environ["REQUEST_METHOD"] != "GET" or not _DOOR.fullmatch(path):
        return False
    return path.endswith("/_emulator") or "text/html" in environ.get("HTTP_ACCEPT", "")
