"""Planned faults at Casdoor's endpoints, as far as they make or change a reply."""

from emulator.casdoor.faults import match_fault
from emulator.casdoor.gojson import encode
from emulator.core.reply import Reply
from emulator.faults.tamper import alter as alter_reply
from emulator.faults.tamper import render
from emulator.journal.reasons import reason
from emulator.web.casdoor import replies
from emulator.web.casdoor.context import CasdoorContext


def match(context: CasdoorContext) -> Reply | None:
    """Answer with a planned fault that matches this call, or return None and leave its marks on the call.

    Raises the errors that the fault asks for.
    """
    effect = match_fault(context.tx, context.request, context.http.headers.get)
    if effect is None:
        return None
    fixed = render(effect, encode, (("Content-Type", replies.JSON),))
    if fixed is None:
        context.effect = effect
        return None
    context.tx.trace.why = reason("fault-struck", faults=", ".join(context.tx.trace.faults))
    return fixed


def alter(context: CasdoorContext, reply: Reply) -> Reply:
    """Damage a finished reply as a planned fault asks for."""
    if context.effect is None:
        return reply
    trace = context.tx.trace
    trace.why = trace.why or reason("fault-altered", faults=", ".join(trace.faults))
    return alter_reply(context.effect, reply, encode)
