"""The live state made from a scenario: the only mutable object of the emulator."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import RLock

from emulator.casdoor.defaults import (
    complete_application,
    complete_cert,
    complete_organization,
    complete_provider,
    complete_user,
)
from emulator.casdoor.token_row import TokenRow
from emulator.core.json_object import Json, JsonObject
from emulator.faults.plan import Effect, Facts, Fault, FaultPlan, Limit, Strike
from emulator.journal.journal import Journal
from emulator.scenario.identity import openid_of, unionid_of
from emulator.scenario.model import MiniProgram, Persona, Scenario
from emulator.world.clock import Clock, WallClock

#: The cert that an application without one signs with.
BUILT_IN_CERT = "cert-built-in"

#: How many deeds a world remembers.
MAX_DEEDS = 2000


@dataclass(kw_only=True)
class LoginCode:
    """A js_code that wx.login gave out; `spent_in` is the number of the exchange that spent it."""

    code: str
    appid: str
    persona: str
    issued_at: datetime
    spent_at: datetime | None = None
    spent_in: int = 0


@dataclass(frozen=True, kw_only=True)
class SessionKey:
    """A user's session_key under one appid: standard base64 of 16 bytes, and when it was made."""

    value: str
    made_at: datetime


@dataclass(kw_only=True)
class Session:
    """A Casdoor session behind a cookie: who is signed in, and the tokens that get-account showed."""

    subject: str = ""
    token: str = ""
    account_token: str = ""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What was done to a world from outside, after exchange `after`: as a step of a scenario, `{}` if there is none.

    `code` is the login code that was given out.
    """

    after: int
    at: datetime
    what: str
    step: Mapping[str, Json] = field(default_factory=dict)
    code: str = ""


@dataclass(kw_only=True)
class State:
    """What a reset throws away. Users are keyed by `(owner, name)`, tokens by their row name."""

    clock: Clock
    faults: FaultPlan
    signed_in: str
    personas: dict[str, Persona]
    organizations: dict[str, JsonObject]
    applications: dict[str, JsonObject]
    providers: dict[tuple[str, str], JsonObject]
    certs: dict[str, JsonObject]
    users: dict[tuple[str, str], JsonObject]
    login_codes: dict[str, LoginCode] = field(default_factory=dict)
    session_keys: dict[tuple[str, str], SessionKey] = field(default_factory=dict)
    tokens: dict[str, TokenRow] = field(default_factory=dict)
    tokens_by_access_hash: dict[str, str] = field(default_factory=dict)
    tokens_by_refresh_hash: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
    openids: dict[tuple[str, str], str] = field(default_factory=dict)
    unionids: dict[tuple[str, str], str | None] = field(default_factory=dict)
    limited_codes: dict[str, FaultPlan] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)


class World:
    """A scenario come to life. State changes only inside `with world.lock`.

    `wall` reads the machine's clock for scenarios whose time runs. `profile` overrides the
    scenario's until the next `load`.
    """

    def __init__(self, scenario: Scenario, *, wall: WallClock, name: str = "main", profile: str | None = None) -> None:
        self.name = name
        self.lock = RLock()
        self.wall = wall
        self.scenario = scenario
        self.profile = profile or scenario.profile
        self.state = self._fresh(scenario)
        #: Grows with every change, exchanges included.
        self.revision = 0
        self._watchers: dict[object, Callable[[], None]] = {}

    def reset(self) -> None:
        """Go back to the scenario: users, codes, tokens, clock, faults and journal. One swap under the lock."""
        state = self._fresh(self.scenario)
        with self.lock:
            self.state = state
        self.touch()

    def load(self, scenario: Scenario, *, profile: str | None = None) -> None:
        """Become another scenario: one swap under the lock."""
        state = self._fresh(scenario)
        with self.lock:
            self.scenario, self.profile, self.state = scenario, profile or scenario.profile, state
        self.touch()

    def restore(self, scenario: Scenario, state: State, *, profile: str) -> None:
        """Become what a snapshot told: one swap under the lock."""
        with self.lock:
            self.scenario, self.profile, self.state = scenario, profile, state
        self.touch()

    def touch(self) -> None:
        """Count a change, and tell whoever waits for one."""
        with self.lock:
            self.revision += 1
            if not self._watchers:
                return
            told, self._watchers = self._watchers, {}
        for ring in told.values():
            ring()

    def on_change(self, ring: Callable[[], None], *, since: int) -> Callable[[], None]:
        """Have `ring` called once, at the next change after revision `since`; return what calls that off."""
        key = object()
        with self.lock:
            late = self.revision != since
            if not late:
                self._watchers[key] = ring
        if late:
            ring()
        return lambda: self._forget(key)

    def _forget(self, key: object) -> None:
        with self.lock:
            self._watchers.pop(key, None)

    def new_world(self, scenario: Scenario, *, name: str, profile: str | None = None) -> "World":
        """Return another world that reads the same machine's clock."""
        return World(scenario, wall=self.wall, name=name, profile=profile)

    def add_persona(self, person: Persona) -> bool:
        """Add a person, or replace the one of that name; tell whether it is new."""
        with self.lock:
            state = self.state
            new = person.name not in state.personas
            state.personas[person.name] = person
            state.openids, state.unionids = {}, {}
            state.signed_in = state.signed_in or person.name
        return new

    def did(self, what: str, step: Mapping[str, Json] | None = None, *, code: str = "") -> None:
        """Remember something that was done to this world from outside, up to a bound."""
        with self.lock:
            state = self.state
            deed = Deed(after=state.journal.next_number - 1, at=self.now(), what=what, step=step or {}, code=code)
            state.deeds.append(deed)
            if len(state.deeds) > MAX_DEEDS:
                state.deeds[:2] = [replace(state.deeds[1], what="more was done than is remembered", step={})]

    def now(self) -> datetime:
        """Return the world's time, aware, in UTC."""
        return self.state.clock.now()

    def count(self, *parts: str) -> int:
        """Return how often this was called before with these parts, and count this call.

        The numbers keep apart what is derived from the same names again and again.
        """
        with self.lock:
            key = "\x00".join(parts)
            number = self.state.counters[key]
            self.state.counters[key] = number + 1
            return number

    def strike(self, operation: str, facts: Facts) -> Strike | None:
        """Tell which planned fault strikes this call, and count it."""
        if not self.state.faults:
            return None
        with self.lock:
            return self.state.faults.strike(operation, facts, now=self.now())

    def strike_code(self, operation: str, code: str, effect: Effect) -> Effect | None:
        """Return the effect of the scenario's `codes:` table that strikes now; only a limit lets some calls pass."""
        if not isinstance(effect, Limit):
            return effect
        with self.lock:
            fault = Fault(id=code, at="*", effect=effect)
            fresh = FaultPlan.begin((fault,), seed=self.seed, now=self.now())
            struck = self.state.limited_codes.setdefault(code, fresh).strike(operation, _no_fact, now=self.now())
            return struck.effect if struck else None

    @property
    def seed(self) -> str:
        """What every identifier of this world is derived under."""
        return self.scenario.seed

    @property
    def personas(self) -> Mapping[str, Persona]:
        """The people of this world by name."""
        return self.state.personas

    @property
    def miniprograms(self) -> Mapping[str, MiniProgram]:
        """The mini programs registered at this world's WeChat, by appid."""
        return self.scenario.miniprograms

    def openid(self, appid: str, persona: str) -> str:
        """Return a persona's openid: `o`, 5 characters of the mini program, 22 of both."""
        place = (appid, persona)
        openids = self.state.openids
        if place not in openids:
            openids[place] = openid_of(self.seed, self._program(appid), self._person(persona))
        return openids[place]

    def unionid(self, appid: str, persona: str) -> str | None:
        """Return a persona's unionid, None when the mini program or the persona has none."""
        place = (appid, persona)
        unionids = self.state.unionids
        if place not in unionids:
            unionids[place] = unionid_of(self.seed, self._program(appid), self._person(persona))
        return unionids[place]

    def persona_of(self, wechat: str) -> str | None:
        """Return the persona to whom an openid or a unionid belongs."""
        if not wechat:
            return None
        for name in self.personas:
            for appid in self.miniprograms:
                if wechat in (self.openid(appid, name), self.unionid(appid, name)):
                    return name
        return None

    def _program(self, appid: str) -> MiniProgram:
        return self.miniprograms.get(appid, MiniProgram(appid=appid, secret=""))

    def _person(self, name: str) -> Persona:
        return self.personas.get(name, Persona(name=name))

    def _fresh(self, scenario: Scenario) -> State:
        clock = Clock(self.wall, frozen_at=scenario.clock)
        now = clock.now()
        organizations = _by_name(complete_organization(row, now=now) for row in scenario.organizations)
        return State(
            clock=clock,
            faults=FaultPlan.begin(scenario.faults, seed=scenario.seed, now=now),
            signed_in=next(iter(scenario.personas), ""),
            personas=dict(scenario.personas),
            organizations=organizations,
            applications=_by_name(complete_application(row, now=now) for row in scenario.applications),
            providers={(row.owner, row.name): complete_provider(row) for row in scenario.providers},
            certs=_by_name(complete_cert(row) for row in (JsonObject(name=BUILT_IN_CERT), *scenario.certs)),
            users={
                (row.owner, row.name): complete_user(
                    row, seed=scenario.seed, now=now, organization=organizations.get(row.owner)
                )
                for row in scenario.users
            },
        )


def _no_fact(_name: str) -> None:
    return None


def _by_name(rows: Iterable[JsonObject]) -> dict[str, JsonObject]:
    return {row.name: row for row in rows}
