"""How `--limit NAME=NUMBER` is read."""

from collections.abc import Iterable

from emulator.core.limits import DEFAULT_LIMITS


def limits_from(pairs: Iterable[str]) -> dict[str, int]:
    """Return the limits that `NAME=NUMBER` pairs name; of two with one name the last counts.

    Raises ValueError with a sentence that says what can be written.
    """
    found: dict[str, int] = {}
    for pair in pairs:
        name, equals, number = pair.partition("=")
        if not equals:
            raise ValueError(f"{pair!r} is not NAME=NUMBER; write for example users=500")
        if name not in DEFAULT_LIMITS.as_dict():
            known = ", ".join(f"{one}={bound}" for one, bound in DEFAULT_LIMITS.as_dict().items())
            raise ValueError(f"unknown limit {name!r}; the limits and their defaults: {known}")
        if not (number.isascii() and number.isdigit() and int(number) > 0):
            raise ValueError(f"{name} is {number!r}; write a positive whole number such as {name}=500")
        found[name] = int(number)
    return found
