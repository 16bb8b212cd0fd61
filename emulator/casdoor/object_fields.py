"""Bodies that describe an object of any kind, read as Go reads them into its struct."""

import math

from emulator.casdoor.defaults import go_zero, shape
from emulator.casdoor.gojson import decode, kind_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason


def decode_object(kind: str, body: bytes) -> JsonObject:
    """Return the object of a kind that a JSON body describes: every field, those that it leaves out with Go's zero.

    Raises ApiError with Go's text for a body that is not one (facts/casdoor.md 4.2 step 1, 11.2).
    """
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    given = {} if value is None else value
    if not isinstance(given, dict):
        message = f"json: cannot unmarshal {kind_of(value)} into Go value of type object.{struct_of(kind)}"
        raise ApiError(message, why=reason("body-not-object"))
    zeros = shape(kind)
    names = {name.lower(): name for name in zeros}
    row = JsonObject({name: go_zero(zero) for name, zero in zeros.items()})
    for key, one in given.items():
        name = names.get(key.lower())
        if name is not None and one is not None:
            row[name] = _fitting(kind, name, zeros[name], one)
    return row


def struct_of(kind: str) -> str:
    """Return the name of a kind's Go struct: `role` is a `Role`."""
    return kind[:1].upper() + kind[1:]


def _fitting(kind: str, name: str, zero: Json, value: Json) -> Json:
    """Return a value as Go keeps it in a field like `zero`; raises ApiError when it does not fit."""
    wanted = _go_type(zero)
    if not _fits(zero, value):
        message = f"json: cannot unmarshal {kind_of(value, wanted)} into Go struct field {struct_of(kind)}.{name}"
        raise ApiError(f"{message} of type {wanted}", why=reason("body-field-type", field=name, type=wanted))
    return _plain(value)


def _go_type(zero: Json) -> str:
    if isinstance(zero, bool):
        return "bool"
    if isinstance(zero, int):
        return "int"
    if isinstance(zero, float):
        return "float64"
    return "string" if isinstance(zero, str) else "map[string]string" if isinstance(zero, dict) else "[]string"


def _fits(zero: Json, value: Json) -> bool:
    if isinstance(zero, bool) or isinstance(value, bool):
        return isinstance(zero, bool) and isinstance(value, bool)
    if isinstance(zero, int) and not isinstance(value, float):
        return isinstance(value, int)
    if isinstance(zero, float):
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, list | dict) if zero is None else isinstance(value, type(zero))


def _plain(value: Json) -> Json:
    """Return a value with plain numbers for those of the decoder."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return float(value) if isinstance(value, float) else value
