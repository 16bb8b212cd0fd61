"""What an expectation may say of a value: `{$contains: x}` and its like."""

from typing import Any

from emulator.core.patterns import compile_pattern
from emulator.scenario.document import suggest

#: What an expectation may say of a value, and the types that `$type` knows.
MATCHERS = ("$contains", "$regex", "$type", "$any", "$absent", "$length")
TYPES = ("string", "number", "boolean", "object", "array", "null")


def matcher_problem(name: str, value: Any) -> str:
    """Return what is wrong with a matcher, empty when nothing is."""
    if name not in MATCHERS:
        return f"unknown matcher {name!r}{suggest(name, MATCHERS)}"
    if name == "$type" and value not in TYPES:
        return f"unknown type {value!r}{suggest(str(value), TYPES)}"
    if name in ("$any", "$absent") and not isinstance(value, bool):
        return f"{name} takes true or false, got {value!r}"
    if name == "$length" and (not isinstance(value, int) or isinstance(value, bool)):
        return f"$length takes a whole number, got {value!r}"
    if name == "$regex":
        return _wrong_pattern(value)
    return ""


def _wrong_pattern(value: Any) -> str:
    if not isinstance(value, str):
        return f"$regex takes a text, got {value!r}"
    try:
        compile_pattern(value)
    except ValueError as error:
        return str(error)
    return ""
