"""One exchange closely: its entry, the tokens in it decoded, and a line that repeats it."""

from collections.abc import Iterator
from urllib.parse import quote

from emulator.core.curl import curl_line
from emulator.core.json_object import Json
from emulator.journal.bodies import decoded_text
from emulator.journal.exchange import Exchange
from emulator.journal.redact import jwts_in
from emulator.journal.serialize import serialize_exchange
from emulator.journal.tokens import parts_of

_MAX_TOKENS = 10


def detail(exchange: Exchange, *, base: str) -> dict[str, Json]:
    """Return `{exchange, tokens, curl}`; in `curl` the secrets are as they were sent, so that the line works."""
    return {"exchange": serialize_exchange(exchange), "tokens": list(_tokens(exchange)), "curl": _curl(exchange, base)}


def _curl(exchange: Exchange, base: str) -> str:
    url = base + quote(exchange.path) + (f"?{exchange.query}" if exchange.query else "")
    body = exchange.request_body.decode("utf-8", "replace")
    return curl_line(exchange.method, url, headers=exchange.request_headers, body=body)


def _tokens(exchange: Exchange) -> Iterator[Json]:
    """Yield every token once: where it stands, its header and its claims; the signature is not looked at."""
    places = [(f"request {name}", value) for name, value in exchange.request_headers]
    places += [("request query", exchange.query), ("request body", exchange.request_body.decode("utf-8", "replace"))]
    places.append(("response body", decoded_text(exchange.reply)))
    seen: set[str] = set()
    for where, text in places:
        for found in jwts_in(text):
            decoded = parts_of(found)
            if found in seen or decoded is None or len(seen) >= _MAX_TOKENS:
                continue
            seen.add(found)
            yield {"where": where, "header": decoded[0], "claims": decoded[1]}
