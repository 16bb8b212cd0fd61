"""How identifiers are derived from names, so that nothing is ever drawn at random."""

import base64
import hashlib
import hmac
import uuid

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def derive(seed: str, *parts: str | int) -> bytes:
    """Return 32 bytes that depend on the seed and the parts alone.

    HMAC-SHA256 under the seed; each part is preceded by its length, so that ("ab", "c") and
    ("a", "bc") differ.
    """
    message = b"".join(_framed(str(part)) for part in parts)
    return hmac.digest(seed.encode(), message, hashlib.sha256)


def derive_uuid(seed: str, *parts: str | int) -> str:
    """Return a UUID of version 4 in its usual text form."""
    return str(uuid.UUID(bytes=derive(seed, *parts)[:16], version=4))


def derive_hex(seed: str, length: int, *parts: str | int) -> str:
    """Return `length` lower-case hexadecimal digits, at most 64."""
    return derive(seed, *parts).hex()[:length]


def derive_base64url(seed: str, length: int, *parts: str | int) -> str:
    """Return `length` characters of `[0-9A-Za-z_-]`, at most 43."""
    return base64.urlsafe_b64encode(derive(seed, *parts)).decode()[:length]


def derive_alphanumeric(seed: str, length: int, *parts: str | int) -> str:
    """Return `length` characters of `[0-9A-Za-z]`, at most 32."""
    return "".join(_ALPHANUMERIC[byte % 62] for byte in derive(seed, *parts)[:length])


def derive_fraction(seed: str, *parts: str | int) -> float:
    """Return a number from 0 up to, not including, 1."""
    return int.from_bytes(derive(seed, *parts)[:6]) / 2**48


def _framed(part: str) -> bytes:
    encoded = part.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4) + encoded
