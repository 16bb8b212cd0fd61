"""Codes that WeChat gives to one person in one mini program, good for 5 minutes and once (facts/wechat.md 1.2, 2.3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.phrases import time_of_day
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.personas import Personas
from emulator.world.repository import Table
from emulator.world.transaction import Transaction

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class OneTimeCode:
    """A code that was given out; `spent_in` is the number of the exchange that spent it."""

    code: str
    appid: str
    persona: str
    issued_at: datetime
    spent_at: datetime | None = None
    spent_in: int = 0

    @property
    def expires_at(self) -> datetime:
        """The first moment at which it is no longer good."""
        return self.issued_at + LIFETIME


class OneTimeCodes(Table[str, OneTimeCode]):
    """The codes of one kind; each kind is a space of its own."""

    row_kind = OneTimeCode

    def key_of(self, row: OneTimeCode) -> str:
        """Return the code itself."""
        return row.code

    def add(self, code: OneTimeCode) -> None:
        """Remember a code that is given out."""
        with self.lock:
            self._put(code)

    def spend(self, code: str, *, at: datetime, number: int) -> OneTimeCode | None:
        """Spend a code unless it is spent or expired; return it as it was before, None if unknown."""
        with self.lock:
            known = self._rows.get(code)
            if known is not None and known.spent_at is None and at < known.expires_at:
                self._put(replace(known, spent_at=at, spent_in=number))
            return known

    def spend_or_add(self, code: OneTimeCode, *, at: datetime, number: int) -> OneTimeCode:
        """Spend a code, which is added first when it is not known yet; return it as it was before."""
        with self.lock:
            if code.code not in self._rows:
                self._put(code)
            return self.spend(code.code, at=at, number=number) or code


def known_program(tx: Transaction, *, persona: str, appid: str) -> MiniProgram:
    """Return the mini program of an appid; raises ValueError if the persona or the appid is unknown."""
    people, programs = tx.get(Personas), scenario_of(tx.state).miniprograms
    if persona not in people:
        raise ValueError(f"unknown persona {persona!r}; there are: {', '.join(people.names())}")
    if appid not in programs:
        raise ValueError(f"unknown appid {appid!r}; there are: {', '.join(programs)}")
    return programs[appid]


def why_unspendable(tx: Transaction, code: OneTimeCode, *, appid: str) -> Reason | None:
    """Return what speaks against a code, as it was before it was spent, in a mini program's hands."""
    persona, at = code.persona, time_of_day(code.issued_at)
    if code.spent_at is not None:
        spent_at = time_of_day(code.spent_at)
        return reason("code-spent", persona=persona, at=at, spent_at=spent_at, exchange=code.spent_in)
    if tx.at >= code.expires_at:
        return reason("code-expired", persona=persona, at=at, now=time_of_day(tx.at))
    if code.appid != appid:
        return reason("code-other-program", persona=persona, at=at, appid=code.appid, asked=appid)
    return None
