"""What a rule is, and the table of all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Something observed that a rule forbids: the key of a sentence, and what fills its places.

    `probe` is where it was seen; None for something that only several show. `severity` differs from the rule's where a
    case is lighter or graver; `cause` names whose doing it is when it is not the backend's own.
    """

    key: str
    probe: Probe | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    severity: Severity | None = None
    cause: str = ""


class NotExamined(Exception):
    """Raised by a check that cannot tell, with the reason."""


Check = Callable[[Evidence], Iterable[Seen]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: what it needs, in which troubles it is examined, and the check that yields what it forbids.

    `troubles` are ids, or `every`, `server`, `client`. `covers` names rules whose findings about the same probe have
    the same cause, and are left out. `texts` are those of a user's own rule; built-in ones have them in `data/audit/`.
    """

    id: str
    severity: Severity
    check: Check
    troubles: tuple[str, ...]
    needs: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    texts: Mapping[str, Any] = field(default_factory=dict)


_ALL: dict[str, Rule] = {}
#: Every rule by its id, in the order of facts/login-rules.md 1, then users' own.
RULES: Mapping[str, Rule] = MappingProxyType(_ALL)


def rule(
    rule_id: str,
    severity: Severity,
    *,
    troubles: tuple[str, ...] | str = "every",
    needs: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
    **texts: Any,
) -> Callable[[Check], Check]:
    """Register a check of everything that was seen: it yields what the rule forbids.

    Raises ValueError for an id that is taken.
    """

    def register(check: Check) -> Check:
        if rule_id in _ALL:
            raise ValueError(f"two rules have the id {rule_id!r}")
        named = (troubles,) if isinstance(troubles, str) else troubles
        _ALL[rule_id] = Rule(
            id=rule_id, severity=severity, check=check, troubles=named, needs=needs, covers=covers, texts=texts
        )
        return check

    return register


def forget(rule_ids: Iterable[str]) -> None:
    """Take rules out of the table, as after an audit with a user's own."""
    for name in tuple(rule_ids):
        _ALL.pop(name, None)


def each_probe(check: Callable[[Evidence, Probe], Iterator[Seen]], *troubles: str, logins_only: bool = False) -> Check:
    """Return a check of all that was seen, from one of a single probe."""

    def whole(evidence: Evidence) -> Iterator[Seen]:
        for probe in evidence.probes(*troubles):
            if probe.is_login or not logins_only:
                yield from check(evidence, probe)

    return whole
