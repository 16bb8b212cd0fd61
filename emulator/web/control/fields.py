"""How the control API reads what it is given, and says what it would have allowed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import request

from emulator.core.json_object import Json


class BadRequest(Exception):
    """A control call that asks for something impossible; the text says what is allowed."""


def read(*allowed: str) -> dict[str, Json]:
    """Return the JSON object in the request's body, `{}` for an empty body, whatever its Content-Type.

    Raises BadRequest.
    """
    sent = request.get_data()
    if not sent.strip():
        return {}
    try:
        given = _loads(sent)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON; {_allowing(allowed)}") from error
    if not isinstance(given, dict):
        raise BadRequest(f"the body is JSON but not an object; {_allowing(allowed)}")
    _check_names(given, allowed)
    return given


def read_any() -> Json:
    """Return the JSON value in the request's body; raises BadRequest."""
    try:
        return _loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error


def query(*allowed: str) -> dict[str, str]:
    """Return the request's query parameters, the first of each name; raises BadRequest for unknown ones."""
    asked = request.args.to_dict()
    _check_names(asked, allowed)
    return asked


def text(given: Mapping[str, Json], name: str, *, required: bool = False) -> str:
    """Return a text field, `""` when it is absent or null; raises BadRequest."""
    value = given.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise BadRequest(f"{name!r} must be a text" + (", it is missing" if value is None else ""))
    return value


def choice(given: Mapping[str, Json], name: str, choices: tuple[str, ...], *, required: bool = False) -> str | None:
    """Return a text field that must be one of the choices, None when it is absent; raises BadRequest."""
    value = text(given, name, required=required)
    if not value and not required:
        return None
    if value not in choices:
        raise BadRequest(f"{name!r} is {value!r}; allowed: {', '.join(choices) or 'nothing, there is none'}")
    return value


def profile(given: Mapping[str, Json], *, required: bool = False) -> str | None:
    """Return the text field `profile`, which must name one, None when it is absent; raises BadRequest."""
    from emulator.casdoor.versions import PROFILES

    value = text(given, "profile", required=required)
    if not value and not required:
        return None
    if value not in PROFILES:
        raise BadRequest(f"'profile' is {value!r}; allowed: {PROFILES.allowed}")
    return value


def number(asked: Mapping[str, str], name: str) -> int | None:
    """Return a whole number from the query, None when it is absent; raises BadRequest."""
    value = asked.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 15):
        raise BadRequest(f"{name!r} is {value!r}; it must be a whole number such as 0 or 20")
    return int(value)


def instant(given: Mapping[str, Json], name: str) -> datetime | None:
    """Return an aware UTC instant written as RFC 3339, None when it is absent; raises BadRequest."""
    value = text(given, name)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadRequest(f"{name!r} is {value!r}; write an instant such as 2026-01-01T08:00:00Z")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise BadRequest(f"{name!r} is {value!r}, which is outside the calendar") from error


@contextmanager
def refusing() -> Iterator[None]:
    """Pass a domain's ValueError on as a BadRequest."""
    try:
        yield
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _loads(sent: bytes) -> Json:
    """Return what JSON says; raises ValueError for what no reply could say again, such as NaN or half a character."""
    value: Json = json.loads(sent)
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return value


def _check_names(given: Mapping[str, object], allowed: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in allowed]
    if unknown:
        raise BadRequest(f"unknown {', '.join(map(repr, unknown))}; {_allowing(allowed)}")


def _allowing(allowed: tuple[str, ...]) -> str:
    if not allowed:
        return "this call takes no fields"
    return f"this call takes an object with {', '.join(map(repr, allowed))}"
