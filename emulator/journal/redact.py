"""Which secrets the journal and the terminal show only in part."""

import re
from collections.abc import Iterator

_HIDDEN = "***"
_SECRET_KEYS = r"(?:secret|client_?secret|app_?secret|access_?secret|password|new_?password)"
_TOKEN_KEYS = r"(?:access_?token|refresh_?token|id_?token)"
_PARAMETER = re.compile(rf"((?:^|[?&\s\"]){_SECRET_KEYS}=)[^&\s\"]+", re.IGNORECASE)
_FIELD = re.compile(rf'("{_SECRET_KEYS}"\s*+:\s*+")(?:[^"\\]++|\\.)++', re.IGNORECASE | re.DOTALL)
_TOKEN_PARAMETER = re.compile(rf"((?:^|[?&\s\"]){_TOKEN_KEYS}=)([^&\s\"]{{16,}})", re.IGNORECASE)
_TOKEN_FIELD = re.compile(
    rf'("{_TOKEN_KEYS}"\s*+:\s*+")((?:[^"\\]|\\.){{16}}(?:[^"\\]++|\\.)*+)', re.IGNORECASE | re.DOTALL
)
# A run of letters that starts like a token is taken whole even when none follows, group 1 being empty then: otherwise
# each `eyJ` inside it would be tried to its end. So no character is looked at more than three times.
_JWT = re.compile(r"eyJ(?<=\beyJ)[\w-]++(\.[\w-]*+\.[\w-]*+)?+")
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "x-mockdoor-token"})


def redact(text: str) -> str:
    """Return a query or a body with passwords and secrets hidden, and tokens shortened."""
    if len(text) < 4:
        return text
    # The long tokens first: what is left takes the other patterns a tenth of the time.
    text = _JWT.sub(lambda found: shorten(found[0]) if found[1] else found[0], text)
    if "=" in text:
        text = _PARAMETER.sub(rf"\1{_HIDDEN}", text)
        text = _TOKEN_PARAMETER.sub(lambda found: found[1] + shorten(found[2]), text)
    text = _FIELD.sub(rf"\1{_HIDDEN}", text)
    return _TOKEN_FIELD.sub(lambda found: found[1] + shorten(found[2]), text)


def jwts_in(text: str) -> Iterator[str]:
    """Yield everything in a text that looks like a JWT."""
    return (found[0] for found in _JWT.finditer(text) if found[1])


def is_jwt(text: str) -> bool:
    """Return whether the whole of a text looks like a JWT."""
    found = _JWT.fullmatch(text)
    return found is not None and bool(found[1])


def redact_header(name: str, value: str) -> str:
    """Return a header's value: of credentials only the scheme, of a cookie the start of each value."""
    lowered = name.lower()
    if lowered in _SECRET_HEADERS:
        scheme, blank, _ = value.partition(" ")
        return f"{scheme} {_HIDDEN}" if blank else _HIDDEN
    if lowered in ("cookie", "set-cookie"):
        return re.sub(r"(session_id=[0-9A-Za-z]{4})[0-9A-Za-z]+", r"\1…", value)
    return redact(value)


def shorten(token: str) -> str:
    """Return the first 8 and the last 4 characters of a token; a shortened one stays as it is."""
    return token if "…" in token else f"{token[:8]}…{token[-4:]}"
