"""Laying one scenario file over another."""

from typing import Any

from emulator.scenario.object_kinds import OBJECT_KINDS

#: Maps whose entries are merged field by field; entries of the others replace each other whole.
_FIELD_BY_FIELD = frozenset(
    {"organizations", "providers", "applications", "users", "certs", "miniprograms", "personas", "apps", *OBJECT_KINDS}
)
_MAPS = _FIELD_BY_FIELD | {"codes", "forbidden_words", "vars", "flows"}
_LISTS = frozenset({"faults", "steps", "finally"})
_OWN = frozenset({"name", "description", "tags", "extends", "version", "init_data"})


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a file's content over what it extends (design.md 7): maps merge by key, null removes, lists follow."""
    merged = {name: value for name, value in base.items() if name not in _OWN}
    for name, value in own.items():
        if name in _MAPS:
            merged[name] = _merge_map(merged.get(name, {}), value, deep=name in _FIELD_BY_FIELD)
        elif name in _LISTS:
            merged[name] = [*merged.get(name, []), *value]
        else:
            merged[name] = value
    return merged


def _merge_map(base: dict[str, Any], own: dict[str, Any], *, deep: bool) -> dict[str, Any]:
    merged = dict(base)
    for key, entry in own.items():
        if entry is None:
            merged.pop(key, None)
        elif deep and isinstance(merged.get(key), dict):
            merged[key] = merged[key] | entry
        else:
            merged[key] = entry
    return merged
