"""Comparing a reply with what a step expects."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emulator.core.durations import parse_duration
from emulator.core.patterns import search
from emulator.runner.names import CannotCapture, claims_of, json_body
from emulator.runner.results import Mismatch, Received

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}
_NOTHING = object()


def compare(expected: Mapping[str, Any], received: Received, notes: tuple[str, ...]) -> list[Mismatch]:
    """Return everything in which a reply differs from an `expect` (design.md 7); names are filled in already.

    `notes` are the ids of the notes that the reply carried.
    """
    broken = expected.get("connection", "")
    if broken or received.failure:
        if broken == received.failure:
            return []
        return [Mismatch(at="connection", expected=broken or "a reply", actual=received.failure or "a reply")]
    return list(_differences(expected, received, notes))


def _differences(expected: Mapping[str, Any], received: Received, notes: tuple[str, ...]) -> Iterator[Mismatch]:
    if "status" in expected and not _is_status(expected["status"], received.status):
        yield Mismatch(at="status", expected=show(expected["status"]), actual=show(received.status))
    for name, wanted in expected.get("headers", {}).items():
        found = [value for header, value in received.headers if header.lower() == name.lower()]
        values: list[Any] = [*found] or [_NOTHING]
        differing = [list(match(wanted, value, f"header {name}")) for value in values]
        yield from [] if [] in differing else differing[0]  # one header of several, such as Set-Cookie, is enough
    if "text" in expected:
        yield from match(expected["text"], received.body, "text")
    yield from _body_differences(expected, received)
    missing = [name for name in expected.get("notes", []) if name not in notes]
    if missing:
        yield Mismatch(at="notes", expected=", ".join(missing), actual=", ".join(notes) or "none")
    if "within" in expected and received.elapsed > parse_duration(expected["within"]):
        yield Mismatch(at="time", expected=f"within {expected['within']}", actual="longer")


def _is_status(wanted: Any, status: int) -> bool:
    """Return whether a status is the wanted one, one of a list, or of a class such as `4xx`."""
    if isinstance(wanted, list):
        return status in wanted
    if isinstance(wanted, str):
        return wanted == f"{status // 100}xx"
    return bool(wanted == status)


def _body_differences(expected: Mapping[str, Any], received: Received) -> Iterator[Mismatch]:
    wanted = {name for name in ("json", "json_exact", "errcode", "jwt") if name in expected}
    if not wanted:
        return
    try:
        body = json_body(received)
        claims = claims_of(body) if "jwt" in wanted else {}
    except CannotCapture as error:
        yield Mismatch(at="body", expected="JSON" if "jwt" not in wanted else "an access token", actual=str(error))
        return
    if "json" in wanted:
        yield from match(expected["json"], body, "$")
    if "json_exact" in wanted:
        yield from match(expected["json_exact"], body, "$", exact=True)
    if "errcode" in wanted:
        actual = body.get("errcode", _NOTHING) if isinstance(body, dict) else _NOTHING
        yield from match(expected["errcode"], actual, "$.errcode")
    if "jwt" in wanted:
        yield from match(expected["jwt"], claims, "jwt")


def match(wanted: Any, actual: Any, at: str, *, exact: bool = False) -> Iterator[Mismatch]:
    """Yield where a value differs: objects by the wanted keys (by all if `exact`), lists element by element."""
    if isinstance(wanted, dict) and len(wanted) == 1 and next(iter(wanted)).startswith("$"):
        yield from _match_special(wanted, actual, at)
    elif actual is _NOTHING:
        yield Mismatch(at=at, expected=show(wanted), actual="nothing there")
    elif isinstance(wanted, dict) and isinstance(actual, dict):
        for key, one in wanted.items():
            yield from match(one, actual.get(key, _NOTHING), _below(at, key), exact=exact)
        for key in actual if exact else ():
            if key not in wanted:
                yield Mismatch(at=_below(at, key), expected="nothing there", actual=show(actual[key]))
    elif isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        for index, (one, other) in enumerate(zip(wanted, actual, strict=True)):
            yield from match(one, other, f"{at}[{index}]", exact=exact)
    elif (type(wanted) is not type(actual) or wanted != actual) and not _same_number(wanted, actual):
        yield Mismatch(at=at, expected=show(wanted), actual=show(actual))


def _match_special(wanted: Mapping[str, Any], actual: Any, at: str) -> Iterator[Mismatch]:
    (name, value), fits = next(iter(wanted.items())), False
    match name:
        case "$absent":
            fits = (actual is _NOTHING) == bool(value)
        case "$any":
            fits = (actual is not _NOTHING) == bool(value)
        case "$contains":
            fits = _contains(value, actual)
        case "$regex":
            fits = isinstance(actual, str) and search(str(value), actual)
        case "$type":
            fits = actual is not _NOTHING and _TYPES[value](actual)
        case "$length":
            fits = isinstance(actual, str | list | dict) and len(actual) == value
        case _:
            raise ValueError(f"unknown matcher {name}; allowed: $absent, $any, $contains, $length, $regex, $type")
    if not fits:
        shown = "nothing there" if actual is _NOTHING else show(actual)
        yield Mismatch(at=at, expected=_say(name, value), actual=shown)


def _contains(value: Any, actual: Any) -> bool:
    if isinstance(actual, str):
        return isinstance(value, str) and value in actual
    if isinstance(actual, list):
        return any(not list(match(value, one, "")) for one in actual)
    return isinstance(actual, dict) and value in actual


def _say(name: str, value: Any) -> str:
    said = {
        "$absent": "nothing there" if value else "anything",
        "$any": "anything" if value else "nothing there",
        "$contains": f"something that contains {show(value)}",
        "$regex": f"text that matches {value}",
        "$type": f"a value of type {value}",
        "$length": f"a length of {value}",
    }
    return said[name]


def _same_number(wanted: Any, actual: Any) -> bool:
    numbers = isinstance(wanted, int | float) and isinstance(actual, int | float)
    return numbers and not isinstance(wanted, bool) and not isinstance(actual, bool) and wanted == actual


def _below(at: str, key: str) -> str:
    return f"{at}.{key}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) else f"{at}[{key!r}]"


def show(value: Any) -> str:
    """Return a value as JSON, shortened."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"
