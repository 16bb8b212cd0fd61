"""The faults of a world: which of them match a call, and how often each did."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Self, TypeAlias

from emulator.core.derive import derive_fraction
from emulator.core.json_object import Json
from emulator.faults.effects import Effect, Fault, Limit
from emulator.world.repository import Codec, Repository
from emulator.world.state import Setting, State

#: Returns a fact of a call by name (`persona`, `appid`, `client_id`, `code`, `header.<lower-case name>`,
#: `body.<field>`), None when it has none.
Facts: TypeAlias = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Match:
    """What matched one call: the effect, if any, the time to wait, and the faults' ids."""

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
    """The faults of a world in order, with the count of what they have matched and struck, by fault id.

    `added` counts all that were ever planned; `passed` holds when a limit let calls pass. Not locked: `Faults` is.
    """

    seed: str
    planned: list[Planned] = field(default_factory=list)
    added: int = 0
    matched: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    passed: dict[str, deque[datetime]] = field(default_factory=dict)

    @classmethod
    def begin(cls, faults: tuple[Fault, ...], *, seed: str, now: datetime) -> Self:
        """Return the plan of a scenario's faults, none of which has matched a call."""
        return cls(seed=seed, planned=[Planned(fault=fault, since=now) for fault in faults], added=len(faults))

    def __bool__(self) -> bool:
        """Whether any fault is planned."""
        return bool(self.planned)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The planned faults, in the order in which they are tried."""
        return tuple(one.fault for one in self.planned)

    def copy(self) -> "FaultPlan":
        """Return a plan that goes its own way from here."""
        passed = {name: deque(times) for name, times in self.passed.items()}
        return replace(
            self, planned=list(self.planned), matched=self.matched.copy(), struck=self.struck.copy(), passed=passed
        )

    def add(self, fault: Fault, *, now: datetime) -> None:
        """Plan one more fault, tried after the others."""
        self.planned.append(Planned(fault=fault, since=now))
        self.added += 1

    def remove(self, fault_id: str) -> bool:
        """Lift a fault; return whether there was one of that id."""
        kept = [one for one in self.planned if one.fault.id != fault_id]
        found = len(kept) < len(self.planned)
        self.planned = kept
        # Another one may be planned under this id, and counts from the beginning.
        del self.matched[fault_id], self.struck[fault_id]
        self.passed.pop(fault_id, None)
        return found

    def match(self, operation: str, facts: Facts, *, now: datetime) -> Match | None:
        """Return what matches this call, and count it.

        Delays of all faults that apply add up; of the effects only the first counts.
        """
        effect: Effect | None = None
        delay = timedelta(0)
        ids: list[str] = []
        for planned in self.planned:
            fault = planned.fault
            if not fnmatchcase(operation, fault.at) or not _fits(fault, facts):
                continue
            self.matched[fault.id] += 1
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
        return Match(effect=effect, delay=delay, ids=tuple(ids)) if ids else None

    def _due(self, fault: Fault, age: timedelta) -> bool:
        turn = self.matched[fault.id] - fault.after
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
        return derive_fraction(self.seed, "fault", purpose, fault.id, self.matched[fault.id])


def _fits(fault: Fault, facts: Facts) -> bool:
    return all(facts(name) == wanted for name, wanted in fault.when.items())


@dataclass(frozen=True, kw_only=True)
class FaultySetting(Setting):
    """What a world is made from, with the faults that are planned from its beginning."""

    faults: tuple[Fault, ...] = ()


class Faults(Repository):
    """The faults that are planned now, and the plans behind the limits of the scenario's `codes:` table."""

    name = "faults"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        faults = state.setting.faults if isinstance(state.setting, FaultySetting) else ()
        self._plan = FaultPlan.begin(faults, seed=state.seed, now=state.clock.now())
        self._codes: dict[str, FaultPlan] = {}

    def __bool__(self) -> bool:
        """Whether any fault is planned."""
        return bool(self._plan.planned)

    def match(self, operation: str, facts: Facts, *, now: datetime) -> Match | None:
        """Return the planned faults that match this call, and count it."""
        planned = tuple(self._plan.planned)
        if not planned:
            return None
        # Facts are looked up before the lock is taken: some are read out of bodies.
        wanted = {name for one in planned if fnmatchcase(operation, one.fault.at) for name in one.fault.when}
        known = {name: facts(name) for name in wanted}
        with self.lock:
            found = self._plan.match(operation, known.get, now=now)
            self.touched()
            return found

    def match_code(self, operation: str, code: str, effect: Effect, *, now: datetime) -> Effect | None:
        """Return the effect of the scenario's `codes:` table that applies now; only a limit lets some calls pass."""
        if not isinstance(effect, Limit):
            return effect
        with self.lock:
            fault = Fault(id=code, at="*", effect=effect)
            fresh = FaultPlan.begin((fault,), seed=self.state.seed, now=now)
            found = self._codes.setdefault(code, fresh).match(operation, _no_fact, now=now)
            self.touched()
            return found.effect if found else None

    def add(self, make: Callable[[int], Fault], *, now: datetime) -> Fault:
        """Plan the fault that `make` makes of the number that names one without an id; return it.

        A number whose name another fault bears is passed over. Raises ValueError when there is a fault of its own id
        already, or as many as the limits allow.
        """
        with self.lock:
            number, ids = self._plan.added + 1, self._ids()
            if len(ids) >= self.state.limits.faults:
                raise ValueError(f"a world holds {self.state.limits.faults} faults at most; lift some")
            fault = make(number)
            while fault.id in ids:
                number += 1
                taken, fault = fault, make(number)
                if fault.id == taken.id:
                    raise ValueError(f"there is a fault {fault.id!r} already")
            self._plan.add(fault, now=now)
            self.touched()
            return fault

    def lift(self, fault_id: str | None = None) -> list[str]:
        """Lift one fault, without an id every one; return the ids. Raises LookupError for an unknown id."""
        with self.lock:
            known = self._ids()
            if fault_id is not None and fault_id not in known:
                raise LookupError(f"there is no fault {fault_id!r}; there are: {', '.join(known) or 'none'}")
            lifted = known if fault_id is None else [fault_id]
            for one in lifted:
                self._plan.remove(one)
            self.touched()
            return lifted

    def struck(self) -> list[tuple[Fault, int]]:
        """Return the planned faults in order, each with the number of calls that it has struck."""
        with self.lock:
            return [(fault, self._plan.struck[fault.id]) for fault in self._plan.faults]

    def _ids(self) -> list[str]:
        return [fault.id for fault in self._plan.faults]

    def freeze(self) -> "Kept":
        """Return a copy of the plans."""
        with self.lock:
            codes = {code: plan.copy() for code, plan in self._codes.items()}
            return Kept(plan=self._plan.copy(), codes=codes)

    def encode(self, frozen: "Kept", codec: Codec) -> Json:
        """Return the plans as JSON."""
        return codec.encode(frozen, Kept)

    def restore(self, given: Json, codec: Codec) -> None:
        """Become what `encode` returned; raises ValueError."""
        kept: Kept = codec.decode(given, Kept, self.name)
        twice = [one for one, number in Counter(fault.id for fault in kept.plan.faults).items() if number > 1]
        if twice:
            raise ValueError(f"faults: there are two of the id {twice[0]!r}")
        with self.lock:
            self._plan, self._codes = kept.plan, dict(kept.codes)
            self.touched()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The plans of a world as a snapshot keeps them."""

    plan: FaultPlan
    codes: dict[str, FaultPlan] = field(default_factory=dict)


def _no_fact(_name: str) -> None:
    return None
