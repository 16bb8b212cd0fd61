"""A body as its reader sees it, decompressed."""

import zlib
from collections.abc import Iterable

from emulator.core.reply import Reply

#: How much of a body is decoded at most, so that a few bytes cannot become gigabytes.
MAX_DECODED = 1024 * 1024
#: How much of a body the journal keeps, and of a decoded one shows.
MAX_SHOWN = 64 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15


def decoded_body(headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return a body without the gzip or deflate that its Content-Encoding names, at most 1 MiB of it.

    Of a damaged or truncated body it returns what comes before the damage. A body without the header, or
    that is not at all what the header says, is returned as it is.
    """
    given = [value for name, value in headers if name.lower() == "content-encoding"]
    for coding in reversed([word.strip().lower() for word in ",".join(given).split(",")]):
        wbits = _wbits(coding, body)
        if wbits is not None:
            body = _inflated(body, wbits)
    return body


def decoded_text(reply: Reply) -> str:
    """Return the body of a reply as text, decompressed, damaged bytes replaced."""
    return decoded_body(reply.headers, reply.body).decode("utf-8", "replace")


def _wbits(coding: str, body: bytes) -> int | None:
    """Return how zlib reads a body of this coding, None when it is not to be decoded."""
    if coding in ("gzip", "x-gzip"):
        return _GZIP if body.startswith(b"\x1f\x8b") else None
    if coding != "deflate" or len(body) < 2:
        return None
    # Many servers send deflate without the wrapper of zlib, whose two bytes are a multiple of 31.
    has_wrapper = body[0] & 0x0F == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
    return _ZLIB if has_wrapper else _RAW


def _inflated(body: bytes, wbits: int) -> bytes:
    """Return what a compressed body says up to its end or its damage, several gzip members one after another."""
    found = bytearray()
    while body and len(found) < MAX_DECODED:
        member = zlib.decompressobj(wbits)
        room = MAX_DECODED - len(found)
        try:
            found += member.decompress(body, room)
        except zlib.error:
            # Bytes without a wrapper that are not deflate were most likely never compressed.
            return body if wbits == _RAW else bytes(found) + _before_damage(body, wbits, room)
        body = member.unused_data if wbits == _GZIP else b""
    return bytes(found)


def _before_damage(body: bytes, wbits: int, room: int) -> bytes:
    """Return what damaged bytes say, fed one by one: zlib forgets all that it read together with the damage."""
    found, member = bytearray(), zlib.decompressobj(wbits)
    try:
        for at in range(min(len(body), MAX_DECODED)):
            if len(found) >= room:
                break
            found += member.decompress(body[at : at + 1], room - len(found))
    except zlib.error:
        pass
    return bytes(found)
