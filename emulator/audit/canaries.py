"""The secrets of an audit's world, and every form in which they could leak (facts/login-rules.md 0)."""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote

from emulator.audit.observer import Call

Kind = Literal["session_key", "appsecret", "access_token", "client_secret"]
#: Parts of a text that can hold another one: JWTs and signed cookies (`eyJ…`), zlib (`.eJ…`) and gzip (`H4sI…`).
_PACKED = re.compile(r"(?:eyJ|eJ|H4sI)[A-Za-z0-9_+/-]{8,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
#: How deep packed texts are opened, and how long an opened one may be.
_DEPTH, _MAX_OPENED = 2, 1_000_000


@dataclass(kw_only=True)
class Canaries:
    """The secrets that the backend came to know, by kind."""

    values: dict[Kind, set[str]] = field(default_factory=dict)

    def add(self, kind: Kind, value: object) -> None:
        """Add a secret; one too short to be found for certain is left out."""
        if isinstance(value, str) and len(value) >= 8:
            self.values.setdefault(kind, set()).add(value)

    def learn(self, calls: list[Call]) -> None:
        """Add the secrets that WeChat has given away in these calls, inner ones included."""
        for call in calls:
            self._learn(call.operation, call.text)
            for inner in call.exchange.inner:
                self._learn(inner.operation, inner.reply.body.decode("utf-8", "replace"))

    def found_in(self, text: str, kind: Kind) -> str:
        """Return how a secret of a kind stands in a text (`as it is`, `base64`, …), empty when none does."""
        views = _views(text)
        for value in sorted(self.values.get(kind, ())):
            for how, form in _forms(value):
                for inside, view in views:
                    if form in view:
                        return f"{how}, {inside}" if inside else how
        return ""

    def _learn(self, operation: str, text: str) -> None:
        if operation == "wechat.code2session":
            for found in re.findall(r'"session_key":\s*"((?:[^"\\]|\\.)*)"', text):
                self.add("session_key", found.replace("\\/", "/"))
        elif operation in ("wechat.token", "wechat.stable_token"):
            for found in re.findall(r'"access_token":\s*"([^"]+)"', text):
                self.add("access_token", found)


def forms(secret: str) -> Iterator[tuple[str, str]]:
    """Yield the forms in which a secret can stand in a text, each with its name."""
    yield "as it is", secret
    if "/" in secret:
        yield "escaped as in JSON", secret.replace("/", "\\/")
    once = quote(secret, safe="")
    if once != secret:
        yield "URL-encoded", once
        yield "URL-encoded twice", quote(once, safe="")
    for offset in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            yield f"in {name}", _aligned(encode, secret.encode(), offset)
    key = _decoded_key(secret)
    if key:
        yield "without padding", secret.rstrip("=")
        yield "in hex", key.hex()
        yield "in hex", key.hex().upper()
        yield "in base64url", base64.urlsafe_b64encode(key).decode().rstrip("=")


@lru_cache(maxsize=4096)
def _forms(secret: str) -> tuple[tuple[str, str], ...]:
    return tuple(forms(secret))


@lru_cache(maxsize=64)
def _views(text: str) -> tuple[tuple[str, str], ...]:
    """Return a text as it stands and as what reads it sees it, each with where that is."""
    views = [("", text), ("escaped as in JSON", _unescaped(text))]
    once = unquote(text)
    views += [("URL-encoded", once), ("URL-encoded twice", unquote(once))]
    views += [("inside a packed text", one) for one in _opened(text, _DEPTH)]
    first = {one: how for how, one in reversed(views)}
    return tuple((how, one) for one, how in reversed(first.items()))


def _unescaped(text: str) -> str:
    """Return a text without the escapes of JSON, as far as a secret can contain them."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\\/", "/")


def _opened(text: str, depth: int) -> Iterator[str]:
    """Yield what is packed in a text: payloads of JWTs, compressed cookies, base64 of gzip."""
    if not depth:
        return
    for found in _PACKED.findall(text):
        packed = found.replace("-", "+").replace("_", "/")
        whole = packed[: len(packed) - (len(packed) % 4 == 1)]
        inner = _inflated(base64.b64decode(whole + "=" * (-len(whole) % 4))).decode("utf-8", "replace")
        yield inner
        yield _unescaped(inner)
        yield from _opened(inner, depth - 1)


def _inflated(value: bytes) -> bytes:
    """Return what zlib or gzip compressed, and everything else unchanged."""
    try:
        return zlib.decompressobj(wbits=47).decompress(value, _MAX_OPENED)
    except zlib.error:
        return value


def _aligned(encode: Callable[[bytes], bytes], value: bytes, offset: int) -> str:
    """Return the part of a base64 text that a value determines when `offset` bytes stand before it."""
    whole = encode(b"\0" * offset + value).decode().rstrip("=")
    first = -(-offset * 8 // 6)
    last = (offset + len(value)) * 8 // 6
    return whole[first:last]


def _decoded_key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return key if len(key) == 16 and secret.endswith("==") else b""
