"""Durations as people write them: `800ms`, `3s`, `5m`, `1h30m`, `1d`."""

import re
from datetime import timedelta

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|d|h|m|s)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")

#: What a wrong duration's message says is allowed.
ALLOWED = "write a number and a unit such as 800ms, 3s, 5m, 2h, 1d or 1h30m"


def parse_duration(text: str) -> timedelta:
    """Read a duration; raises ValueError with a sentence for a text that is none."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration; {ALLOWED}")
    try:
        return sum((float(number) * _UNITS[unit] for number, unit in _PART.findall(text)), timedelta(0))
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error
