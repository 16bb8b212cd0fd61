"""What a `verify` may say beyond the schema: which keys go together, and which operations there are."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from emulator.scenario.document import Trail
from emulator.scenario.effects import operations, unknown_operation


def verify_problems(given: Mapping[str, Any]) -> Iterator[tuple[Trail, str]]:
    """Yield what is wrong with a `verify`, each with the trail of the value in it."""
    if ("operation" in given) == ("in_order" in given):
        yield (), "a verify has either 'operation' or 'in_order'"
    for key in ("count", "never", "when"):
        if key in given and "in_order" in given:
            yield (key,), f"{key!r} goes with 'operation', not with 'in_order'"
    if "never" in given and "count" in given:
        yield ("never",), "'never' means 'count: 0', so it cannot stand together with 'count'"
    wanted = given.get("count")
    if isinstance(wanted, Mapping) and wanted.get("$at_least", 0) > wanted.get("$at_most", float("inf")):
        yield ("count", "$at_most"), f"no number is at least {wanted['$at_least']} and at most {wanted['$at_most']}"
    if "operation" in given and not known_operation(given["operation"]):
        yield ("operation",), unknown_operation(given["operation"])
    for index, one in enumerate(given.get("in_order", [])):
        pattern = one if isinstance(one, str) else one["operation"]
        if not known_operation(pattern):
            yield ("in_order", index), unknown_operation(pattern)


def known_operation(pattern: str) -> bool:
    """Return whether there is an operation of this pattern; one with `${` in it shows when the step runs."""
    return "${" in pattern or any(fnmatchcase(name, pattern) for name in operations())


def verified_personas(given: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield the mappings of facts that may name a persona, and under which key."""
    for one in (given, *given.get("in_order", [])):
        if isinstance(one, Mapping):
            yield one.get("when", {}), "persona"
