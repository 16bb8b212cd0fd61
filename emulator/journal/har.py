"""Exchanges as a HAR 1.2 log, which browsers and HTTP tools open."""

import base64
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, quote

from emulator import __version__
from emulator.core.json_object import Json
from emulator.core.reply import Headers, Reply
from emulator.journal.bodies import MAX_SHOWN, decoded_body
from emulator.journal.exchange import Exchange
from emulator.journal.outcome import outcome_of_reply
from emulator.journal.redact import redact, redact_header
from emulator.journal.serialize import instant, status_of
from emulator.world.trace import InnerCall

_ABOUT = "Times are the world's; a world's clock does not move while a request is answered, so every duration is 0."
_HTTP = "HTTP/1.1"


def har(exchanges: Iterable[Exchange], *, base: str) -> dict[str, Json]:
    """Return `{"log": …}` with an entry for each exchange and, right behind it, one for each call inside it.

    Secrets are redacted as in the journal. A broken connection has status 0 and its kind in `_error`; what HAR has no
    word for (`_number`, `_operation`, `_persona`, `_faults`, `_notes`, `_why`) begins with `_` as HAR wants it, and
    `_inside` is the number of the exchange that made an inner call.
    """
    entries: list[Json] = []
    for exchange in exchanges:
        entries.append(_entry(exchange, base))
        entries += [_inner_entry(call, exchange) for call in exchange.inner]
    creator: Json = {"name": "mockdoor", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries, "comment": _ABOUT}}


def _entry(exchange: Exchange, base: str) -> Json:
    headers, query = exchange.request_headers, exchange.query
    url = base + quote(exchange.path) + (f"?{redact(query)}" if query else "")
    request = _request(exchange.method, url, headers, query) | {"bodySize": len(exchange.request_body)}
    if exchange.request_body:
        kind = _value(headers, "content-type") or "application/octet-stream"
        cut: dict[str, Json] = {"comment": "only the beginning is kept"} if "request" in exchange.cut else {}
        request["postData"] = {"mimeType": kind, **_text(exchange.request_body, "_encoding"), **cut}
    outcome = outcome_of_reply(exchange.reply, method=exchange.method, path=exchange.path)
    return _whole(exchange, request, exchange.reply, cut="reply" in exchange.cut) | {
        "comment": outcome.line("en"),
        "_number": exchange.number,
        "_operation": exchange.operation,
        "_persona": exchange.persona or None,
        "_faults": list(exchange.faults),
        "_notes": list(exchange.notes),
        "_why": None if exchange.why is None else str(exchange.why),
    }


def _inner_entry(call: InnerCall, outer: Exchange) -> Json:
    query = call.url.partition("?")[2]
    request = _request("GET", redact(call.url), (), query) | {"bodySize": 0}
    return _whole(outer, request, call.reply) | {
        "comment": f"made by {outer.operation}, exchange {outer.number}",
        "_inside": outer.number,
        "_operation": call.operation,
        "_faults": list(call.faults),
        "_why": None if call.why is None else str(call.why),
    }


def _whole(exchange: Exchange, request: dict[str, Json], reply: Reply, *, cut: bool = False) -> dict[str, Json]:
    entry: dict[str, Json] = {
        "startedDateTime": instant(exchange.at),
        "time": 0,
        "request": request,
        "response": _response(reply, cut=cut),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
    return entry | ({"_error": reply.failure} if reply.failure else {})


def _request(method: str, url: str, headers: Headers, query: str) -> dict[str, Json]:
    fields = parse_qsl(redact(query), keep_blank_values=True)
    return {
        "method": method,
        "url": url,
        "httpVersion": _HTTP,
        "cookies": [_cookie(pair) for value in _values(headers, "cookie") for pair in value.split(";")],
        "headers": _headers(headers),
        "queryString": [{"name": name, "value": redact(value)} for name, value in fields],
        "headersSize": -1,
    }


def _response(reply: Reply, *, cut: bool) -> dict[str, Json]:
    status = status_of(reply) or 0
    headers = reply.headers if status else ()
    return {
        "status": status,
        "statusText": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
        "httpVersion": _HTTP,
        "cookies": [_cookie(value.partition(";")[0]) for value in _values(headers, "set-cookie")],
        "headers": _headers(headers),
        "content": _content(reply, headers, cut=cut),
        "redirectURL": redact(_value(headers, "location")),
        "headersSize": -1,
        "bodySize": -1 if cut or reply.failure else len(reply.body),
    }


def _content(reply: Reply, headers: Headers, *, cut: bool) -> Json:
    body = decoded_body(reply.headers, reply.body)
    kind = _value(headers, "content-type")
    content: dict[str, Json] = {"size": len(body), "mimeType": kind or "application/octet-stream"}
    content |= _text(body, "encoding") if body else {}
    return content | ({"comment": "only the beginning is kept"} if cut or len(body) > MAX_SHOWN else {})


def _text(body: bytes, encoding: str) -> dict[str, Json]:
    """Return a body as text, or as base64 with the name of the field that says so; HAR knows it for replies only."""
    # Bytes that are not UTF-8 pass through as they are, so that secrets between them are found as well.
    shown = redact(body[:MAX_SHOWN].decode("utf-8", "surrogateescape"))
    try:
        shown.encode()
    except UnicodeEncodeError:
        return {"text": base64.b64encode(shown.encode("utf-8", "surrogateescape")).decode(), encoding: "base64"}
    return {"text": shown}


def _headers(headers: Headers) -> list[Json]:
    return [{"name": name, "value": redact_header(name, value)} for name, value in headers]


def _cookie(pair: str) -> Json:
    name, _, value = pair.strip().partition("=")
    return {"name": name, "value": value}


def _value(headers: Headers, name: str) -> str:
    return next(_values(headers, name), "")


def _values(headers: Headers, name: str) -> Iterator[str]:
    """Yield the values of a header, secrets redacted."""
    return (redact_header(given, value) for given, value in headers if given.lower() == name)
