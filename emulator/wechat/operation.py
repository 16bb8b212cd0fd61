"""An operation of WeChat: what every call of an endpoint goes through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from emulator.core.errors import WechatError
from emulator.core.json_object import Json
from emulator.core.reply import Reply
from emulator.faults.effects import Effect, WechatFailure
from emulator.faults.tamper import alter, render
from emulator.journal.reasons import reason
from emulator.wechat import access_tokens
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.facts import Peek, match_fault, nobody
from emulator.wechat.responses import API, Style
from emulator.world.transaction import Transaction

#: Answers a call with a JSON object, or with a whole reply; raises WechatError.
Rule: TypeAlias = Callable[[Transaction, WechatCall], Mapping[str, Json] | Reply]
#: Returns the effect that a scenario gives a call besides its faults, and leaves the reason on the trace.
Script: TypeAlias = Callable[[Transaction, WechatCall], Effect | None]


def _unscripted(_tx: Transaction, _call: WechatCall) -> None:
    """Return that no scenario says anything about a call."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One endpoint: its name, the methods that it takes, how it writes, and whether it asks for an access_token.

    `peek` returns the persona behind a call, for faults that ask.
    """

    name: str
    path: str
    rule: Rule
    methods: tuple[str, ...] = ("POST",)
    style: Style = API
    needs_token: bool = True
    peek: Peek = nobody
    script: Script = _unscripted

    def answer(self, tx: Transaction, call: WechatCall) -> Reply:
        """Return the whole reply to a call, planned faults included."""
        style = self.style
        effect = match_fault(tx, self.name, call, peek=self.peek) or self.script(tx, call)
        fixed = render(effect, style.dumps, style.headers) if effect is not None else None
        if fixed is not None:
            return fixed
        reply = self._usual(tx, call, effect)
        return reply if effect is None else alter(effect, reply, style.dumps)

    def _usual(self, tx: Transaction, call: WechatCall, effect: Effect | None) -> Reply:
        """Return the reply by the rule, or the error that the rule or a planned fault raises."""
        try:
            if isinstance(effect, WechatFailure):
                raise wechat_error(effect.errcode, why=tx.trace.why)
            self._check(tx, call)
            found = self.rule(tx, call)
        except WechatError as error:
            tx.trace.why = error.why or tx.trace.why
            return self.style.show_error(tx, error, operation=self.name)
        return found if isinstance(found, Reply) else self.style.show(found)

    def _check(self, tx: Transaction, call: WechatCall) -> None:
        """Check the method and the access_token, in this order (facts/wechat.md 0.1, the order is assumed)."""
        method = "GET" if call.method == "HEAD" else call.method
        if method not in self.methods:
            wanted = self.methods[0]
            errcode = 43002 if wanted == "POST" else 43001
            raise wechat_error(errcode, why=reason("method-other", method=call.method, wanted=wanted))
        if self.needs_token:
            access_tokens.check(tx, call.value("access_token"))
