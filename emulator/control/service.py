"""Everything that is done to a world from outside: by HTTP, by steps, by tests and by commands alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from emulator.casdoor.versions import PROFILES
from emulator.control.events import ControlEvents
from emulator.core.durations import parse_duration
from emulator.core.errors import ScenarioError
from emulator.core.json_object import Json
from emulator.core.reason import Reason
from emulator.faults.effects import Fault
from emulator.faults.plan import Faults
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.queries import verify
from emulator.journal.reasons import reason
from emulator.journal.serialize import LazyEntry
from emulator.scenario.model import Persona, Scenario, scenario_of
from emulator.wechat.login_codes import issue_code
from emulator.wechat.one_time_codes import OneTimeCode
from emulator.wechat.payments import Payment, pay
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import issue_phone_code
from emulator.wechat.subscribe_messages import Permit, SubscribeMessage, SubscribeMessages, give_permit
from emulator.wechat.user_info import UserInfo, hand_out
from emulator.world.clock import LAST_YEAR
from emulator.world.state import State
from emulator.world.transaction import Transaction
from emulator.world.world import World

T = TypeVar("T")


class Refused(ValueError):
    """Something that cannot be done; the text says why, and what is allowed."""


class Unknown(Refused):
    """Something that is not there; the text says what is."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A world's time, and whether it stands still."""

    now: datetime
    frozen: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How often something was called, whether that is what was wanted, and if not what came near."""

    count: int
    ok: bool
    why: Reason | None = None
    nearest: tuple[str, ...] = ()


class ControlService:
    """What can be done to one world. Each call works on one state and raises Refused for what cannot be done.

    What is done wakes whoever waits for a change, reaches the state file, and is part of a recording.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def reset(self) -> None:
        """Go back to the scenario: users, codes, tokens, clock, faults and journal, at one moment."""
        state = self.world.state
        self.world.replace_state(self.world.fresh_state(state.setting, profile=state.profile))

    def load(self, scenario: Scenario, *, profile: str | None = None) -> None:
        """Become another scenario, at one moment."""
        self.world.replace_state(self.world.fresh_state(scenario, profile=profile and known_profile(profile)))

    def issue_login_code(self, *, persona: str = "", appid: str = "") -> OneTimeCode:
        """Play wx.login for a persona (default: the one signed in) and a mini program (default: the first)."""
        tx = self.world.transaction()
        chosen, program = _chosen(tx, persona, appid)
        code = _refusing(lambda: issue_code(tx, persona=chosen, appid=program))
        self._record(
            tx.state,
            "a login code was given out",
            {"wx.login": {"as": code.persona, "appid": code.appid}},
            {"code": code.code},
        )
        return code

    def issue_phone_code(self, *, persona: str = "", appid: str = "") -> OneTimeCode:
        """Play the getPhoneNumber button for a persona (default: the one signed in) and a mini program (the first)."""
        tx = self.world.transaction()
        chosen = persona or tx.get(Personas).signed_in
        program = appid or next(iter(scenario_of(tx.state).miniprograms), "")
        code = _refusing(lambda: issue_phone_code(tx, persona=chosen, appid=program))
        step: dict[str, Json] = {"wx.getPhoneNumber": {"as": code.persona, "appid": code.appid}}
        self._record(tx.state, "a phone code was given out", step, {"phone_code": code.code})
        return code

    def hand_out_user_info(self, *, persona: str = "", appid: str = "", kind: str, avatar: str = "") -> UserInfo:
        """Play wx.getUserInfo and its like, for a persona (the one signed in) and a mini program (the first)."""
        tx = self.world.transaction()
        chosen, program = _chosen(tx, persona, appid)
        info = _refusing(lambda: hand_out(tx, persona=chosen, appid=program, kind=kind, avatar=avatar))
        step: dict[str, Json] = {f"wx.{kind}": {"as": info.persona, "appid": info.appid}}
        self._record(tx.state, f"wx.{kind} was called", step, info.names)
        return info

    def give_permit(self, *, persona: str = "", appid: str = "", template: str) -> Permit:
        """Play wx.requestSubscribeMessage accepted, for a persona (the one signed in) and a program (the first)."""
        tx = self.world.transaction()
        chosen, program = _chosen(tx, persona, appid)
        permit = _refusing(lambda: give_permit(tx, persona=chosen, appid=program, template=template))
        step: dict[str, Json] = {"as": permit.persona, "template": permit.template, "appid": permit.appid}
        self._record(tx.state, "a subscribe message was permitted", {"wx.requestSubscribeMessage": step})
        return permit

    def messages(self) -> list[SubscribeMessage]:
        """Return the subscribe messages that were sent, oldest first."""
        return self.world.state.get(SubscribeMessages).all()

    def pay(self, *, persona: str = "", appid: str = "") -> Payment:
        """Play wx.requestPayment, for a persona (the one signed in) and a mini program (the first)."""
        tx = self.world.transaction()
        chosen, program = _chosen(tx, persona, appid)
        payment = _refusing(lambda: pay(tx, persona=chosen, appid=program))
        step: dict[str, Json] = {"wx.requestPayment": {"as": payment.persona, "appid": payment.appid}}
        self._record(tx.state, "somebody paid", step, payment.numbers)
        return payment

    def faults(self) -> list[tuple[Fault, int]]:
        """Return the planned faults in order, each with the number of calls that it has struck."""
        return self.world.state.get(Faults).struck()

    def plan_fault(self, source: object) -> Fault:
        """Plan one more fault, written as in a scenario file; raises Refused."""
        from emulator.scenario import parse_fault

        state = self.world.state
        people = state.get(Personas).names()

        try:
            parsed = parse_fault(source, personas=people, number=0)
        except ScenarioError as error:
            raise Refused("; ".join(problem.message for problem in error.problems)) from error
        named = isinstance(source, Mapping) and "id" in source

        def make(number: int) -> Fault:
            return parsed if named else replace(parsed, id=f"fault-{number}")

        fault = _refusing(lambda: state.get(Faults).add(make, now=state.clock.now()))
        self._record(state, "a fault was planned", {"fault": {"id": fault.id, **fault.source}})
        return fault

    def lift_fault(self, fault_id: str) -> list[str]:
        """Lift one fault and return its id; raises Unknown."""
        state = self.world.state
        lifted = _refusing(lambda: state.get(Faults).lift(fault_id))
        self._record(state, "a fault was lifted", {"clear_faults": fault_id})
        return lifted

    def lift_faults(self) -> list[str]:
        """Lift every fault and return their ids."""
        state = self.world.state
        lifted = state.get(Faults).lift()
        self._record(state, "faults were lifted", {"clear_faults": True})
        return lifted

    def clock(self) -> Reading:
        """Return the world's time, and whether it stands still."""
        state = self.world.state
        with state.lock:
            return Reading(now=state.clock.now(), frozen=state.clock.frozen)

    def set_clock(self, at: datetime | None, *, frozen: bool | None = None) -> Reading:
        """Move the clock to an instant, stop it, or let it run."""
        state = self.world.state
        with state.lock:
            _refusing(lambda: state.clock.set(at and _within_calendar(at), frozen=frozen))
        self.world.touch()
        return self.clock()

    def advance(self, by: str | timedelta) -> Reading:
        """Let time pass for codes, tokens, faults and the journal."""
        state = self.world.state

        def move() -> None:
            span = parse_duration(by) if isinstance(by, str) else by
            _within_calendar(state.clock.now(), span)
            state.clock.advance(span)

        with state.lock:
            _refusing(move)
        self.world.touch()
        return self.clock()

    def signed_in(self) -> str:
        """Return who stands behind unknown codes."""
        return self.world.state.get(Personas).signed_in

    def sign_in(self, persona: str) -> None:
        """Choose who stands behind unknown codes; raises Unknown."""
        _refusing(lambda: self.world.state.get(Personas).sign_in(persona))
        self.world.touch()

    def put_persona(self, person: Persona) -> bool:
        """Add a person, or change the one of that name; return whether it is new."""
        state = self.world.state
        new = _refusing(lambda: state.get(Personas).add(person))
        if new:
            self.world.touch()
        else:  # a recording begins with the people as they are in the end
            self._record(state, "a persona was changed", in_head=True)
        return new

    def switch_profile(self, profile: str) -> None:
        """Play another Casdoor from the next request on; users and tokens stay."""
        state = self.world.state
        if known_profile(profile) != state.profile:
            state.profile = profile
            self._record(state, "the profile was switched", in_head=True)

    def exchanges(self, *, after: int = 0) -> list[Exchange]:
        """Return the exchanges behind a number, oldest first."""
        return self.world.state.get(Journal).exchanges(after=after)

    def clear_journal(self) -> int:
        """Forget every exchange and return how many there were; numbers go on."""
        cleared = self.world.state.get(Journal).clear()
        self.world.touch()
        return cleared

    def verify(self, given: Mapping[str, Any]) -> Verdict:
        """Return whether the exchanges, and the calls inside them, are what a `verify` says, written as in a step.

        Raises Refused for one that the schema refuses, and for a pattern that no operation matches.
        """
        from emulator.scenario import check_verify

        try:
            check_verify(given)
        except ScenarioError as error:
            raise Refused("; ".join(problem.message for problem in error.problems)) from error
        found = verify([LazyEntry(one) for one in self.exchanges()], given)
        if found.ok:
            return Verdict(count=found.count, ok=True)
        if "in_order" in given:
            why = reason("called-in-another-order", wanted=found.expected, missing=found.actual, seen=found.seen)
        else:
            asked, wanted = found.subject, found.expected
            why = reason("called-otherwise", operation=asked, wanted=wanted, found=found.count, seen=found.seen)
        return Verdict(count=found.count, ok=False, why=why, nearest=tuple(str(one) for one in found.misses))

    def _record(
        self,
        state: State,
        what: str,
        step: Mapping[str, Json] | None = None,
        names: Mapping[str, str] | None = None,
        *,
        in_head: bool = False,
    ) -> None:
        state.get(ControlEvents).record(what, step, names=names, in_head=in_head)
        self.world.touch()


def _chosen(tx: Transaction, persona: str, appid: str) -> tuple[str, str]:
    """Return who and which mini program is meant: those named, else the one signed in and the first."""
    return persona or tx.get(Personas).signed_in, appid or next(iter(scenario_of(tx.state).miniprograms), "")


def _refusing(call: Callable[[], T]) -> T:
    """Return what a call returns; pass its ValueError on as Refused, its LookupError as Unknown."""
    try:
        return call()
    except LookupError as error:
        raise Unknown(str(error.args[0])) from error
    except ValueError as error:
        raise Refused(str(error)) from error


def known_profile(profile: str) -> str:
    """Return the name of a profile; raises Refused, with the names there are, when it is none."""
    if profile not in PROFILES:
        raise Refused(f"there is no profile {profile!r}; allowed: {PROFILES.allowed}")
    return profile


def _within_calendar(at: datetime, by: timedelta = timedelta(0)) -> datetime:
    if at.year > LAST_YEAR or by > datetime(LAST_YEAR, 12, 31, tzinfo=at.tzinfo) - at:
        raise ValueError(f"the clock ends with the year {LAST_YEAR}")
    return at
