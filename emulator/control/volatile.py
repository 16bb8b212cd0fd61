"""What differs between two servers, or two moments, whatever they play: times, ids, addresses, keys."""

import re

#: The addresses that are a server's own, such as `https://door.example.com`.
Origins = tuple[str, ...]

#: Headers of the moment, the connection, or whatever stands before a server; the body is compared as it was decoded.
ASIDE_HEADERS = frozenset(
    {
        *("age", "alt-svc", "cf-cache-status", "cf-ray", "connection", "content-encoding", "content-length", "date"),
        *("etag", "expires", "keep-alive", "last-modified", "nel", "report-to", "server", "strict-transport-security"),
        *("traceparent", "transfer-encoding", "vary", "via", "x-request-id"),
    }
)
#: Keys whose values each server draws or measures for itself; only whether there is one, and of which type, counts.
VOLATILE_KEYS = frozenset(
    {
        *("iat", "exp", "nbf", "auth_time", "jti", "sub", "id", "userId", "kid", "sid", "nonce"),
        *("accessTokenHash", "refreshTokenHash", "at_hash", "hash", "preHash", "code"),
        *("n", "x", "y", "x5c", "x5t", "x5t#S256", "certificate", "openid", "unionid", "session_key"),
    }
)
_SECRET_KEY = re.compile(
    r"secret|password|token$|privatekey|salt$|access_?key|api_?key|recoverycode|session_?key|session_?id|authorization|cookie"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_RID = re.compile(r"(?<=rid: )[0-9a-f-]+")
_HINT = re.compile(r"(?<=hint: \[)[\w-]+")
#: Source: facts/wechat.md 2: 28 characters that begin with `o`; a user may be named after one.
_OPENID = re.compile(r"(?:(?<![\w-])|(?<=\bwechat-))o[\w-]{27}(?![\w-])")
_ATTRIBUTE = re.compile(r"(?i)(; *expires=)[^;]*")


def is_secret_key(key: str) -> bool:
    """Return whether the value under a key is nobody else's business."""
    return _SECRET_KEY.search(key.lower()) is not None


def steady_text(text: str, origins: Origins) -> str:
    """Return a text with times, ids and the server's own addresses replaced by what they are."""
    for origin in origins:
        text = text.replace(origin, "{origin}")
    for pattern, word in ((_TIME, "{time}"), (_UUID, "{id}"), (_RID, "{id}"), (_HINT, "{id}"), (_OPENID, "{openid}")):
        text = pattern.sub(word, text)
    return text


def steady_cookie(value: str) -> str:
    """Return a Set-Cookie without the cookie's value and its end: its name and its other attributes."""
    pair, semicolon, attributes = value.partition(";")
    name = pair.partition("=")[0]
    kept = _ATTRIBUTE.sub(r"\1{time}", semicolon + attributes)
    return f"{name}={{value}}{kept}"
