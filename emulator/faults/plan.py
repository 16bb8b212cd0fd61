"""Faults: what goes wrong, for which calls, and in which window."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal, Self, TypeAlias

from emulator.core.derive import derive_fraction
from emulator.core.json_object import Json

#: Tells a fact of a call by name (`persona`, `appid`, `client_id`, `code`, `header.<lower-case name>`,
#: `body.<field>`), None when it has none.
Facts: TypeAlias = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class WechatFailure:
    """Answer with an errcode of WeChat's catalogue."""

    errcode: int


@dataclass(frozen=True, kw_only=True)
class TokenFailure:
    """Answer as Casdoor's OAuth endpoints do: `{"error", "error_description"}`."""

    error: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ApiFailure:
    """Answer as Casdoor's other endpoints do: status 200 and a `msg`."""

    msg: str


@dataclass(frozen=True, kw_only=True)
class StatusOnly:
    """Answer with an HTTP status and a plain page, as a gateway in between would."""

    status: int


@dataclass(frozen=True, kw_only=True)
class FixedReply:
    """Answer with these words: `json` (with `has_json`), or else `text`."""

    status: int = 200
    content_type: str | None = None
    json: Json = None
    has_json: bool = False
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class BrokenConnection:
    """Break the connection before a byte of the reply."""

    kind: Literal["reset", "empty", "hang"]


@dataclass(frozen=True, kw_only=True)
class DamagedBody:
    """Damage the usual reply: `truncated` breaks off half-way, `malformed` is whole but no JSON."""

    kind: Literal["truncated", "malformed"]


@dataclass(frozen=True, kw_only=True)
class Drip:
    """Send the usual reply slowly, so many bytes at a time."""

    size: int
    every: timedelta


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Let so many requests pass in any stretch of `per`; answer the rest with `failure`."""

    requests: int
    per: timedelta
    failure: WechatFailure | TokenFailure | ApiFailure


@dataclass(frozen=True, kw_only=True)
class TamperedToken:
    """Spoil the tokens that the usual reply carries."""

    kind: Literal["expired", "bad_signature", "wrong_issuer", "wrong_audience"]


@dataclass(frozen=True, kw_only=True)
class DroppedKeys:
    """Leave these keys out of the usual JSON reply, at its top level."""

    keys: tuple[str, ...]


Effect: TypeAlias = (
    WechatFailure
    | TokenFailure
    | ApiFailure
    | StatusOnly
    | FixedReply
    | BrokenConnection
    | DamagedBody
    | Drip
    | Limit
    | TamperedToken
    | DroppedKeys
)


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Wait before answering; between the two durations, derived from the seed."""

    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planned trouble.

    It concerns calls whose operation matches the pattern `at` and whose facts equal `when`. Of those
    it passes over the first `after`, then takes each `every`-th, for at most `times` calls and for
    `span` from the moment that it was planned; `chance` thins them out, derived from the seed. `words` is
    how the fault was written.
    """

    id: str
    at: str
    when: Mapping[str, str] = field(default_factory=dict)
    after: int = 0
    times: int | None = None
    every: int = 1
    span: timedelta | None = None
    chance: float | None = None
    effect: Effect | None = None
    delay: Delay | None = None
    words: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """What struck one call: the effect, if any, the time to wait, and the faults' ids."""

    effect: Effect | None
    delay: timedelta
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault, and the moment from which its window counts."""

    fault: Fault
    since: datetime


@dataclass(kw_only=True)
class FaultPlan:
    """The faults of a world in order, with the count of what they have met and struck, by fault id.

    `added` counts all that were ever planned; `passed` holds when a limit let calls pass. Not locked: callers
    hold the world's lock.
    """

    seed: str
    planned: list[Planned] = field(default_factory=list)
    added: int = 0
    met: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    passed: dict[str, deque[datetime]] = field(default_factory=dict)

    @classmethod
    def begin(cls, faults: tuple[Fault, ...], *, seed: str, now: datetime) -> Self:
        """Return the plan of a scenario's faults, none of which has met a call."""
        return cls(seed=seed, planned=[Planned(fault=fault, since=now) for fault in faults], added=len(faults))

    def __bool__(self) -> bool:
        """Whether any fault is planned."""
        return bool(self.planned)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The planned faults, in the order in which they are tried."""
        return tuple(one.fault for one in self.planned)

    @property
    def next_number(self) -> int:
        """The number that names the next fault without an id."""
        return self.added + 1

    def add(self, fault: Fault, *, now: datetime) -> None:
        """Plan one more fault, tried after the others."""
        self.planned.append(Planned(fault=fault, since=now))
        self.added += 1

    def remove(self, fault_id: str) -> bool:
        """Lift a fault; tell whether there was one of that id."""
        kept = [one for one in self.planned if one.fault.id != fault_id]
        found = len(kept) < len(self.planned)
        self.planned = kept
        return found

    def strike(self, operation: str, facts: Facts, *, now: datetime) -> Strike | None:
        """Tell what strikes this call, and count it.

        Delays of all faults that apply add up; of the effects only the first counts.
        """
        effect: Effect | None = None
        delay = timedelta(0)
        ids: list[str] = []
        for planned in self.planned:
            fault = planned.fault
            if not fnmatchcase(operation, fault.at) or not _fits(fault, facts):
                continue
            self.met[fault.id] += 1
            if effect is not None and fault.effect is not None:
                continue
            if not self._due(fault, now - planned.since):
                continue
            found = self._effect(fault, now)
            if found is None and fault.delay is None:
                continue
            self.struck[fault.id] += 1
            ids.append(fault.id)
            effect = effect or found
            delay += self._wait(fault)
        return Strike(effect=effect, delay=delay, ids=tuple(ids)) if ids else None

    def _due(self, fault: Fault, age: timedelta) -> bool:
        turn = self.met[fault.id] - fault.after
        if turn < 1 or turn % fault.every:
            return False
        if fault.times is not None and self.struck[fault.id] >= fault.times:
            return False
        if fault.span is not None and age >= fault.span:
            return False
        return fault.chance is None or self._fraction(fault, "chance") < fault.chance

    def _effect(self, fault: Fault, now: datetime) -> Effect | None:
        if not isinstance(fault.effect, Limit):
            return fault.effect
        passed = self.passed.setdefault(fault.id, deque())
        while passed and now - passed[0] >= fault.effect.per:
            passed.popleft()
        if len(passed) >= fault.effect.requests:
            return fault.effect.failure
        passed.append(now)
        return None

    def _wait(self, fault: Fault) -> timedelta:
        if fault.delay is None:
            return timedelta(0)
        spread = fault.delay.longest - fault.delay.shortest
        return fault.delay.shortest + spread * self._fraction(fault, "delay")

    def _fraction(self, fault: Fault, purpose: str) -> float:
        return derive_fraction(self.seed, "fault", purpose, fault.id, self.met[fault.id])


def _fits(fault: Fault, facts: Facts) -> bool:
    return all(facts(name) == wanted for name, wanted in fault.when.items())
