"""What every request goes through: its world, its transaction, its entry in the journal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, Request
from werkzeug.exceptions import InternalServerError
from werkzeug.http import http_date

from emulator.core.reason import Reason
from emulator.core.reply import Headers, Reply
from emulator.journal.bodies import MAX_SHOWN
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.reasons import reason
from emulator.scenario.model import scenario_of
from emulator.scenario.shelf import Shelf
from emulator.web import hosts, world_path
from emulator.web.guard import refusal
from emulator.web.responses import WHEN_GONE, problem, problem_reply, send
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction
from emulator.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Response

#: How many bytes of a body the journal keeps.
MAX_BODY = MAX_SHOWN
#: How many bytes of a body are read at all; the server answers longer ones with 413. A state with everything at the
#: usual limits fits: that is about 95 MiB.
MAX_REQUEST = 128 * 1024 * 1024
NOTE_HEADER = "X-Mockdoor-Note"
#: Where the pages and the control API live.
OWN_PREFIX = "/_emulator"


class Dialect(Protocol):
    """One of the servers that are played."""

    #: The beginnings of paths that are this server's; the last dialect takes every path.
    prefixes: tuple[str, ...]
    #: The hosts at which it is played; without any, those that the scenario names.
    hosts: tuple[str, ...]

    def respond(self, http: Request, tx: Transaction) -> Reply:
        """Return the reply to a request; whatever there is to say about it goes to the trace of `tx`."""


@dataclass(kw_only=True)
class AppState:
    """What an application knows besides its worlds: who listens, and who may use the control API.

    `listeners` hear of every exchange when its reply is known, `departures` of those whose client did not wait for it.
    `loopback` means that only this machine reaches the server; else control calls need `token`. `scenarios` are those
    that control calls know by name.
    """

    worlds: dict[str, World]
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    departures: list[Callable[[Exchange], None]] = field(default_factory=list)
    loopback: bool = True
    token: str = ""
    scenarios: Shelf = field(default_factory=Shelf)


def app_state(app: Flask) -> AppState:
    """Return what an application made by `create_app` knows."""
    state: AppState = app.extensions["mockdoor"]
    return state


class Application(Flask):
    """Flask routes the pages and the control API; what is played is answered by dialects, each in one place.

    A real server's filters see a request before it is routed, and answer paths and methods that have no route. So a
    dialect gets the whole request, in front of Flask's routing.
    """

    def __init__(self, world: World, dialects: Iterable[Dialect]) -> None:
        super().__init__("emulator.web", static_folder=None, template_folder=None)
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST
        self.url_map.strict_slashes = False
        self.url_map.merge_slashes = False
        self.dialects = tuple(dialects)
        self.extensions["mockdoor"] = AppState(worlds={world_path.MAIN: world})
        self.register_error_handler(InternalServerError, _own_bug)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function itself: none of ours is a coroutine, and Flask would look at every call."""
        return func

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Choose the world and who answers: Flask under `/_emulator`, else a dialect."""
        state = app_state(self)
        try:
            world_path.choose_world(environ, state.worlds)
        except world_path.NotMounted as error:
            return self._play(_NotMounted(error, state), environ, start_response)
        host = hosts.asked_host(environ)
        if host is not None or environ["REQUEST_METHOD"] == "CONNECT":
            dialect = self._at_host(host or "", environ)
            if dialect is not None:
                return self._play(dialect, environ, start_response)
        path: str = environ["PATH_INFO"]
        if path.startswith(OWN_PREFIX) and (path == OWN_PREFIX or path[len(OWN_PREFIX)] == "/"):
            return super().wsgi_app(environ, start_response)
        for dialect in self.dialects:
            if not dialect.prefixes or f"{path}/".startswith(dialect.prefixes):
                return self._play(dialect, environ, start_response)
        return super().wsgi_app(environ, start_response)

    def _at_host(self, host: str, environ: "WSGIEnvironment") -> Dialect | None:
        """Return who answers for a host that the client named; None where nothing depends on it."""
        if environ["REQUEST_METHOD"] == "CONNECT":
            return _Refusal(405, "no_proxy", reason("connect-without-proxy"), (("Allow", "GET, HEAD, POST"),))
        named = scenario_of(environ[world_path.WORLD].state).hosts
        path: str = environ["PATH_INFO"]
        own = path == OWN_PREFIX or path.startswith(f"{OWN_PREFIX}/")
        found = hosts.played_at(host, self.dialects, named)
        if own and (found or hosts.ASKED_HOST in environ or hosts.PROXIED in environ):
            return _Refusal(403, "no_control_here", reason("control-elsewhere"))
        if found:
            return found[0]
        if hosts.PROXIED in environ:
            known = ", ".join((*(one for dialect in self.dialects for one in dialect.hosts), *named))
            return _Refusal(403, "host_not_played", reason("host-not-played", host=host, known=known))
        return None

    def _play(self, dialect: Dialect, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request as one exchange, in one transaction."""
        world: World = environ[world_path.WORLD]
        tx = world.exchange(signed_in=environ.get(world_path.SIGNED_IN))
        told = False
        try:
            http = Request(environ, populate_request=False)
            # Read before anything parses it, so that forms and the journal both have the bytes as sent.
            sent = http.get_data() if environ.get("CONTENT_LENGTH", "0") not in ("0", "") else b""
            try:
                reply = dialect.respond(http, tx)
            except Exception as error:  # a boundary: it reports, and the server carries on
                reply = self._bug(error, tx)
            reply = _completed(reply, tx)
            if environ["PATH_INFO"] != "/favicon.ico":
                exchange = _exchange(tx, environ, sent, reply)
                tx.get(Journal).append(exchange)
                told = True
                world.touch()
                for listener in app_state(self).listeners:
                    listener(exchange)
                self._watch_departure(exchange, environ)
        finally:
            tx.state.end_exchange(tx.number)
            if not told:  # later exchanges may have ended, which watchers did not see before this one's end
                world.touch()
        return send(reply, environ, start_response, delay=tx.trace.delay)

    def _watch_departure(self, exchange: Exchange, environ: "WSGIEnvironment") -> None:
        """Let those hear who want to when the client leaves while the reply is under way."""
        departures = app_state(self).departures
        when_gone = environ.get(WHEN_GONE)
        if not departures or when_gone is None:
            return

        def leave() -> None:
            for hear in departures:
                hear(exchange)

        when_gone(leave)

    def _bug(self, error: Exception, tx: Transaction) -> Reply:
        """Own up to a bug of the emulator; its traceback goes to stderr."""
        operation = tx.trace.operation
        self.logger.error("a bug in %s", operation, exc_info=error)
        tx.trace.why = why = _why_bug(error, operation)
        return problem_reply(500, "emulator_bug", str(why), operation=operation)


class _Refusal:
    """Answers what cannot be answered on the way that it came, with a sentence."""

    prefixes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __init__(self, status: int, error: str, why: Reason, headers: Headers = ()) -> None:
        self._status = status
        self._error = error
        self._why = why
        self._headers = headers

    def respond(self, _http: Request, tx: Transaction) -> Reply:
        """Say what is wrong and what to do instead."""
        tx.trace.operation, tx.trace.why = "emulator.host", self._why
        reply = problem_reply(self._status, self._error, str(self._why))
        return Reply(status=reply.status, headers=(*reply.headers, *self._headers), body=reply.body)


class _NotMounted:
    """Answers for a prefix that leads nowhere."""

    prefixes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __init__(self, error: world_path.NotMounted, state: AppState) -> None:
        self._error = error
        self._state = state

    def respond(self, http: Request, tx: Transaction) -> Reply:
        """Say that there is no such world or persona, and to those who may use the control API which there are."""
        state = self._state
        why = refusal(http.headers, mutating=False, loopback=state.loopback, token=state.token)
        found = self._error.reason(naming=why is None)
        tx.trace.operation, tx.trace.why = "emulator.mount", found
        return problem_reply(404, self._error.error, str(found))


def _completed(reply: Reply, tx: Transaction) -> Reply:
    """Return a reply with its length, the notes and the world's date."""
    names = {name for name, _ in reply.headers}
    more: list[tuple[str, str]] = []
    if "Content-Length" not in names:
        more.append(("Content-Length", str(len(reply.body))))
    if tx.trace.notes:
        more.append((NOTE_HEADER, ", ".join(tx.trace.notes)))
    if "Date" not in names:
        more.append(("Date", _date(int(tx.at.timestamp()))))
    return Reply(
        status=reply.status,
        headers=(*reply.headers, *more),
        body=reply.body,
        failure=reply.failure,
        drip=reply.drip,
    )


def _exchange(tx: Transaction, environ: Mapping[str, Any], sent: bytes, reply: Reply) -> Exchange:
    trace, cut = tx.trace, []
    if len(sent) > MAX_BODY:
        sent = sent[:MAX_BODY]
        cut.append("request")
    kept = reply
    if len(reply.body) > MAX_BODY:
        kept = Reply(status=reply.status, headers=reply.headers, body=reply.body[:MAX_BODY], failure=reply.failure)
        cut.append("reply")
    return Exchange(
        number=tx.number,
        at=tx.at,
        operation=trace.operation,
        method=environ["REQUEST_METHOD"],
        path=_path(environ),
        query=environ.get("QUERY_STRING", ""),
        raw_headers=_raw_headers(environ),
        request_body=sent,
        reply=kept,
        persona=trace.persona,
        why=trace.why,
        notes=tuple(trace.notes),
        faults=tuple(trace.faults),
        inner=tuple(trace.inner),
        cut=tuple(cut),
        changes=tuple(trace.changes),
        signed_in=tx.signed_in or tx.get(Personas).signed_in,
    )


def _path(environ: Mapping[str, Any]) -> str:
    path: str = environ["PATH_INFO"]
    return path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")


def _raw_headers(environ: Mapping[str, Any]) -> Headers:
    found = [(key, value) for key, value in environ.items() if key.startswith("HTTP_")]
    found += [(key, environ[key]) for key in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(key)]
    return tuple(found)


@lru_cache(maxsize=8)
def _date(second: int) -> str:
    return http_date(second)


def _why_bug(error: BaseException, operation: str) -> Reason:
    return reason("emulator-bug", cause=type(error).__name__, operation=operation)


def _own_bug(error: InternalServerError) -> "Response":
    """Own up to a bug of the pages or the control API; Flask has printed the traceback to stderr."""
    from flask import request

    operation = request.endpoint or "emulator.control"
    message = str(_why_bug(error.original_exception or error, operation))
    return problem(500, "emulator_bug", message, operation=operation)
