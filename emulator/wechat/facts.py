"""The facts of a call to WeChat by which planned faults find it."""

from collections.abc import Mapping

from emulator.faults.effects import Effect
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.wechat.login_codes import peek_persona
from emulator.world.transaction import Transaction

#: What a fault calls a parameter, and what WeChat does.
_WIRE_NAMES = {"code": "js_code", "client_id": "appid"}


def match_fault(
    tx: Transaction, operation: str, params: Mapping[str, str], headers: Mapping[str, str]
) -> Effect | None:
    """Return the effect of the planned faults that match this call, and leave their marks on its trace.

    `headers` have lower-case names.
    """
    faults = tx.get(Faults)
    if not faults:
        return None

    def fact(name: str) -> str | None:
        if name == "persona":
            return peek_persona(tx, code=params.get("js_code", ""))
        if name.startswith("header."):
            return headers.get(name.removeprefix("header."))
        return params.get(_WIRE_NAMES.get(name, name.removeprefix("body.")))

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
