"""The secrets of an audit's world, and every form in which they could leak (facts/login-rules.md 0)."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from emulator.audit.observer import Call

Kind = Literal["session_key", "appsecret", "access_token", "client_secret"]


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
        for value in sorted(self.values.get(kind, ())):
            for how, form in forms(value):
                if form in text:
                    return how
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
        yield "in hex", key.hex()
        yield "in hex", key.hex().upper()
        yield "in base64url", base64.urlsafe_b64encode(key).decode().rstrip("=")


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
