"""Replies as Casdoor sends them: envelopes, errors, pages, headers (facts/casdoor.md 1)."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape

from emulator.casdoor.gojson import encode
from emulator.casdoor.versions import version_of
from emulator.core.errors import ApiError, Panic, TokenError
from emulator.core.json_object import Json
from emulator.core.reply import Reply
from emulator.journal.reasons import reason
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.routes import routes

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

_NOT_FOUND = """<!DOCTYPE html>
<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Not Found</title></head>
<body><h1>Not Found</h1><p>The page you have requested does not exist.</p><p>Powered by beego 2.0.0</p></body>
</html>"""
_FORM_ERROR = """<!DOCTYPE html>
<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Internal Server Error</title></head>
<body><h1>Internal Server Error</h1><p>The server could not read the request.</p><p>Powered by beego 2.0.0</p></body>
</html>"""
_PANIC = """<!DOCTYPE html>
<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>beego application error</title></head>
<body><h2>casdoor:{message}</h2>
<table><tr><td>Request Method: </td><td>{method}</td></tr><tr><td>Request URL: </td><td>{url}</td></tr>
<tr><td>RemoteAddr: </td><td>{address}</td></tr></table>
<div>Stack</div><pre>(mockdoor shows no Go stack)</pre><p>Powered by beego 2.0.0</p></body>
</html>"""
_WEB_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Casdoor</title></head>
<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>
<p>A real Casdoor shows its web pages here; mockdoor plays its API only.</p>
<p>真实的 Casdoor 会在此显示网页；mockdoor 只模拟其接口。</p></body>
</html>"""


def page(text: str, *, status: int = 200, content_type: str = HTML) -> Reply:
    """Return a text, a web page unless said otherwise."""
    return Reply(status=status, headers=(("Content-Type", content_type),), body=text.encode())


def bare(body: object, *, status: int = 200) -> Reply:
    """Return a JSON object as it stands."""
    return page(encode(body), status=status, content_type=JSON)


def ok(data: Json = None, data2: Json = None, data3: Json = None, *, sub: str = "", name: str = "") -> Reply:
    """Return the success envelope; `filters.after` takes the key away that older versions do not have."""
    return bare(_envelope("ok", "", data, data2, data3, sub=sub, name=name))


def without_data3(reply: Reply) -> Reply:
    """Return a reply without the envelope's last key, which came with v1.959.0 (facts/casdoor.md 10.2)."""
    before, key, value = reply.body.rpartition(b',\n  "data3": ')
    return replace(reply, body=before + b"\n}") if key and value.count(b"\n") == 1 else reply


def _envelope(
    status: str, msg: str, data: object, data2: object = None, data3: object = None, *, sub: str = "", name: str = ""
) -> dict[str, object]:
    return {"status": status, "msg": msg, "sub": sub, "name": name, "data": data, "data2": data2, "data3": data3}


def show_token_error(context: CasdoorContext, error: TokenError) -> Reply:
    """Return an OAuth error; the description is left out when empty, a 401 asks for Basic credentials."""
    context.tx.trace.why = error.why or context.tx.trace.why
    body = {"error": error.error} | ({"error_description": error.description} if error.description else {})
    reply = bare(body, status=error.status)
    return with_headers(reply, ("Www-Authenticate", 'Basic realm="OAuth2"')) if error.status == 401 else reply


def show_api_error(context: CasdoorContext, error: ApiError) -> Reply:
    """Return an envelope of 4 keys for a filter's error, of 7 for a controller's, both with status 200."""
    context.tx.trace.why = error.why or context.tx.trace.why
    context.tx.note("denial-200")
    if error.early:
        return bare({"status": "error", "msg": error.msg, "data": None, "data2": None})
    return bare(_envelope("error", error.msg, error.data, data3=error.data3))


def show_panic(context: CasdoorContext, error: Panic) -> Reply:
    """Return the page of a crash inside Casdoor."""
    context.tx.trace.why = error.why or context.tx.trace.why
    http = context.http
    text = _PANIC.format(
        message=escape(str(error)),
        method=http.method,
        url=escape(http.full_path.rstrip("?")),
        address=escape(f"{http.remote_addr}"),
    )
    return page(text, status=version_of(context.tx).panic_status)


def not_found(context: CasdoorContext) -> Reply:
    """Return the page for a path without a route."""
    context.tx.trace.why = reason("route-unknown", method=context.http.method, path=context.http.path)
    return page(_NOT_FOUND, status=404)


def not_played(context: CasdoorContext) -> Reply:
    """Return the envelope for a path that this Casdoor has and mockdoor does not play."""
    method, path = context.http.method, context.http.path
    context.tx.trace.why = reason("route-not-played", method=method, path=path)
    played = ", ".join(sorted({path for _, path, _ in routes.listed()}))
    text = f"mockdoor does not play {method} {path}; it plays {played}"
    return bare(_envelope("error", text, None))


def form_error(context: CasdoorContext) -> Reply:
    """Return the page for a form that cannot be decoded; it carries no cookie and no CORS headers."""
    context.bare = True
    context.tx.trace.why = reason("form-malformed")
    return page(_FORM_ERROR, status=500)


def content_type_error(context: CasdoorContext) -> Reply:
    """Return the two keys that `current` answers a broken Content-Type with."""
    context.bare = True
    sent = context.http.headers.get("Content-Type", "")
    context.tx.trace.why = reason("content-type-malformed", value=sent)
    body = encode({"status": "error", "msg": "invalid Content-Type header"}, indent=None)
    return page(body, status=400, content_type="text/plain; charset=utf-8")


def web_page(context: CasdoorContext) -> Reply:
    """Return what stands for Casdoor's web pages; it brings the cookie of its settings."""
    set_web_config(context)
    return page(_WEB_PAGE)


def set_web_config(context: CasdoorContext) -> None:
    """Have the reply set the cookie of the web page's settings, as pages and get-account do."""
    context.cookies.append(f"jsonWebConfig={version_of(context.tx).web_config}; Path=/")


def empty(status: int, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply without a body and without a Content-Type."""
    return Reply(status=status, headers=tuple((headers or {}).items()))


def redirect(context: CasdoorContext, location: str) -> Reply:
    """Return a redirect as Go's net/http writes it: with a small page for a GET, else without a body.

    Bytes above 127 become escapes in the header, line breaks blanks; nothing else is escaped.
    """
    sent = "".join(f"%{byte:02x}" if byte > 127 else chr(byte) for byte in location.encode())
    header = ("Location", sent.replace("\r", " ").replace("\n", " "))
    if context.http.method != "GET":
        return Reply(status=302, headers=(header,))
    shown = escape(location).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    return with_headers(page(f'<a href="{shown}">Found</a>.\n\n', status=302), header)


def with_headers(reply: Reply, *headers: tuple[str, str]) -> Reply:
    """Return a reply with more headers at its end."""
    return replace(reply, headers=(*reply.headers, *headers))
