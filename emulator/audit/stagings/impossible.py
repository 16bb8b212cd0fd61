"""Codes that cannot be codes, as far as the described request has room for them."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.audit.description import mentions
from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble

_CODE = "${code}"
_KIB, _MIB = 10 * 1024, 1024 * 1024
#: Where a code can stand, and what can stand in its place there; None: nothing does.
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "json": {
        "missing": None,
        "empty": "",
        "null": {"value": None},
        "a number": {"value": 7},
        "a list": {"value": []},
        "10 kB": "0" * _KIB,
        "1 MB": "0" * _MIB,
    },
    "form": {"missing": None, "empty": "", "10 kB": "0" * _KIB, "1 MB": "0" * _MIB},
    "text": {"empty": "", "10 kB": "0" * _KIB},
    "query": {"missing": None, "empty": "", "10 kB": "0" * _KIB},
    "headers": {"missing": None, "empty": "", "10 kB": "0" * _KIB},
    "path": {"10 kB": "0" * _KIB},
}


@trouble("impossible-code", "client")
def _impossible(stage: Stage) -> None:
    person = stage.person()
    stage.row(
        [
            Login(person=person, code="", label=label, request=request, names={"code": code})
            for label, request, code in shapes(stage.description.login.request)
        ]
    )


def shapes(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Yield the label, the request and the code of every impossible login that a described request allows."""
    place = next((name for name in _SHAPES if mentions(request.get(name, ""), "code")), "")
    for label, shape in _SHAPES.get(place, {}).items():
        if shape is None:
            yield label, {**request, place: without_code(request[place])}, ""
        elif isinstance(shape, str):
            yield label, request, shape
        elif mentions_alone(request[place]):
            yield label, request, shape["value"]


def without_code(value: Any) -> Any:
    """Return what is left of a written value without the fields in which the code stands."""
    if isinstance(value, Mapping):
        kept = {name: one for name, one in value.items() if not _holds_code(one)}
        return {name: without_code(one) for name, one in kept.items()}
    if isinstance(value, list):
        return [without_code(one) for one in value if not _holds_code(one)]
    return value


def mentions_alone(value: Any) -> bool:
    """Return whether the code stands somewhere with nothing around it, so that it need not be a text."""
    if isinstance(value, Mapping):
        return any(mentions_alone(one) for one in value.values())
    return any(mentions_alone(one) for one in value) if isinstance(value, list) else value == _CODE


def _holds_code(value: Any) -> bool:
    return isinstance(value, str) and mentions(value, "code")
