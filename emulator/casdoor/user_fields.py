"""The fields of a user as Casdoor's updates see them: Go types, account items, columns."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from emulator.casdoor.defaults import shape
from emulator.casdoor.gojson import decode, in_key_order, kind_of
from emulator.casdoor.versions import Version, newest
from emulator.casdoor.views import User
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason

_CAPITAL = re.compile("[A-Z]")
_MAX_EXACT = 2**53  # beyond it a float64 does not hold every integer


@dataclass(frozen=True, kw_only=True)
class UserFields:
    """Tables of facts/casdoor.md 4.3, 4.4 and 5.2.

    `items` pairs an account item with its field, in the order of comparison; `default` are the columns
    written without `columns`; `admin` and `rights` come on top for administrators; `unreachable` cannot
    be named in `columns`; `types` are the Go types that the zero value does not show.
    """

    items: tuple[tuple[str, str], ...]
    default: tuple[str, ...]
    admin: tuple[str, ...]
    rights: tuple[str, ...]
    unreachable: tuple[str, ...]
    types: Mapping[str, str]


@cache
def user_fields(version: Version) -> UserFields:
    """Return the tables of a version, without the fields that its users do not have."""
    table, has = version.tables.object("user_fields"), version.shape("user").keys()

    def pairs(part: str) -> dict[str, str]:
        return {item: field for item, field in table.row(part).items() if isinstance(field, str) and field in has}

    def named(part: str) -> tuple[str, ...]:
        return tuple(field for field in table.texts(part) if field in has)

    return UserFields(
        items=tuple(pairs("items").items()),
        default=named("default"),
        admin=named("admin"),
        rights=named("rights"),
        unreachable=named("unreachable"),
        types=MappingProxyType({name: one for name, one in table.row("types").items() if isinstance(one, str)}),
    )


def zero(field: str) -> Json:
    """Return a field's zero value as Go has it: None for lists and maps."""
    value = shape("user").get(field)
    return None if isinstance(value, list | dict) else value


def field_of_item(item: str) -> str:
    """Return the field that an account item's viewRule hides, empty for none.

    Source: object/user.go in v3.158.0, GetFilteredUser: the name without blanks and case, with three exceptions.
    """
    name = _ITEMS_NAMED_OTHERWISE.get(item, item)
    return _names().get(name.lower().replace(" ", ""), "")


_ITEMS_NAMED_OTHERWISE = {
    "Multi-factor authentication": "preferredMfaType",
    "User type": "type",
    "Country/Region": "region",
}


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in shape("user")}


def columns_of(field: str) -> str:
    """Return a field's column name: `displayName` is `display_name`."""
    return _CAPITAL.sub(lambda found: "_" + found[0].lower(), field)


@cache
def fields_by_column() -> dict[str, str]:
    """Return the fields by column name."""
    return {columns_of(name): name for name in shape("user")}


def decode_user(body: bytes) -> User:
    """Return the fields that a JSON body gives, under their proper names; null and unknown keys are left out.

    Raises ApiError with Go's text for a body that is not a user (facts/casdoor.md 4.2 step 1).
    """
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    if value is None:
        return User()
    if not isinstance(value, dict):
        why = reason("body-not-object")
        raise ApiError(f"json: cannot unmarshal {kind_of(value)} into Go value of type object.User", why=why)
    given = User()
    for key, one in value.items():
        name = _names().get(key.lower())
        if name is not None and one is not None:
            _check_type(name, one)
            given[name] = _kept(name, one)
    return given


def go_type(field: str) -> str:
    """Return a field's Go type as type errors name it."""
    known = user_fields(newest()).types.get(field)
    if known:
        return known
    value = shape("user")[field]
    return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"


def _check_type(field: str, value: Json) -> None:
    wanted = go_type(field)
    if wanted.startswith("[]"):
        fits = isinstance(value, list)
    elif wanted.startswith("map"):
        fits = isinstance(value, dict)
    else:
        fits = _fits_scalar(wanted, value)
    if not fits:
        raise _type_error(field, value, wanted)
    _check_elements(field, value, wanted)


def _check_elements(field: str, value: Json, wanted: str) -> None:
    inside = wanted.removeprefix("map[string]").removeprefix("[]")
    if inside == wanted:
        return
    elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for element in elements:
        fits = isinstance(element, str) if inside == "string" else isinstance(element, dict)
        if element is not None and not fits:
            raise _type_error(field, element, inside.removeprefix("*"))


def _fits_scalar(wanted: str, value: Json) -> bool:
    if isinstance(value, bool):
        return wanted == "bool"
    if isinstance(value, int):
        return wanted in ("int", "float64")
    if isinstance(value, float):
        return wanted == "float64" and math.isfinite(value)
    return wanted == "string" and isinstance(value, str)


def _kept(field: str, value: Json) -> Json:
    """Return a value that fits as Go keeps it: numbers rounded, maps in the order of their keys, null texts empty."""
    wanted = go_type(field)
    if wanted == "float64" and isinstance(value, int) and abs(value) > _MAX_EXACT:
        return float(value)
    texts = wanted.endswith("]string")
    if isinstance(value, list):
        return ["" if texts and one is None else _plain(one, wanted, field) for one in value]
    if isinstance(value, dict):
        kept = {name: "" if texts and one is None else _plain(one, wanted, field) for name, one in value.items()}
        return in_key_order(kept)
    return _plain(value, wanted, field)


def _plain(value: Json, wanted: str, path: str) -> Json:
    """Return a value with plain numbers for those of the decoder.

    The types of fields inside a row are not in the tables: a number out of range is refused as float64 (assumed).
    """
    if isinstance(value, list):
        return [_plain(one, wanted, path) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one, wanted, f"{path}.{name}") for name, one in value.items()}
    if isinstance(value, float) and math.isinf(value):
        struct = wanted.rpartition(".")[2]
        kind = kind_of(value, "float64")
        why = reason("body-field-type", field=path, type="float64")
        raise ApiError(f"json: cannot unmarshal {kind} into Go struct field {struct}.{path} of type float64", why=why)
    return float(value) if isinstance(value, float) else value


def _type_error(field: str, value: Json, wanted: str) -> ApiError:
    kind = kind_of(value, wanted)
    why = reason("body-field-type", field=field, type=wanted)
    return ApiError(f"json: cannot unmarshal {kind} into Go struct field User.{field} of type {wanted}", why=why)
