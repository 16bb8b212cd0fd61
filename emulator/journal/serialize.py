"""An exchange as JSON, for `GET /_emulator/journal` and `mockdoor serve --json`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from emulator.core.json_object import Json
from emulator.core.reason import Reason
from emulator.core.reply import Headers, Reply
from emulator.journal.bodies import MAX_SHOWN, decoded_body
from emulator.journal.exchange import Exchange
from emulator.journal.notes import catalogue
from emulator.journal.outcome import outcome_of_reply
from emulator.journal.reasons import shown as shown_reason
from emulator.journal.redact import redact, redact_header
from emulator.world.trace import Change, InnerCall

#: Fields of a user whose values the journal hides.
_SECRET_FIELDS = frozenset({"password", "passwordSalt", "accessKey", "accessSecret", "accessToken", "hash", "preHash"})


class LazyEntry(Mapping[str, Json]):
    """An exchange as JSON that is only made when something but its number is asked for: most never are."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @cached_property
    def _whole(self) -> dict[str, Json]:
        return serialize_exchange(self._exchange)

    def __getitem__(self, name: str) -> Json:
        return self._exchange.number if name == "number" else self._whole[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


def serialize_exchange(exchange: Exchange) -> dict[str, Json]:
    """Return the whole of an exchange, secrets redacted; a broken connection has status null."""
    return {
        "number": exchange.number,
        "at": instant(exchange.at),
        "operation": exchange.operation,
        "persona": exchange.persona or None,
        "method": exchange.method,
        "path": exchange.path,
        "query": redact(exchange.query),
        "request": {
            "headers": _headers(exchange.request_headers),
            **_body(exchange.request_body, cut="request" in exchange.cut),
        },
        "response": _reply(exchange.reply, cut="reply" in exchange.cut),
        "notes": _notes(exchange.notes),
        "faults": list(exchange.faults),
        "inner": [_inner(call) for call in exchange.inner],
        "outcome": outcome_of_reply(exchange.reply, method=exchange.method, path=exchange.path).as_json(),
        **_reason(exchange.why),
        "changes": [_change(change) for change in exchange.changes],
    }


def instant(at: datetime) -> str:
    """Show an instant of the world as RFC 3339, with milliseconds unless it is a whole second."""
    timespec = "milliseconds" if at.microsecond else "seconds"
    return at.isoformat(timespec=timespec).replace("+00:00", "Z")


def status_of(reply: Reply) -> int | None:
    """Return the status that the client saw, None when the connection broke before one."""
    return reply.status if reply.failure in (None, "truncated") else None


def _reply(reply: Reply, *, cut: bool = False) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "status": status_of(reply),
        "headers": _headers(reply.headers),
        **_body(decoded_body(reply.headers, reply.body), cut=cut),
    }
    if reply.failure:
        shown["failure"] = reply.failure
    return shown


def _body(body: bytes, *, cut: bool) -> dict[str, Json]:
    shown: dict[str, Json] = {"body": redact(body[:MAX_SHOWN].decode("utf-8", "replace"))}
    if cut or len(body) > MAX_SHOWN:
        shown["cut"] = True
    return shown


def _headers(headers: Headers) -> list[Json]:
    return [[name, redact_header(name, value)] for name, value in headers]


def _inner(call: InnerCall) -> Json:
    return {
        "operation": call.operation,
        "url": redact(call.url),
        "response": _reply(call.reply),
        "faults": list(call.faults),
        "outcome": outcome_of_reply(call.reply, method="GET", path=urlsplit(call.url).path).as_json(),
        **_reason(call.why),
    }


def _reason(why: Reason | None) -> dict[str, Json]:
    """Return the reason as a text, for whoever only prints it, and in full."""
    return {"why": None if why is None else str(why), "reason": shown_reason(why)}


def _change(change: Change) -> Json:
    shown = {name: {"before": before, "after": after} for name, (before, after) in change.fields.items()}
    for name in _SECRET_FIELDS & set(shown):
        shown[name] = {side: "***" if value else value for side, value in shown[name].items()}
    return {"user": change.user, "created": change.created, "deleted": change.deleted, "fields": dict(shown)}


def _notes(ids: Iterable[str]) -> list[Json]:
    known = catalogue()
    return [dict(vars(known[one])) if one in known else {"id": one} for one in ids]
