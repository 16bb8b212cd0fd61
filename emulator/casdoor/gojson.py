"""JSON as Go's encoding/json reads and writes it, down to the texts of its errors.

Source of the texts: facts/casdoor.md 1.2, 2.6, 4.2; further ones from the Go 1 standard library's scanner (assumed
where no recording shows them).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import cast

from emulator.core.json_object import Json

_SPACE = " \t\r\n"
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_TO_ESCAPE = re.compile("[<>&\u2028\u2029]")
_UNPRINTABLE = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_MAX_DEPTH = 200
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_INT64 = range(-(2**63), 2**63)
_LITERALS = {None: "null", True: "true", False: "false"}


class GoJsonError(ValueError):
    """A text that Go does not accept as JSON, or a value that it does not write; its message is Go's."""


class GoNumber(float):
    """A number that is not an int64, with its spelling, which Go's errors show; infinite when it is out of range."""

    def __init__(self, literal: str) -> None:
        self.literal = literal


def encode(value: object, *, indent: int | None = 2) -> str:
    """Return JSON text as Casdoor sends it: raw UTF-8, with `<`, `>`, `&` and line separators escaped.

    `indent` None gives the compact form of JWT payloads. Source: facts/casdoor.md 1.2.
    """
    if indent is not None:
        text = _indented(value, "\n", " " * indent)
    elif _has_float(value):
        text = _compact(value)
    else:
        text = _PLAIN.encode(value)  # in C, and only floats look different there
    return _TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], text)


def decode(body: bytes) -> Json:
    """Return the value of a JSON text; of repeated keys the last counts, and numbers but int64 are a GoNumber.

    Raises GoJsonError with Go's message.
    """
    try:
        # What Python's reader takes with these hooks, Go takes too; what it refuses, the scanner below explains.
        value = json.loads(
            body.decode("utf-8", "replace"), parse_int=_integer, parse_float=GoNumber, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        _scan(body)
        value = json.loads(body.decode("utf-8", "replace"), parse_int=_integer, parse_float=GoNumber)
    if b"\\u" not in body and body.count(b"[") + body.count(b"{") <= _MAX_DEPTH:
        return cast("Json", value)
    _scan(body)
    return _sound(value)


def _scan(body: bytes) -> None:
    """Raise the error that Go's scanner has for a text, if any."""
    octets = body.decode("latin-1")  # Go's scanner works byte by byte and shows a byte as that character
    end = _skip(octets, _value(octets, _skip(octets, 0), 0))
    if end < len(octets):
        raise _unexpected(octets, end, "after top-level value")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is Python's alone")


def in_key_order(value: Mapping[str, Json]) -> dict[str, Json]:
    """Return a map as Go writes it, sorted by its keys in byte order; a struct keeps its own order."""
    return {name: value[name] for name in sorted(value)}


def kind_of(value: Json, wanted: str = "") -> str:
    """Name a value's kind as Go's type errors do: string, number, bool, array, object.

    Where a number was `wanted` (int, float64), one that does not fit is named with its spelling.
    """
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, GoNumber) and wanted in ("int", "float64"):
        return f"number {value.literal}"
    if isinstance(value, int | float):
        return "number"
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _indented(value: object, line: str, step: str) -> str:
    """Return JSON text over several lines; `line` is a line break with the indentation of the value itself."""
    inner = line + step
    if isinstance(value, dict) and value:
        parts = [f"{encode_basestring(name)}: {_indented(one, inner, step)}" for name, one in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}"
    if isinstance(value, list | tuple) and value:
        parts = [_indented(one, inner, step) for one in value]
        return f"[{inner}{f',{inner}'.join(parts)}{line}]"
    return _compact(value)


def _compact(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return _LITERALS[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(name)}:{_compact(one)}" for name, one in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([_compact(one) for one in value]) + "]"
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _has_float(value: object) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else (value,)
    for one in parts:
        kind = type(one)
        if kind is str or kind is bool or kind is int or one is None:
            continue
        if isinstance(one, float) or (isinstance(one, dict | list | tuple) and _has_float(one)):
            return True
    return False


def _float(value: float) -> str:
    """Return a float64 as Go spells it: an exponent from 1e21 on and below 1e-6, not padded where it is negative."""
    if not math.isfinite(value):
        raise GoJsonError(f"json: unsupported value: {'NaN' if math.isnan(value) else f'{value:+}'.title()}")
    text = float.__repr__(value)
    _, _, exponent = text.partition("e")
    if not exponent:
        return text.removesuffix(".0")
    if -6 <= int(exponent) < 21:
        from decimal import Decimal

        return format(Decimal(text), "f")
    return text.replace("e-0", "e-")


def _integer(literal: str) -> int | GoNumber:
    # Python refuses to read integers of more than 4,300 digits; int64 has 19 and a sign.
    if len(literal) > 20 or int(literal) not in _INT64:
        return GoNumber(literal)
    return int(literal)


def _sound(value: Json) -> Json:
    """Replace lone surrogates, which Python keeps and Go does not."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, dict):
        return {str(_sound(name)): _sound(one) for name, one in value.items()}
    return value


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _unexpected(text: str, at: int, where: str) -> GoJsonError:
    if at >= len(text):
        return GoJsonError("unexpected end of JSON input")
    char = text[at]
    if char == "'":
        shown = r"'\''"
    elif char == '"':
        shown = "'\"'"
    elif char.isprintable():
        shown = f"'{char}'"
    else:
        code = f"x{ord(char):02x}" if char < " " or char == "\x7f" else f"u{ord(char):04x}"
        shown = f"'{_UNPRINTABLE.get(char, chr(92) + code)}'"
    return GoJsonError(f"invalid character {shown} {where}")


def _value(text: str, at: int, depth: int) -> int:
    """Return the position after the value that starts at `at`."""
    char = text[at : at + 1]
    if depth >= _MAX_DEPTH and char and char in "{[":
        raise _unexpected(text, at, "exceeded max depth")
    if char == "{":
        return _object(text, at, depth)
    if char == "[":
        return _array(text, at, depth)
    if char == '"':
        return _string(text, at)
    if char and char in "-0123456789":
        return _number(text, at)
    for literal in ("true", "false", "null"):
        if char == literal[0]:
            return _literal(text, at, literal)
    raise _unexpected(text, at, "looking for beginning of value")


def _object(text: str, at: int, depth: int) -> int:
    def member(start: int) -> int:
        if text[start : start + 1] != '"':
            raise _unexpected(text, start, "looking for beginning of object key string")
        colon = _skip(text, _string(text, start))
        if text[colon : colon + 1] != ":":
            raise _unexpected(text, colon, "after object key")
        return _value(text, _skip(text, colon + 1), depth + 1)

    return _sequence(text, at, "}", member, "after object key:value pair")


def _array(text: str, at: int, depth: int) -> int:
    return _sequence(text, at, "]", lambda start: _value(text, start, depth + 1), "after array element")


def _sequence(text: str, at: int, closing: str, item: Callable[[int], int], where: str) -> int:
    at = _skip(text, at + 1)
    if text[at : at + 1] == closing:
        return at + 1
    while True:
        at = _skip(text, item(at))
        char = text[at : at + 1]
        if char == closing:
            return at + 1
        if char != ",":
            raise _unexpected(text, at, where)
        at = _skip(text, at + 1)


def _string(text: str, at: int) -> int:
    at += 1
    while at < len(text):
        char = text[at]
        if char == '"':
            return at + 1
        if char < " ":
            raise _unexpected(text, at, "in string literal")
        at = _escape(text, at + 1) if char == "\\" else at + 1
    raise _unexpected(text, at, "")


def _escape(text: str, at: int) -> int:
    char = text[at : at + 1]
    if char == "u":
        for place in range(at + 1, at + 5):
            if text[place : place + 1] not in set("0123456789abcdefABCDEF"):
                raise _unexpected(text, place, "in \\u hexadecimal character escape")
        return at + 5
    if not char or char not in '"\\/bfnrt':
        raise _unexpected(text, at, "in string escape code")
    return at + 1


def _number(text: str, at: int) -> int:
    found = _NUMBER.match(text, at)
    if found is None:
        raise _unexpected(text, at + 1, "in numeric literal")
    end = found.end()
    if text[end : end + 1] == ".":
        raise _unexpected(text, end + 1, "after decimal point in numeric literal")
    if text[end : end + 1] in ("e", "E"):
        sign = 1 if text[end + 1 : end + 2] in ("+", "-") else 0
        raise _unexpected(text, end + 1 + sign, "in exponent of numeric literal")
    return end


def _literal(text: str, at: int, literal: str) -> int:
    for offset, char in enumerate(literal):
        if text[at + offset : at + offset + 1] != char:
            raise _unexpected(text, at + offset, f"in literal {literal} (expecting {char!r})")
    return at + len(literal)
