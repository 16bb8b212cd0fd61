"""What the schema of scenario files takes from Casdoor's tables: the profiles, and the fields of objects."""

from typing import Any

from emulator.core.json_object import Json
from emulator.core.tables import table
from emulator.scenario.object_kinds import OBJECT_KINDS
from emulator.scenario.profile_names import every_profile_name, newest_version

Schema = dict[str, Any]

#: The parts of the schema with a field for each one of Casdoor's.
KINDS = ("organization", "provider", "application", "user")


def with_casdoor_tables(base: Schema) -> Schema:
    """Return the schema with the profiles and every field of Casdoor's objects, each with the type of its zero value.

    What `base` says of a field itself stays as it is.
    """
    parts = {kind: _with_fields(kind, base["$defs"][kind]) for kind in KINDS}
    profile = {**base["properties"]["profile"], "enum": list(every_profile_name())}
    lists = {name: _objects(name, kind) for name, kind in OBJECT_KINDS.items()}
    return {
        **base,
        "properties": {**base["properties"], **lists, "profile": profile},
        "$defs": {**base["$defs"], **parts},
    }


def _objects(name: str, kind: str) -> Schema:
    zeros: Any = table("casdoor", newest_version(), "objects.json")
    fields = {field: field_schema(zero) for field, zero in zeros[kind].items()}
    row = {"type": "object", "properties": fields, "additionalProperties": False}
    return {
        "type": "object",
        "description": f"Casdoor's {name} by organization/name.",
        "additionalProperties": {
            "anyOf": [row, {"type": "null"}],
            "x-expected": "an object, or null to remove the entry",
        },
    }


def _with_fields(kind: str, part: Schema) -> Schema:
    return {**part, "properties": {**_fields(kind), **part["properties"]}}


def _fields(kind: str) -> Schema:
    zeros: Any = table("casdoor", newest_version(), f"{kind}.json")
    return {name: field_schema(zero) for name, zero in zeros.items()}


def field_schema(zero: Json) -> Schema:
    """Return the schema of a field with that zero value: its type, or anything where the value leaves that open."""
    match zero:
        case bool():
            return {"type": "boolean"}
        case str():
            return {"type": "string"}
        case int() | float():
            return {"type": "number"}
        case dict():
            return {"type": "object"}
        case list() if all(isinstance(one, str) for one in zero):
            return {"type": "array", "items": {"type": "string"}}
    return {}
