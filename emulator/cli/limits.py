"""How `--limit NAME=NUMBER` is read."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from emulator.core.limits import DEFAULT_LIMITS, Limits
from emulator.server.limits import ServerLimits

#: Every limit's default by name: those of what a world remembers, then those of what its clients may hold.
KNOWN: dict[str, int] = {
    name: int(bound) for name, bound in (DEFAULT_LIMITS.as_dict() | ServerLimits().as_dict()).items()
}


def limits_from(pairs: Iterable[str]) -> tuple[Limits, ServerLimits]:
    """Return the limits that `NAME=NUMBER` pairs set; of two with one name the last counts.

    Raises ValueError with a sentence that says what can be written.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, number = pair.partition("=")
        if not equals:
            raise ValueError(f"{pair!r} is not NAME=NUMBER; write for example users=500")
        if name not in KNOWN:
            known = ", ".join(f"{one}={bound}" for one, bound in KNOWN.items())
            raise ValueError(f"unknown limit {name!r}; the limits and their defaults: {known}")
        if not (number.isascii() and number.isdigit() and int(number) > 0):
            raise ValueError(f"{name} is {number!r}; write a positive whole number such as {name}=500")
        found[name] = int(number)
    remembered = {name: bound for name, bound in found.items() if name in DEFAULT_LIMITS.as_dict()}
    held = {name: bound for name, bound in found.items() if name not in remembered}
    return DEFAULT_LIMITS.replace(**remembered), replace(ServerLimits(), **held)
