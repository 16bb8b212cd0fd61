"""What a capture may say: `$.a.b`, `header:NAME` or `jwt:claim`."""

import difflib
import re

_PREFIXES = ("header", "jwt")


def capture_problem(where: str) -> str:
    """Return what is wrong with a capture, empty when nothing is."""
    if where.startswith("$"):
        return _path_problem(where)
    prefix, colon, rest = where.partition(":")
    if colon and prefix in _PREFIXES and rest.strip():
        return ""
    return f"{where!r} captures nothing; {_meant(prefix, rest.strip(), where)}"


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
