"""How a reply goes out over WSGI, broken and slow ones included, and how the emulator's own answers look."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeAlias

from flask import Response

from emulator.core.errors import ConnectionFailure, Unreachable
from emulator.core.reply import Drip, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: The environ key of a server's function that takes a script, plays it on the socket and never returns.
CONNECTION = "mockdoor.connection"
#: The environ key of a server's function that takes what to call when the client leaves before its reply is whole.
WHEN_GONE = "mockdoor.when_gone"

#: Statuses whose replies have neither a body nor a Content-Length.
_BODILESS = frozenset({204, 304})
_JSON = (("Content-Type", "application/json; charset=utf-8"),)


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for a number of seconds; None means for ever."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection now: with RST, or in good order."""

    reset: bool = False


#: One thing after another that a connection does in place of sending the body at once. Headers go out
#: before the first bytes, and after the last step unless it was a `Close`.
Step: TypeAlias = bytes | Pause | Close
Play: TypeAlias = Callable[[Iterable[Step]], None]


def send(
    reply: Reply, environ: "WSGIEnvironment", start_response: "StartResponse", *, delay: timedelta = timedelta(0)
) -> Iterable[bytes]:
    """Answer over WSGI with exactly the reply's headers; HEAD gets no body.

    Without a server that lends its socket, a broken reply raises Unreachable.
    """
    headers, body = list(reply.headers), reply.body
    if reply.status in _BODILESS:
        headers, body = [one for one in headers if one[0] != "Content-Length"], b""
    elif environ["REQUEST_METHOD"] == "HEAD":
        body = b""
    status = f"{reply.status} {responses.get(reply.status, 'Unknown')}"
    if reply.failure is None and reply.drip is None and not delay:
        start_response(status, headers)
        return (body,)
    play: Play | None = environ.get(CONNECTION)
    if play is None and reply.failure:
        raise Unreachable(reply.failure)
    start_response(status, headers)
    steps = script(body, failure=reply.failure, drip=reply.drip, delay=delay)
    if play is None:
        return _played_here(steps)
    play(steps)
    raise AssertionError("a played connection does not return")


def script(
    body: bytes, *, failure: ConnectionFailure | None = None, drip: Drip | None = None, delay: timedelta = timedelta(0)
) -> Iterator[Step]:
    """Yield what a connection does, step by step, to send a body that slowly or that badly."""
    if delay:
        yield Pause(delay.total_seconds())
    if failure == "hang":
        yield Pause(None)
    elif failure in ("reset", "empty"):
        yield Close(reset=failure == "reset")
    else:
        sent = body[: len(body) // 2] if failure == "truncated" else body
        yield from _drops(sent, drip) if drip else (sent,)
    if failure == "truncated":
        yield Close()


class OwnResponse(Response):
    """One of the emulator's own answers through Flask; no Content-Type is made up."""

    default_mimetype = None


def json_response(value: Any, status: int = 200) -> Response:
    """Return one of the emulator's own answers: JSON on one line, UTF-8 as it is."""
    return OwnResponse(json_text(value), status, _JSON)


def problem(status: int, error: str, message: str, **more: Any) -> Response:
    """Return one of the emulator's own refusals: `{"error", "message"}` and what else there is to say."""
    return json_response({"error": error, "message": message, **more}, status)


def problem_reply(status: int, error: str, message: str, **more: Any) -> Reply:
    """Return the same where a server is played."""
    body = json_text({"error": error, "message": message, **more}).encode()
    return Reply(status=status, headers=_JSON, body=body)


def json_text(value: Any) -> str:
    """Return JSON on one line, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False) + "\n"


def _drops(body: bytes, drip: Drip) -> Iterator[Step]:
    size = max(drip.size, 1)
    for start in range(0, len(body), size):
        if start:
            yield Pause(drip.every.total_seconds())
        yield body[start : start + size]


def _played_here(steps: Iterable[Step]) -> Iterator[bytes]:
    for step in steps:
        if isinstance(step, bytes):
            yield step
        elif isinstance(step, Pause):
            time.sleep(step.seconds or 0)
