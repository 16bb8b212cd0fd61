"""How a reply of the domain becomes a Flask response, broken and slow ones included."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeAlias

from flask import Response, json

from emulator.core.errors import ConnectionFailure, Unreachable
from emulator.faults.plan import Drip
from emulator.journal.exchange import Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: The environ key of a server's function that takes a script, plays it on the socket and never returns.
CONNECTION = "mockdoor.connection"


#: Statuses whose replies have neither a body nor a Content-Length.
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Pause:
    """Send nothing for so many seconds; None means for ever."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection now: with RST, or in good order."""

    reset: bool = False


#: One thing after another that a connection does in place of sending the body at once. Headers go out
#: before the first bytes, and after the last step unless it was a `Close`.
Step: TypeAlias = bytes | Pause | Close
Play: TypeAlias = Callable[[Iterable[Step]], None]


class WireResponse(Response):
    """A response that sends the headers it was given, after a delay, in drops, or not at all."""

    default_mimetype = None
    failure: ConnectionFailure | None = None
    drip: Drip | None = None
    delay: timedelta = timedelta(0)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer over WSGI; without a server that lends its socket, a broken reply raises Unreachable."""
        if not self.is_sequence:
            return super().__call__(environ, start_response)
        headers, body = self._headers_and_body(head_only=environ["REQUEST_METHOD"] == "HEAD")
        if self.failure is None and self.drip is None and not self.delay:
            start_response(self.status, headers)
            return (body,)
        play: Play | None = environ.get(CONNECTION)
        if play is None and self.failure:
            raise Unreachable(self.failure)
        start_response(self.status, headers)
        steps = script(body, failure=self.failure, drip=self.drip, delay=self.delay)
        if play is None:
            return _played_here(steps)
        play(steps)
        raise AssertionError("a played connection does not return")

    def _headers_and_body(self, *, head_only: bool) -> tuple[list[tuple[str, str]], bytes]:
        headers = list(self.headers)
        body = b"".join(self.iter_encoded())
        if self.status_code in _BODILESS:
            return [one for one in headers if one[0].lower() != "content-length"], b""
        if "Content-Length" not in self.headers:
            headers.append(("Content-Length", str(len(body))))
        return headers, b"" if head_only else body


def script(
    body: bytes, *, failure: ConnectionFailure | None = None, drip: Drip | None = None, delay: timedelta = timedelta(0)
) -> Iterator[Step]:
    """Tell what a connection does, step by step, to send a body that slowly or that badly."""
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


def to_response(reply: Reply) -> WireResponse:
    """Return the response with exactly the reply's headers, and a Content-Length."""
    response = WireResponse(reply.body, f"{reply.status} {responses.get(reply.status, 'Unknown')}", reply.headers)
    response.failure = reply.failure
    response.drip = reply.drip
    return response


def json_response(value: Any, status: int = 200) -> WireResponse:
    """Return one of the emulator's own answers: JSON on one line, UTF-8 as it is."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=False) + "\n"
    return WireResponse(text, status, (("Content-Type", "application/json; charset=utf-8"),))


def problem(status: int, error: str, message: str, **more: Any) -> WireResponse:
    """Return one of the emulator's own refusals: `{"error", "message"}` and what else there is to tell."""
    return json_response({"error": error, "message": message, **more}, status)


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
