"""Checking a document against the schema, with messages for people."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from emulator.scenario.document import Document, Trail, suggest
from emulator.scenario.nodes import schema

#: jsonschema types the parts of its errors as anything or unset, so they stay untyped here.
ValidationError = Any

_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "null",
}


def check_schema(document: Document) -> set[Trail]:
    """Note every place of the document that breaks the schema; return the trails of the broken parts."""
    broken: set[Trail] = set()
    for error in _validator().iter_errors(document.value):
        _report(document, error)
        trail = tuple(error.absolute_path)
        if error.validator == "additionalProperties" and not trail:
            broken |= {(key,) for key in error.instance if key not in error.schema["properties"]}
        else:
            broken.add(trail)
    return broken


def check_part(document: Document, part: str) -> None:
    """Note every place of a document that is one `fault` or one `verify` and breaks its part of the schema."""
    for error in _validator(f"#/$defs/{part}").iter_errors(document.value):
        _report(document, error)


@cache
def _validator(ref: str = "") -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # JSON Schema takes 503.0 for an integer; a status line does not.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    whole = schema()
    strict = extend(Draft202012Validator, type_checker=types)  # type: ignore[no-untyped-call]
    return strict({"$ref": ref, "$defs": whole["$defs"]} if ref else whole)


def _report(document: Document, error: ValidationError) -> None:
    trail = tuple(error.absolute_path)
    inner = _closest(error)
    if inner is not None:
        for one in inner:
            _report(document, one)
        return
    if error.validator == "additionalProperties":
        _report_unknown_keys(document, trail, error)
    elif error.validator == "required":
        # Each missing key is an error of its own, which does not say which one it is.
        for missing in sorted(set(error.validator_value) - set(error.instance)):
            document.report(trail, f"missing key {missing!r}")
    else:
        document.report(trail, _say(error), once=True)


def _closest(error: ValidationError) -> list[Any] | None:
    """Return the errors of the alternative that was meant, None when no alternative has the value's kind."""
    if error.validator != "anyOf":
        return None
    branches: dict[int, list[Any]] = {}
    for one in error.context or ():
        branches.setdefault(int(one.schema_path[0]), []).append(one)
    for errors in sorted(branches.values(), key=_has_unknown_key):
        if all(len(one.path) > 0 or one.validator in ("additionalProperties", "required") for one in errors):
            return errors
    patterns = [one for errors in branches.values() for one in errors if one.validator == "pattern"]
    return patterns[:1] or None


def _has_unknown_key(errors: Iterable[Any]) -> bool:
    return any(one.validator == "additionalProperties" and not one.path for one in errors)


def _report_unknown_keys(document: Document, trail: Trail, error: ValidationError) -> None:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            document.report((*trail, key), f"unknown key {key!r}{suggest(key, known)}", at_key=True)


def _say(error: ValidationError) -> str:
    got = show(error.instance)
    match error.validator:
        case "enum":
            known = [str(value) for value in error.validator_value]
            hint = suggest(str(error.instance), known) if isinstance(error.instance, str) else ""
            return f"{got} is not allowed here{hint or '; allowed: ' + ', '.join(known)}"
        case "const":
            return f"expected {show(error.validator_value)}, got {got}"
        case "type":
            return f"expected {_expected(error)}, got {got}"
        case "minimum":
            return f"expected at least {error.validator_value}, got {got}"
        case "maximum":
            return f"expected at most {error.validator_value}, got {got}"
        case "minItems":
            return "expected at least one entry, got an empty list"
        case "maxItems":
            return f"expected at most {error.validator_value} entries, got {len(error.instance)}"
    return f"expected {error.schema.get('x-expected', 'something else')}, got {got}"


def _expected(error: ValidationError) -> str:
    if "x-expected" in error.schema:
        return str(error.schema["x-expected"])
    names: Iterable[str] = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    return " or ".join(_KINDS[name] for name in names)


def show(value: Any) -> str:
    """Return a value as a message names it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value) if len(repr(value)) < 80 else f"{repr(value)[:77]}…"
