"""Phone codes: what the getPhoneNumber button gives out, another space than login codes (facts/wechat.md 2.3)."""

import re

from emulator.core.derive import derive_hex
from emulator.wechat.one_time_codes import OneTimeCode, OneTimeCodes, known_program
from emulator.world.state import State
from emulator.world.transaction import Transaction

#: What a phone code looks like.
SHAPE = re.compile(r"[0-9a-f]{64}")


class PhoneCodes(OneTimeCodes):
    """The phone codes that were given out."""

    name = "phone_codes"

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.phone_codes)


def issue_phone_code(tx: Transaction, *, persona: str, appid: str) -> OneTimeCode:
    """Play a tap on the getPhoneNumber button: give a persona a code, good for 5 minutes and once.

    Raises ValueError for an unknown persona or appid.
    """
    known_program(tx, persona=persona, appid=appid)
    number = tx.count("phone code", appid, persona)
    text = derive_hex(tx.seed, 64, "phone code", appid, persona, number)
    code = OneTimeCode(code=text, appid=appid, persona=persona, issued_at=tx.at)
    tx.get(PhoneCodes).add(code)
    return code
