"""What every request goes through: its world, its call, its entry in the journal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import InternalServerError
from werkzeug.http import http_date
from werkzeug.local import LocalProxy

from emulator.core.errors import Unreachable
from emulator.journal.exchange import Call, Exchange, Headers, Reply
from emulator.web import world_path as mount
from emulator.web.responses import WireResponse, problem, to_response
from emulator.world.world import State, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: How many bytes of a body the journal keeps.
MAX_BODY = 64 * 1024
#: How many bytes of a body are read at all; the server answers longer ones with 413. A state with a full journal fits.
MAX_REQUEST = 32 * 1024 * 1024
NOTE_HEADER = "X-Mockdoor-Note"

#: Endpoints that play nobody, so that the journal leaves them out.
_OURS = ("control.", "console.")
_LISTENERS = "mockdoor.listeners"
_NOT_MOUNTED = "mockdoor.not_mounted"
_BEGUN = "mockdoor.begun"


@dataclass(kw_only=True)
class AppState:
    """What an application knows beside its worlds: who listens, and who may use the control API.

    `loopback` tells that only this machine reaches the server; else control calls need `token`.
    """

    worlds: dict[str, World]
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    loopback: bool = True
    token: str = ""


def app_state(app: Flask) -> AppState:
    """Return the frame of an application made by `create_app`."""
    frame: AppState = app.extensions["mockdoor"]
    return frame


def install(app: Flask, world: World) -> None:
    """Put the frame around an application. Comes first, so that its after_request runs last."""
    frame = app.extensions["mockdoor"] = AppState(worlds={mount.MAIN: world})
    app.wsgi_app = _mounting(app.wsgi_app, frame)  # type: ignore[method-assign]  # Flask's own way to wrap
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(Unreachable, _broken)
    app.register_error_handler(InternalServerError, _bug)


def raw_target() -> str:
    """Return the target of the request at hand as sent: not decoded, without `/@world` and `/as/persona`."""
    return mount.raw_target(request.environ)


def _mounting(inner: Callable[..., Iterable[bytes]], frame: AppState) -> Callable[..., Iterable[bytes]]:
    def mounted(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[_LISTENERS] = frame.listeners
        try:
            mount.mount(environ, frame.worlds)
        except mount.NotMounted as error:
            environ[_NOT_MOUNTED] = error
        return inner(environ, start_response)

    return mounted


@dataclass(slots=True)
class _Begun:
    """What the frame remembers of a request; kept in its environ, which is cheaper to reach than `g`."""

    world: World
    state: State
    at: datetime
    call: Call
    body: bytes
    listeners: list[Callable[[Exchange], None]]


def _begin() -> Response | None:
    asked = here()
    environ = asked.environ
    world: World = environ[mount.WORLD]
    state = world.state
    call = Call(operation=asked.endpoint or "casdoor.unknown", signed_in=environ.get(mount.SIGNED_IN))
    # Read before anything parses it, so that forms and the journal both have the bytes as sent.
    body = asked.get_data() if environ.get("CONTENT_LENGTH", "0") not in ("0", "") else b""
    environ[_BEGUN] = _Begun(world, state, state.clock.now(), call, body, environ.get(_LISTENERS, []))
    g.world, g.call = world, call
    refusal: mount.NotMounted | None = environ.get(_NOT_MOUNTED)
    if refusal is None:
        return None
    call.operation, call.why = "emulator.mount", str(refusal)
    return problem(404, refusal.error, str(refusal))


def here() -> Request:
    """Return the request itself: each look through Flask's proxy would cost as much as ten into an environ."""
    return cast("LocalProxy[Request]", request)._get_current_object()


def _finish(response: Response) -> Response:
    asked = here()
    begun: _Begun = asked.environ[_BEGUN]
    call = begun.call
    if call.notes:
        response.headers.add(NOTE_HEADER, ", ".join(call.notes))
    if "Date" not in response.headers:
        response.headers.add("Date", _date(int(begun.at.timestamp())))
    if call.delay and isinstance(response, WireResponse):
        response.delay = call.delay
    if not (asked.endpoint or "").startswith(_OURS) and asked.path != "/favicon.ico":
        exchange = _record(begun, asked, response)
        for listener in begun.listeners:
            listener(exchange)
    return response


def _record(begun: _Begun, asked: Request, response: Response) -> Exchange:
    call, sent, body = begun.call, begun.body, response.get_data() if response.is_sequence else b""
    cut: tuple[str, ...] = ()
    if len(sent) > MAX_BODY or len(body) > MAX_BODY:
        cut = tuple(name for name, one in (("request", sent), ("reply", body)) if len(one) > MAX_BODY)
        sent, body = sent[:MAX_BODY], body[:MAX_BODY]
    reply = _reply(response, body)
    headers = _headers(asked.environ)
    journal = begun.state.journal
    with begun.world.lock:
        exchange = journal.append(
            Exchange(
                number=journal.next_number,
                at=begun.at,
                operation=call.operation,
                method=asked.method,
                path=asked.path,
                query=asked.environ.get("QUERY_STRING", ""),
                request_headers=headers,
                request_body=sent,
                reply=reply,
                persona=call.persona,
                why=call.why,
                notes=tuple(call.notes),
                faults=tuple(call.faults),
                inner=tuple(call.inner),
                cut=cut,
                changes=tuple(call.changes),
                signed_in=call.signed_in or begun.state.signed_in,
            )
        )
    begun.world.touch()
    return exchange


def _reply(response: Response, body: bytes) -> Reply:
    headers = tuple(response.headers)
    if not isinstance(response, WireResponse):
        return Reply(status=response.status_code, headers=headers, body=body)
    return Reply(status=response.status_code, headers=headers, body=body, failure=response.failure, drip=response.drip)


def _headers(environ: dict[str, Any]) -> Headers:
    """Return the request's headers, all named Like-This, because WSGI tells no more."""
    shown = [(_name(key), value) for key, value in environ.items() if key.startswith("HTTP_")]
    shown += [(_name(key), environ[key]) for key in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(key)]
    return tuple(shown)


@lru_cache(maxsize=512)
def _name(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").title()


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    return http_date(second)


def _broken(error: Unreachable) -> Response:
    return to_response(Reply(failure=error.kind))


def _bug(error: InternalServerError) -> Response:
    """Own up to a bug of the emulator; Flask has printed the traceback to stderr."""
    operation = g.call.operation if "call" in g else "emulator.frame"
    cause = type(error.original_exception or error).__name__
    message = f"a bug in the emulator, not in your request: {cause} in {operation}; its stderr holds the traceback"
    if "call" in g:
        g.call.why = message
    return problem(500, "emulator_bug", message, operation=operation)
