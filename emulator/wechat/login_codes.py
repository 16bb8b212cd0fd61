"""Login codes: giving them out, and what each kind of code means (design.md 6, facts/wechat.md 1.5)."""

import re
from dataclasses import dataclass

from emulator.core.derive import derive_alphanumeric
from emulator.core.errors import WechatError
from emulator.core.reason import Reason
from emulator.faults.effects import Effect
from emulator.journal.reasons import reason
from emulator.scenario.model import scenario_of
from emulator.wechat.catalogue import errmsgs, wechat_error
from emulator.wechat.one_time_codes import OneTimeCode, OneTimeCodes, known_program, why_unspendable
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import SHAPE as PHONE_SHAPE
from emulator.world.state import State
from emulator.world.transaction import Transaction

DEVTOOLS_CODE = "the code is a mock one"

_REAL = re.compile(r"[0-9A-Za-z]{32}")
_ERRCODE = re.compile(r"errcode-(-?[0-9]{1,6})")


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a code means: a persona, or an effect of the scenario's `codes:` table; `note` names a convenience.

    `once` codes are spent by an exchange.
    """

    persona: str = ""
    effect: Effect | None = None
    note: str = ""
    once: bool = False


class LoginCodes(OneTimeCodes):
    """The codes that were given out, and the real-looking ones that were tried."""

    name = "login_codes"

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.login_codes)


def issue_code(tx: Transaction, *, persona: str, appid: str) -> OneTimeCode:
    """Play wx.login: give a persona a code for a mini program, good for 5 minutes and one exchange.

    Its shape is a real one's: 32 characters, the 4 at offset 3 come again at offset 27 (facts/wechat.md 0.2).
    Raises ValueError for an unknown persona or appid.
    """
    known_program(tx, persona=persona, appid=appid)
    number = tx.count("login code", appid, persona)
    drawn = derive_alphanumeric(tx.seed, 27, "login code", appid, persona, number)
    text = "0" + drawn[:2] + drawn[2:6] + drawn[6:26] + drawn[2:6] + drawn[26]
    code = OneTimeCode(code=text, appid=appid, persona=persona, issued_at=tx.at)
    tx.get(LoginCodes).add(code)
    return code


def peek_persona(tx: Transaction, *, code: str) -> str | None:
    """Return the persona behind a code without spending it, None when the code means nobody."""
    try:
        return meaning_of(tx, code).persona or None
    except WechatError:
        return None


def meaning_of(tx: Transaction, code: str) -> Meaning:
    """Return what a code means, issued ones first; raises WechatError for one that means nothing."""
    issued = tx.get(LoginCodes).find(code)
    if issued is not None:
        return Meaning(persona=issued.persona, once=True)
    scenario, people = scenario_of(tx.state), tx.get(Personas)
    rule = scenario.codes.get(code)
    if rule is not None:
        return Meaning(persona=rule.persona or tx.signed_in or people.signed_in, effect=rule.effect)
    strict = scenario.strict_codes
    if code in people and not strict:
        return Meaning(persona=code, note="persona-code")
    errcode = _ERRCODE.fullmatch(code)
    if errcode and int(errcode[1]) in errmsgs():
        raise wechat_error(int(errcode[1]), why=reason("code-asks-error", code=code))
    real = _REAL.fullmatch(code) is not None
    if (real or code == DEVTOOLS_CODE) and not strict and len(people):
        return Meaning(persona=tx.signed_in or people.signed_in, note="any-code", once=real)
    raise wechat_error(40029, why=_why_unknown(tx, code))


def spend_code(tx: Transaction, *, code: str, appid: str) -> str:
    """Exchange a code for its persona.

    Raises WechatError: 40163 for a spent code; 40029 for one that is unknown, expired, or of another
    mini program, which spends it too (facts/wechat.md 1.2, assumed switchable and kept).
    """
    meaning = meaning_of(tx, code)
    if meaning.note:
        tx.note(meaning.note)
    tx.trace.persona = meaning.persona
    if not meaning.once:
        return meaning.persona
    fresh = OneTimeCode(code=code, appid=appid, persona=meaning.persona, issued_at=tx.at)
    issued = tx.get(LoginCodes).spend_or_add(fresh, at=tx.at, number=tx.number)
    tx.trace.persona = issued.persona  # another's, when that one brought it meanwhile
    why = why_unspendable(tx, issued, appid=appid)
    if why is not None:
        raise wechat_error(40163 if issued.spent_at is not None else 40029, why=why)
    return issued.persona


def looks_like_login_code(tx: Transaction, code: str) -> bool:
    """Return whether a code is one of wx.login, or has the shape of one."""
    return tx.get(LoginCodes).find(code) is not None or _REAL.fullmatch(code) is not None or code == DEVTOOLS_CODE


def _why_unknown(tx: Transaction, code: str) -> Reason:
    if PHONE_SHAPE.fullmatch(code):
        return reason("code-of-phone-button")
    if scenario_of(tx.state).strict_codes:
        return reason("code-unknown-strict", code=code)
    return reason("code-unknown", code=code, personas=", ".join(tx.get(Personas).names()))
