"""Subscribe messages: permits, the rules of sending one, and what was sent (facts/wechat.md 2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from emulator.core.derive import derive
from emulator.core.errors import WechatError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.message_values import fits
from emulator.wechat.one_time_codes import known_program
from emulator.wechat.openids import user_of
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """How many more messages of a template a persona lets a mini program send."""

    appid: str
    persona: str
    template: str
    left: int

    def __post_init__(self) -> None:
        """Refuse a permit for nothing, which would still let a message through."""
        if self.left < 1:
            raise ValueError(f"'left' is {self.left}; a permit is for at least one message")


class Permits(Table[tuple[str, str, str], Permit]):
    """The permits that are left, by appid, persona and template."""

    name = "permits"
    row_kind = Permit

    def key_of(self, row: Permit) -> tuple[str, str, str]:
        """Return the appid, the persona and the template."""
        return row.appid, row.persona, row.template

    def give(self, *, appid: str, persona: str, template: str) -> Permit:
        """Let one more message through; return what is left with it."""
        with self.lock:
            known = self._rows.get((appid, persona, template))
            permit = Permit(appid=appid, persona=persona, template=template, left=1 + (known.left if known else 0))
            self._put(permit)
            return permit

    def spend(self, *, appid: str, persona: str, template: str) -> bool:
        """Spend one permit; return whether there was one."""
        with self.lock:
            known = self._rows.get((appid, persona, template))
            if known is None:
                return False
            if known.left > 1:
                self._put(replace(known, left=known.left - 1))
            else:
                self._remove(self.key_of(known))
            return True


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscribeMessage:
    """A message that was sent; `state` is `developer`, `trial` or `formal`, `data` the template's values by key."""

    number: int
    msgid: int
    appid: str
    persona: str
    template: str
    data: Mapping[str, str]
    page: str
    state: str
    at: datetime


class SubscribeMessages(Table[int, SubscribeMessage]):
    """The messages that were sent, in order."""

    name = "subscribe_messages"
    row_kind = SubscribeMessage

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.messages)

    def key_of(self, row: SubscribeMessage) -> int:
        """Return the message's number."""
        return row.number

    def add(self, message: SubscribeMessage) -> None:
        """Keep a message."""
        with self.lock:
            self._put(message)


def give_permit(tx: Transaction, *, persona: str, appid: str, template: str) -> Permit:
    """Play wx.requestSubscribeMessage accepted: let a mini program send one message of a template to a persona.

    Raises ValueError for an unknown persona, appid or template.
    """
    templates = known_program(tx, persona=persona, appid=appid).templates
    if template not in templates:
        known = ", ".join(templates) or f"none; declare one under miniprograms: {appid}: templates"
        raise ValueError(f"unknown template {template!r}; there are: {known}")
    return tx.get(Permits).give(appid=appid, persona=persona, template=template)


def send(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer POST /cgi-bin/message/subscribe/send: send a message to who permitted it.

    Raises WechatError, in this order, which is assumed: 40003, 40037, 47003 by the template's keys, 43101. So a
    message that is wrong spends no permit.
    """
    program, given = caller(tx, call), call.json()
    persona = user_of(tx, program, given.text("touser"))
    template = given.text("template_id")
    data = _check_data(_keys(program, template), given.row("data"))
    if not tx.get(Permits).spend(appid=program.appid, persona=persona, template=template):
        raise wechat_error(43101, why=reason("permit-missing", persona=persona, template=template))
    number = tx.count("subscribe message") + 1
    message = SubscribeMessage(
        number=number,
        msgid=int.from_bytes(derive(tx.seed, "subscribe message", number)[:8]) >> 1,
        appid=program.appid,
        persona=persona,
        template=template,
        data=data,
        page=given.text("page"),
        state=given.text("miniprogram_state") or "formal",
        at=tx.at,
    )
    tx.get(SubscribeMessages).add(message)
    return {"errcode": 0, "errmsg": "ok", "msgid": message.msgid}


def _keys(program: MiniProgram, template: str) -> tuple[str, ...]:
    keys = program.templates.get(template)
    if keys is None:
        known = ", ".join(program.templates) or "-"
        raise wechat_error(40037, why=reason("template-unknown", template=template, appid=program.appid, known=known))
    return keys


def _check_data(keys: tuple[str, ...], given: JsonObject) -> dict[str, str]:
    """Return the value of each key; what is no text counts as empty, and keys of no template are ignored (assumed)."""
    data = {key: given.row(key).text("value") for key in keys}
    for key, value in data.items():
        if not value:
            why = reason("message-value-missing", key=key)
            raise WechatError(47003, f"argument invalid! data.{key}.value is emtpy", why=why)
        if not fits(key, value):
            why = reason("message-value-unfit", key=key, value=value)
            raise WechatError(47003, f"argument invalid! data.{key}.value invalid", why=why)
    return data
