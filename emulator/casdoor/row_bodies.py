"""The JSON bodies of calls that write rows, read as Go reads them into a structure."""

from emulator.casdoor.gojson import decode, kind_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason


def read_row(body: bytes, zeros: JsonObject, *, kind: str) -> JsonObject:
    """Return the row of a JSON body with every field of `zeros`; `kind` is Go's name such as `Token`.

    Keys match ignoring case, unknown ones are left out, null leaves the zero value. Raises ApiError with Go's text.
    """
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    if value is not None and not isinstance(value, dict):
        text = f"json: cannot unmarshal {kind_of(value)} into Go value of type object.{kind}"
        raise ApiError(text, why=reason("body-not-object"))
    names, row = {name.lower(): name for name in zeros}, JsonObject(zeros)
    for key, one in (value or {}).items():
        name = names.get(key.lower())
        if name is not None and one is not None:
            row[name] = _checked(kind, name, zeros[name], one)
    return row


def _checked(kind: str, name: str, zero: Json, value: Json) -> Json:
    wanted = {str: "string", bool: "bool", int: "int"}.get(type(zero), "[]string")
    fits = type(value) is type(zero) if zero is not None else isinstance(value, list)
    if fits:
        return value
    text = f"json: cannot unmarshal {kind_of(value, wanted)} into Go struct field {kind}.{name} of type {wanted}"
    raise ApiError(text, why=reason("body-field-type", field=name, type=wanted))
