"""One exchange closely: its entry, the tokens in it decoded, and a line that repeats it."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from emulator.core.curl import curl_line
from emulator.core.json_object import Json
from emulator.journal.exchange import Exchange
from emulator.journal.redact import is_jwt, jwts_in
from emulator.journal.serialize import entry

_MAX_TOKENS = 10


def detail(exchange: Exchange, *, base: str) -> dict[str, Json]:
    """Return `{exchange, tokens, curl}`; in `curl` the secrets are as they were sent, so that the line works."""
    return {"exchange": entry(exchange), "tokens": list(_tokens(exchange)), "curl": _curl(exchange, base)}


def _curl(exchange: Exchange, base: str) -> str:
    url = base + quote(exchange.path) + (f"?{exchange.query}" if exchange.query else "")
    body = exchange.request_body.decode("utf-8", "replace")
    return curl_line(exchange.method, url, headers=exchange.request_headers, body=body)


def _tokens(exchange: Exchange) -> Iterator[Json]:
    """Yield every token once: where it stands, its header and its claims; the signature is not looked at."""
    places = [(f"request {name}", value) for name, value in exchange.request_headers]
    places += [("request query", exchange.query), ("request body", exchange.request_body.decode("utf-8", "replace"))]
    places.append(("response body", exchange.reply.text))
    seen: set[str] = set()
    for where, text in places:
        for found in jwts_in(text):
            decoded = _decoded(found)
            if found in seen or decoded is None or len(seen) >= _MAX_TOKENS:
                continue
            seen.add(found)
            yield {"where": where, "header": decoded[0], "claims": decoded[1]}


def claims_of(token: str) -> dict[str, Json] | None:
    """Return a token's claims, its signature not looked at; None when it is no token."""
    decoded = _decoded(token) if is_jwt(token) else None
    return decoded[1] if decoded and isinstance(decoded[1], dict) else None


def _decoded(token: str) -> tuple[Json, Json] | None:
    try:
        head, claims = (json.loads(_unpacked(part)) for part in token.split(".")[:2])
    except (ValueError, RecursionError):
        return None
    return head, claims


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
