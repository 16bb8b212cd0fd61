"""The facts of a call to WeChat by which planned faults find it."""

from collections.abc import Callable
from typing import TypeAlias

from emulator.faults.effects import Effect
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.wechat.access_tokens import AccessTokens
from emulator.wechat.call import WechatCall
from emulator.world.transaction import Transaction

#: Returns the persona behind a call before anything is checked or spent, None when it is nobody.
Peek: TypeAlias = Callable[[Transaction, WechatCall], str | None]


def nobody(_tx: Transaction, _call: WechatCall) -> None:
    """Return that no persona stands behind a call."""


def match_fault(tx: Transaction, operation: str, call: WechatCall, *, peek: Peek = nobody) -> Effect | None:
    """Return the effect of the planned faults that match this call, and leave their marks on its trace."""
    faults = tx.get(Faults)
    if not faults:
        return None

    def fact(name: str) -> str | None:
        if name == "persona":
            return peek(tx, call)
        if name.startswith("header."):
            return call.headers.get(name.removeprefix("header."))
        if name == "code":
            return call.params.get("js_code", call.either("code") or None)
        wire = "appid" if name == "client_id" else name.removeprefix("body.")
        given = call.params.get(wire, call.either(wire) or None)
        if given is None and wire == "appid":
            token = tx.get(AccessTokens).find(call.value("access_token"))
            return token.appid if token else None
        return given

    found = faults.match(operation, fact, now=tx.at)
    if found is None:
        return None
    trace = tx.trace
    trace.faults.extend(found.ids)
    trace.delay += found.delay
    if found.effect is not None:
        trace.why = reason("fault-struck", faults=", ".join(found.ids))
        trace.persona = trace.persona or fact("persona") or ""
    return found.effect
