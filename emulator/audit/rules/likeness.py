"""When a client cannot tell two answers apart."""

import json
import re
from typing import Any

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.runner.results import Received

#: What differs between any two answers: numbers of requests, times.
_PASSING = re.compile(
    r"(?i)^(x_)?(request|req|trace|log|error|event|correlation)_?id$|^rid$|^time(stamp)?$|^ts$|^path$"
)
_CHANGING = re.compile(r"[0-9a-fA-F]{8}[0-9a-fA-F-]*|\d{4}-\d\d-\d\d[T ][\d:.+Z-]*|\d{9,}")


def bad_code_answers(evidence: Evidence) -> list[Probe]:
    """Return the logins with a bad code that were answered, and not with a success."""
    return [
        one
        for one in evidence.logins("invalid-code")
        if one.outcome != "success" and not one.received.failure and one.exchanges
    ]


def alike(one: Received, other: Received) -> bool:
    """Return whether two answers have the same status and body, ids of requests and times aside."""
    return one.status == other.status and _shape(one.body) == _shape(other.body)


def _shape(body: str) -> Any:
    try:
        return _lasting(json.loads(body))
    except ValueError:
        return _CHANGING.sub("…", body.strip())


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lasting(one) for name, one in value.items() if not _PASSING.search(name)}
    if isinstance(value, list):
        return [_lasting(one) for one in value]
    return _CHANGING.sub("…", value) if isinstance(value, str) else value
