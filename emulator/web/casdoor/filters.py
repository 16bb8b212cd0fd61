"""What happens to every request to Casdoor before and after its controller (facts/casdoor.md 1.5)."""

import gzip
import zlib
from datetime import timedelta

from flask import Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from emulator.casdoor.access import authorize, caller_of, check_name, sign_in_session
from emulator.casdoor.profiles import profile_of
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.texts import controller_language
from emulator.core.derive import derive_hex
from emulator.web.casdoor import cors, faults, replies
from emulator.web.casdoor.origin import origin_of
from emulator.web.casdoor.reading import SESSION_COOKIE, BadContentType, BadForm, read_request
from emulator.web.lifecycle import raw_target
from emulator.web.responses import problem
from emulator.world.world import Session, World

#: How many sessions a world remembers; the oldest are forgotten first.
MAX_SESSIONS = 20_000
_COOKIE_LIFE = timedelta(days=30)
_NO_CREDENTIALS = "/api/login/oauth/access_token"
_API = ("/api/", "/.well-known/")


def before() -> Response | None:
    """Run the filters; return a reply where one of them answers."""
    world: World = g.world
    g.call.origin = origin_of(request)
    try:
        g.casdoor = read_request(request, raw_target())
    except BadContentType:
        g.casdoor = ApiRequest(method=request.method, path=request.path)
        return replies.content_type_error() if profile_of(world).refuses_content_type else replies.form_error()
    except BadForm:
        g.casdoor = ApiRequest(method=request.method, path=request.path)
        return replies.form_error()
    g.call.language = controller_language(g.casdoor.accept_language)
    g.session = _session(world, g.casdoor)
    return faults.strike(world, g.call, g.casdoor) or _filter(world, g.casdoor)


def _filter(world: World, asked: ApiRequest) -> Response | None:
    if not asked.path.startswith(_API):
        g.call.operation = "casdoor.web_page"
        return replies.web_page()
    if not asked.path.startswith(_NO_CREDENTIALS):
        sign_in_session(world, g.call, asked, g.session)
    answer = _share(world, asked)
    if answer is not None:
        return answer
    faults.name_persona(world, g.call, g.session)
    authorize(world, g.call, asked, caller_of(g.session))
    check_name(asked)
    return replies.not_found() if request.method == "HEAD" else None


def _share(world: World, asked: ApiRequest) -> Response | None:
    """Decide what other origins may read; answer a preflight and a foreign origin."""
    origin = request.headers.get("Origin", "")
    target = raw_target()
    if asked.method == "OPTIONS" and origin in ("", "null"):
        g.cors = cors.preflight_without_origin()
        return replies.empty(200)
    shared = cors.decide(world, method=asked.method, target=target, origin=origin, host=request.host)
    if shared is None:
        g.call.why = f"the origin {origin} may not read from {request.host}"
        return replies.empty(403)
    g.cors = shared
    return replies.empty(200) if asked.method == "OPTIONS" else None


def after(response: Response) -> Response:
    """Give a finished reply Casdoor's headers, and what planned faults do to it."""
    if "casdoor" not in g:
        return response
    response.headers["Server"] = "beegoServer:2.0.0"
    if "casdoor_bare" not in g:
        _set_cookie(response)
        for name, value in g.get("cors", {}).items():
            response.headers[name] = value
    if request.method in ("GET", "HEAD"):
        _compress(response)
    return faults.alter(g.call, response)


def show_routing_error(error: HTTPException) -> Response:
    """Answer an unknown path or a wrong method: as Casdoor does, or that this part of WeChat is not played."""
    if "casdoor" in g:
        return replies.not_found()
    played = "of WeChat it plays GET and POST /sns/jscode2session"
    message = f"mockdoor does not play {request.method} {request.path}; {played}"
    return problem(error.code or 404, "not_played", message)


def _session(world: World, asked: ApiRequest) -> Session:
    """Return the session of the request's cookie, or a new one."""
    known = world.state.sessions.get(asked.session)
    if known is not None:
        return known
    return renew_session(world)


def renew_session(world: World) -> Session:
    """Start a session and have the reply set its cookie."""
    session = Session()
    with world.lock:
        g.new_session = derive_hex(world.seed, 32, "session", world.count("session"))
        world.state.sessions[g.new_session] = session
        if len(world.state.sessions) > MAX_SESSIONS:
            del world.state.sessions[next(iter(world.state.sessions))]
    return session


def _set_cookie(response: Response) -> None:
    name = g.get("new_session")
    if name:
        expires = http_date(g.world.now() + _COOKIE_LIFE)
        age = int(_COOKIE_LIFE.total_seconds())
        cookie = f"{SESSION_COOKIE}={name}; Path=/; Expires={expires}; Max-Age={age}; HttpOnly"
        response.headers.add("Set-Cookie", cookie)
    if "web_config" in g:
        response.headers.add("Set-Cookie", f"jsonWebConfig={g.web_config}; Path=/")


def _compress(response: Response) -> None:
    accepted = request.headers.get("Accept-Encoding", "")
    body = response.get_data()
    if not body or response.status_code >= 400:
        return
    if "gzip" in accepted:
        response.set_data(gzip.compress(body, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    elif "deflate" in accepted:
        response.set_data(zlib.compress(body))
        response.headers["Content-Encoding"] = "deflate"
