"""Whose openid a call names."""

from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction


def user_of(tx: Transaction, program: MiniProgram, openid: str) -> str:
    """Return the persona that has an openid under a mini program; raises WechatError 40003 when nobody has."""
    people = tx.get(Personas)
    persona = people.named_by(openid)
    if persona is None or people.openid(program.appid, persona) != openid:
        raise wechat_error(40003, why=reason("openid-unknown", openid=openid, appid=program.appid))
    tx.trace.persona = persona
    return persona


def peek_user(tx: Transaction, call: WechatCall) -> str | None:
    """Return the persona whose openid a call names, for faults that ask before anything is checked."""
    return tx.get(Personas).named_by(call.either("openid") or call.either("touser"))
