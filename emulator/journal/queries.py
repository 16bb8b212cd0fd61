"""Asking a journal what was called: how often, in which order, and what came near."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from emulator.core.json_object import Json
from emulator.journal.calls import Call, Entries, calls, flat

#: How many near misses, and how many calls in order, a failure lists at most.
MAX_MISSES = 5
MAX_LISTED = 30


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How often something is to be called; `at_most` None is without end."""

    at_least: int = 0
    at_most: int | None = None

    def __contains__(self, number: int) -> bool:
        """Return whether a number is within."""
        return self.at_least <= number and (self.at_most is None or number <= self.at_most)

    def __str__(self) -> str:
        """Show `2`, `at least 1`, `at most 3` or `1 to 3`."""
        if self.at_most is None:
            return f"at least {self.at_least}"
        if self.at_least == self.at_most:
            return str(self.at_most)
        return f"{self.at_least} to {self.at_most}" if self.at_least else f"at most {self.at_most}"


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A call of the operation that was meant, with other facts."""

    number: int
    wanted: Mapping[str, Json]
    actual: Mapping[str, Json]

    def __str__(self) -> str:
        """Show which exchange it was, and what differed."""
        facts = (f"{name} was {self.actual[name]!r}, not {self.wanted[name]!r}" for name in self.actual)
        return f"exchange {self.number}: {', '.join(facts)}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a journal says to a `verify`: `expected` and `actual` are texts, `subject` is what was asked for."""

    ok: bool
    count: int
    subject: str
    expected: str
    actual: str
    seen: str
    misses: tuple[Miss, ...] = ()


def bounds_of(given: Mapping[str, Any]) -> Bounds:
    """Return how often a `verify` wants something: once unless `count` or `never` say otherwise."""
    if given.get("never"):
        return Bounds(at_most=0)
    wanted = given.get("count", 1)
    if isinstance(wanted, Mapping):
        return Bounds(at_least=wanted.get("$at_least", 0), at_most=wanted.get("$at_most"))
    return Bounds(at_least=wanted, at_most=wanted)


def verify(journal: Entries, given: Mapping[str, Any]) -> Finding:
    """Return whether what was called is what a `verify` step says; the step was checked already."""
    made = calls(journal)
    if "in_order" in given:
        return _in_order(made, [_wanted(one) for one in given["in_order"]])
    pattern, when, bounds = given["operation"], given.get("when", {}), bounds_of(given)
    found = sum(call.fits(pattern, when) for call in made)
    ok = found in bounds
    misses = () if ok or found > bounds.at_least else tuple(nearest(made, pattern, when))
    return Finding(
        ok=ok,
        count=found,
        subject=pattern,
        expected=str(bounds),
        actual=str(found),
        seen=seen(made),
        misses=misses,
    )


def seen(made: Iterable[Call]) -> str:
    """Return what was called, what came of it, and how often, in one line."""
    counted = Counter(str(call) for call in made)
    return ", ".join(f"{times} × {name}" for name, times in sorted(counted.items())) or "nothing"


def nearest(made: Iterable[Call], pattern: str, when: Mapping[str, Any]) -> list[Miss]:
    """Return the calls of the operation whose facts differ, those first that differ least."""
    wanted = flat(when)
    found = []
    for call in made:
        differing = call.differing(when)
        if differing and fnmatchcase(call.operation, pattern):
            found.append(Miss(number=call.number, wanted={name: wanted[name] for name in differing}, actual=differing))
    return sorted(found, key=lambda miss: len(miss.actual))[:MAX_MISSES]


def _wanted(one: Any) -> tuple[str, Mapping[str, Any]]:
    return (one, {}) if isinstance(one, str) else (one["operation"], one.get("when", {}))


def _in_order(made: Sequence[Call], wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> Finding:
    """Look for calls in an order; others may come between, and no call counts twice."""
    left = list(made)
    for position, (pattern, when) in enumerate(wanted):
        index = next((index for index, call in enumerate(left) if call.fits(pattern, when)), None)
        if index is None:
            return Finding(
                ok=False,
                count=position,
                subject="in_order",
                expected=" → ".join(_described(*one) for one in wanted),
                actual=f"no {_described(pattern, when)}"
                + (f" after {_described(*wanted[position - 1])}" * (position > 0)),
                seen=" → ".join(_listed(made)) or "nothing",
                misses=tuple(nearest(left, pattern, when)),
            )
        left = left[index + 1 :]
    return Finding(ok=True, count=len(wanted), subject="in_order", expected="", actual="", seen="")


def _described(pattern: str, when: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in flat(when).items())
    return f"{pattern} ({facts})" if facts else pattern


def _listed(made: Sequence[Call]) -> Iterator[str]:
    yield from (str(call) for call in made[:MAX_LISTED])
    if len(made) > MAX_LISTED:
        yield f"{len(made) - MAX_LISTED} more"
