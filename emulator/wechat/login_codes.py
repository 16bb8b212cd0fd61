"""Login codes: giving them out, and what each kind of code means (design.md 6, facts/wechat.md 1.5)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.core.derive import derive_alphanumeric
from emulator.core.errors import WechatError
from emulator.faults.plan import Effect
from emulator.journal.exchange import Call
from emulator.wechat.catalogue import errmsgs, wechat_error
from emulator.world.world import LoginCode, State, World

LIFETIME = timedelta(minutes=5)
#: How many codes a world remembers; the oldest are forgotten first.
MAX_CODES = 10_000
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


def issue_code(world: World, *, persona: str, appid: str) -> LoginCode:
    """Play wx.login: give a persona a code for a mini program, good for 5 minutes and one exchange.

    Its shape is a real one's: 32 characters, the 4 at offset 3 come again at offset 27 (facts/wechat.md 0.2).
    Raises ValueError for an unknown persona or appid.
    """
    if persona not in world.personas:
        raise ValueError(f"unknown persona {persona!r}; there are: {', '.join(world.personas)}")
    if appid not in world.miniprograms:
        raise ValueError(f"unknown appid {appid!r}; there are: {', '.join(world.miniprograms)}")
    with world.lock:
        number = world.count("login code", appid, persona)
        drawn = derive_alphanumeric(world.seed, 27, "login code", appid, persona, number)
        text = "0" + drawn[:2] + drawn[2:6] + drawn[6:26] + drawn[2:6] + drawn[26]
        code = LoginCode(code=text, appid=appid, persona=persona, issued_at=world.now())
        _remember(world.state, code)
    return code


def peek_persona(world: World, call: Call, *, code: str) -> str | None:
    """Return the persona behind a code without spending it, None when the code means nobody."""
    try:
        return meaning_of(world, call, code).persona or None
    except WechatError:
        return None


def meaning_of(world: World, call: Call, code: str) -> Meaning:
    """Return what a code means, issued ones first; raises WechatError for one that means nothing."""
    issued = world.state.login_codes.get(code)
    if issued is not None:
        return Meaning(persona=issued.persona, once=True)
    rule = world.scenario.codes.get(code)
    if rule is not None:
        return Meaning(persona=rule.persona or call.signed_in or world.state.signed_in, effect=rule.effect)
    strict = world.scenario.strict_codes
    if code in world.personas and not strict:
        return Meaning(persona=code, note="persona-code")
    errcode = _ERRCODE.fullmatch(code)
    if errcode and int(errcode[1]) in errmsgs():
        raise wechat_error(int(errcode[1]), why=f"the code {code} asks for this error")
    real = _REAL.fullmatch(code) is not None
    if (real or code == DEVTOOLS_CODE) and not strict and world.personas:
        return Meaning(persona=call.signed_in or world.state.signed_in, note="any-code", once=real)
    raise wechat_error(40029, why=_why_unknown(world, code))


def spend_code(world: World, call: Call, *, code: str, appid: str) -> str:
    """Exchange a code for its persona.

    Raises WechatError: 40163 for a spent code; 40029 for one that is unknown, expired, or of another
    mini program, which spends it too (facts/wechat.md 1.2, assumed switchable and kept).
    """
    with world.lock:
        meaning = meaning_of(world, call, code)
        if meaning.note:
            call.note(meaning.note)
        call.persona = meaning.persona
        if not meaning.once:
            return meaning.persona
        issued = world.state.login_codes.get(code)
        if issued is None:
            issued = LoginCode(code=code, appid=appid, persona=meaning.persona, issued_at=world.now())
            _remember(world.state, issued)
        _spend(world, issued, appid)
    return meaning.persona


def _spend(world: World, issued: LoginCode, appid: str) -> None:
    now = world.now()
    given = f"this code was given to {issued.persona} at {_time(issued.issued_at)}"
    if issued.spent_at is not None:
        raise wechat_error(40163, why=f"{given} and used at {_time(issued.spent_at)} in exchange {issued.spent_in}")
    if now - issued.issued_at >= LIFETIME:
        raise wechat_error(40029, why=f"{given} and lived for 5 minutes; it is {_time(now)} now")
    issued.spent_at, issued.spent_in = now, world.state.journal.next_number
    if issued.appid != appid:
        raise wechat_error(40029, why=f"{given} for {issued.appid}, not for {appid}; it is spent now")


def _remember(state: State, code: LoginCode) -> None:
    state.login_codes[code.code] = code
    if len(state.login_codes) > MAX_CODES:
        del state.login_codes[next(iter(state.login_codes))]


def _why_unknown(world: World, code: str) -> str:
    if world.scenario.strict_codes:
        return f"nobody was given the code {code!r}; codes are strict in this scenario"
    return f"nobody was given the code {code!r}; personas' names work as codes: {', '.join(world.personas)}"


def _time(at: datetime) -> str:
    return at.strftime("%H:%M:%S")
