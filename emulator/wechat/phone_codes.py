"""Phone codes: what the getPhoneNumber button gives out, another space than login codes (facts/wechat.md 2.3)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.derive import derive_hex
from emulator.scenario.model import scenario_of
from emulator.wechat.personas import Personas
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction

LIFETIME = timedelta(minutes=5)
#: What a phone code looks like.
SHAPE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneCode:
    """A code that the button gave out; `spent_in` is the number of the exchange that spent it."""

    code: str
    appid: str
    persona: str
    issued_at: datetime
    spent_at: datetime | None = None
    spent_in: int = 0


class PhoneCodes(Table[str, PhoneCode]):
    """The phone codes that were given out."""

    name = "phone_codes"
    row_kind = PhoneCode

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.phone_codes)

    def key_of(self, row: PhoneCode) -> str:
        """Return the code itself."""
        return row.code

    def add(self, code: PhoneCode) -> None:
        """Remember a code that is given out."""
        with self.lock:
            self._put(code)

    def spend(self, code: str, *, at: datetime, number: int) -> PhoneCode | None:
        """Spend a code unless it is spent or older than its lifetime; return it as it was before, None if unknown."""
        with self.lock:
            known = self._rows.get(code)
            if known is not None and known.spent_at is None and at - known.issued_at < LIFETIME:
                self._put(replace(known, spent_at=at, spent_in=number))
            return known


def issue_phone_code(tx: Transaction, *, persona: str, appid: str) -> PhoneCode:
    """Play a tap on the getPhoneNumber button: give a persona a code, good for 5 minutes and once.

    Raises ValueError for an unknown persona or appid.
    """
    people, programs = tx.get(Personas), scenario_of(tx.state).miniprograms
    if persona not in people:
        raise ValueError(f"unknown persona {persona!r}; there are: {', '.join(people.names())}")
    if appid not in programs:
        raise ValueError(f"unknown appid {appid!r}; there are: {', '.join(programs)}")
    number = tx.count("phone code", appid, persona)
    text = derive_hex(tx.seed, 64, "phone code", appid, persona, number)
    code = PhoneCode(code=text, appid=appid, persona=persona, issued_at=tx.at)
    tx.get(PhoneCodes).add(code)
    return code
