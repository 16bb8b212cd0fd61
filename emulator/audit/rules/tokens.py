"""What can be told of a session's token from outside."""

import base64
import hashlib
import hmac
import json
import math
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any

from emulator.audit.probe import Probe

#: Bits that the shortest good tokens have, by the alphabet they use: nanoid's 21 characters, a UUID's 122 bits.
_BITS = 120.0
#: How many tokens it takes before what all of them share counts as no part of their secret.
_ENOUGH = 10
#: Keys of HMAC that people leave in, beside the program's own names.
_KEYS = (
    "",
    "secret",
    "123456",
    "your-secret-key",
    "your-256-bit-secret",
    "secret_key",
    "key",
    "jwt",
    "dev",
    "changeme",
)
_COOKIE = re.compile(r"(?i)sess|token|sid|auth|jwt|login")
_ALPHABETS = ((r"\d+", 10), (r"[0-9a-f]+|[0-9A-F]+", 16), (r"[0-9a-z]+|[0-9A-Z]+", 36), (r"[0-9A-Za-z]+", 62))
_DURATIONS = ("expires_in", "expiresIn", "expire_in", "expireIn", "max_age", "maxAge", "ttl")
_MOMENTS = ("expires_at", "expiresAt", "expire_at", "expireAt", "expires", "expire", "expire_time", "expireTime")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What others than the client know of a login: names, moments (seconds and milliseconds), and likely keys."""

    names: tuple[str, ...]
    seconds: tuple[int, int]
    keys: tuple[str, ...]


def session_values(probe: Probe) -> list[str]:
    """Return the token of a login, or the cookies that look like its session."""
    if probe.session.token:
        return [probe.session.token]
    cookies = probe.session.cookies
    likely = [value for name, value in cookies.items() if _COOKIE.search(name) and not name.lower().startswith("csrf")]
    return likely or (list(cookies.values()) if len(cookies) == 1 else [])


def known_of(probe: Probe, secrets: Iterable[str]) -> Known:
    """Return what is known of a login."""
    said = [answer for call in probe.exchanges for answer in (call.json, *_inner(call.exchange.inner))]
    given = [str(one[name]) for one in said for name in ("openid", "unionid", "session_key") if one.get(name)]
    offset = time.time() - time.monotonic()
    appids = [one.fields.get("appid", "") for one in probe.calls]
    return Known(
        names=tuple({probe.user_id, probe.openid, probe.code, *given} - {""}),
        seconds=(int(probe.began + offset) - 1, int(probe.ended + offset) + 1),
        keys=tuple({*_KEYS, *secrets, *appids}),
    )


def _inner(exchanges: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for one in exchanges:
        try:
            found = json.loads(one.reply.body)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def is_jwt(token: str) -> bool:
    """Return whether a token is a JWT."""
    return token.count(".") == 2 and "alg" in _part(token, 0)


def weakness(token: str, known: Known, *, others: list[str]) -> str:
    """Return the key of the sentence that says why a token can be guessed, empty when nothing says so."""
    if is_jwt(token):
        return _weak_jwt(token, known)
    if _is_hash(token, known):
        return "token-hashed"
    left = _without_known(token, known)
    if left != token and _bits(left) < _BITS:
        return "token-known"
    if _bits(left) < _BITS:
        return "token-short"
    return "token-counts" if _is_counted(token, others) else ""


def _weak_jwt(token: str, known: Known) -> str:
    algorithm = str(_part(token, 0).get("alg"))
    if algorithm.lower() == "none":
        return "token-unsigned"
    digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}.get(algorithm)
    if digest is None:
        return ""
    signed, _, signature = token.rpartition(".")
    for key in known.keys:
        made = base64.urlsafe_b64encode(hmac.digest(key.encode(), signed.encode(), digest)).decode().rstrip("=")
        if made == signature:
            return "token-key"
    return ""


def _is_hash(token: str, known: Known) -> bool:
    first, last = known.seconds
    moments = [str(one) for one in range(first, last + 1)]
    milliseconds = [str(one) for one in range(first * 1000, (last + 1) * 1000)] if last - first < 30 else []
    for text in (*known.names, *moments, *milliseconds):
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
            if token.lower() == digest.hex() or token.rstrip("=") in _base64(digest):
                return True
    return False


def _base64(value: bytes) -> tuple[str, str]:
    return base64.b64encode(value).decode().rstrip("="), base64.urlsafe_b64encode(value).decode().rstrip("=")


def _without_known(token: str, known: Known) -> str:
    """Return a token without names and moments that stand in it."""
    left = token
    for name in sorted(known.names, key=len, reverse=True):
        if len(name) >= 6:
            left = left.replace(name, "")
        else:
            left = re.sub(rf"(?:^|(?<=[._:|-])){re.escape(name)}(?=$|[._:|-])", "", left)
    first, last = known.seconds
    for moment in range(first, last + 1):
        left = re.sub(rf"{moment}(?:\d{{3}}(?!\d))?", "", left)
    return left


def _bits(token: str) -> float:
    """Return how many bits a token of this length and alphabet can hold at most."""
    plain = re.sub(r"[^0-9A-Za-z]", "", token)
    base = next((size for pattern, size in _ALPHABETS if re.fullmatch(pattern, plain)), 64)
    joined = token if base >= 36 else plain  # dashes of a UUID say nothing
    return len(joined) * math.log2(base)


def _is_counted(token: str, others: list[str]) -> bool:
    """Return whether many tokens differ in a few characters only."""
    if token not in others or len(others) < _ENOUGH:
        return False
    before = _shared(others)
    after = _shared([one[::-1] for one in others])
    return _bits(token[before : len(token) - after]) < _BITS / 2


def _shared(texts: list[str]) -> int:
    """Return how many characters all texts begin with alike."""
    return next((at for at, found in enumerate(zip(*texts, strict=False)) if len(set(found)) > 1), len(min(texts)))


def declared_end(probe: Probe) -> timedelta | None:
    """Return how long a session lasts by what the backend says of it, None when it says nothing."""
    now = time.time() - (time.monotonic() - probe.ended)
    found = [*_jwt_ends(probe, now), *_written_ends(probe, now), *_cookie_ends(probe, now)]
    return timedelta(seconds=min(min(found), 1e9)) if found else None


def _jwt_ends(probe: Probe, now: float) -> Iterator[float]:
    for token in session_values(probe):
        end = _part(token, 1).get("exp") if is_jwt(token) else None
        if isinstance(end, int | float):
            yield end - now


def _written_ends(probe: Probe, now: float) -> Iterator[float]:
    for name, value in _fields(probe.received.body):
        if name in _DURATIONS and _is_number(value):
            yield float(value) / (1000 if float(value) >= 1e9 else 1)
        elif name in _MOMENTS and _is_number(value) and float(value) > 0:
            number = float(value)
            yield number / 1000 - now if number >= 1e12 else number - now if number >= 1e9 else number
        elif name in _MOMENTS and isinstance(value, str):
            yield from _until(value, now)


def _until(written: str, now: float) -> Iterator[float]:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return
    yield (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now


def _cookie_ends(probe: Probe, now: float) -> Iterator[float]:
    values = session_values(probe) if not probe.session.token else []
    for cookie in _cookies(probe):
        if cookie.value not in values:
            continue
        if cookie["max-age"].lstrip("-").isdigit():
            yield float(cookie["max-age"])
        elif cookie["expires"]:
            try:
                yield parsedate_to_datetime(cookie["expires"]).timestamp() - now
            except ValueError:
                continue


def _cookies(probe: Probe) -> Iterator[Morsel[str]]:
    for name, value in probe.received.headers:
        if name.lower() == "set-cookie":
            try:
                yield from SimpleCookie(value).values()
            except CookieError:
                continue


def _fields(body: str) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a JSON object and of the objects one level below."""
    try:
        whole = json.loads(body)
    except ValueError:
        return
    if isinstance(whole, dict):
        yield from whole.items()
        for inner in whole.values():
            if isinstance(inner, dict):
                yield from inner.items()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _part(token: str, index: int) -> dict[str, Any]:
    part = token.split(".")[index]
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
