"""The pages for people: the console, the mini program in the browser, and the files that they are made of."""

from pathlib import Path

from flask import Blueprint, Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from emulator.web.wire import problem

bp = Blueprint("console", __name__, url_prefix="/_emulator")

_FILES = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def install(app: Flask) -> None:
    """Add the pages, and lead a browser that opens the server itself to the console."""
    app.register_blueprint(bp)
    app.before_request(_lead_browsers)


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


@bp.get("/assets/<name>")
def asset(name: str) -> Response:
    """Give out one of the files that the pages are made of."""
    known = sorted(path.name for path in _FILES.iterdir())
    if name not in known:
        return problem(404, "not_found", f"there is no file {name!r}; there are: {', '.join(known)}")
    return _file(name)


def _file(name: str, *, policy: str = _POLICY) -> Response:
    path = _FILES / name
    response = Response(path.read_bytes(), content_type=_TYPES[path.suffix])
    response.headers.update(
        {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )
    return response


def _lead_browsers() -> AnyResponse | None:
    if request.path not in ("/", "/_emulator") or request.method != "GET":
        return None
    if request.path == "/" and "text/html" not in request.headers.get("Accept", ""):
        return None
    g.call.operation = "console.page"
    return redirect(f"{request.script_root}/_emulator/")
