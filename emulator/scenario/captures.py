"""What a capture may say: `$.a.b`, `header:NAME` or `jwt:claim`; of a program `stdout`, `stderr:REGEX` or `$.a.b`."""

import difflib
import re

from emulator.core.patterns import compile_pattern
from emulator.scenario.apps import MINI_STEPS

_PREFIXES = ("header", "jwt")
_STREAMS = ("stdout", "stderr")


def capture_problem(where: str) -> str:
    """Return what is wrong with a capture, empty when nothing is."""
    if where.startswith("$"):
        return _path_problem(where)
    prefix, colon, rest = where.partition(":")
    if colon and prefix in _PREFIXES and rest.strip():
        return ""
    return f"{where!r} captures nothing; {_meant(prefix, rest.strip(), where)}"


def find_capture_problem(kind: str, where: str) -> str:
    """Return what is wrong with a capture of a step of some kind, empty when nothing is."""
    if kind == "run":
        return program_capture_problem(where)
    if kind in MINI_STEPS and not where.startswith("$"):
        return f"{where!r} captures nothing of a mini program; write $.data.x, $.storage.x or another path below $"
    return capture_problem(where)


def program_capture_problem(where: str) -> str:
    """Return what is wrong with a capture from what a program wrote, empty when nothing is."""
    if where.startswith("$"):
        return _path_problem(where)
    name, colon, pattern = where.partition(":")
    if name not in _STREAMS:
        near = difflib.get_close_matches(name.strip().lower(), _STREAMS, 1, 0.5)
        meant = f"did you mean {near[0] + colon + pattern!r}?" if near else "write stdout, stderr:REGEX or $.path"
        return f"{where!r} captures nothing of a program; {meant}"
    try:
        compile_pattern(pattern.strip())
    except ValueError as error:
        return str(error)
    return ""


def _meant(prefix: str, rest: str, where: str) -> str:
    near = difflib.get_close_matches(prefix.strip().lower(), _PREFIXES, 1, 0.5)
    if near and rest:
        return f"did you mean '{near[0]}:{rest}'?"
    if re.fullmatch(r"\.?[A-Za-z_][\w.\[\]]*", where):
        return f"did you mean '$.{where.removeprefix('.')}'?"
    return "write $.path, header:NAME or jwt:claim"


def _path_problem(path: str) -> str:
    from jsonpath_rfc9535 import JSONPathError
    from jsonpath_rfc9535 import compile as compile_path

    try:
        compile_path(path)
    except JSONPathError as error:
        return f"{path} is not a JSON path: {str(error).splitlines()[0]}"
    return ""
