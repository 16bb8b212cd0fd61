"""Control calls about the journal."""

from fnmatch import fnmatchcase
from functools import partial
from itertools import islice

from flask import Response, request

from emulator.core.json_object import Json
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.serialize import serialize_exchange, status_of
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.control.fields import BadRequest
from emulator.web.long_poll import LongPoll
from emulator.web.responses import json_response

#: How many seconds a look at the journal may wait for news.
LONGEST_WAIT = 60
_VERIFY = ("operation", "when", "count", "in_order", "never")


@bp.get("/journal")
def show_journal() -> Response:
    """List exchanges, oldest first: with `after` the first `limit` behind that number, else the last `limit`.

    Of those that are left `newest` takes that many from the end, for a watcher who need not see every one of a storm.

    `last` is the number up to which every exchange has ended: whoever asks for what comes after it misses none.
    `epoch` is another one once the journal began anew, as it does with a reset.

    With `wait` the answer comes as soon as there is an exchange to list, after the journal began anew, or when the
    world's `revision` is no longer the one given; at the latest after `wait` seconds.
    """
    asked = fields.query("operation", "after", "persona", "status", "limit", "newest", "wait", "revision")
    after, limit = fields.number(asked, "after"), fields.number(asked, "limit")
    known, status = fields.number(asked, "revision"), fields.number(asked, "status")
    newest, wait = fields.number(asked, "newest"), fields.number(asked, "wait") or 0
    if wait > LONGEST_WAIT:
        raise BadRequest(f"'wait' is {wait}; it must be {LONGEST_WAIT} seconds at most")
    world = control().world
    waiting = LongPoll(request.environ, wait)
    while True:
        revision, epoch, state = world.revision, world.epoch, world.state
        last = state.settled
        found = [
            one
            for one in state.get(Journal).exchanges(after=after or 0)
            if (not wait or one.number <= last)
            and (status is None or status_of(one.reply) == status)
            and _concerns(one, operation=asked.get("operation"), persona=asked.get("persona"))
        ]
        news = found or last < (after or 0) or known not in (None, revision)
        if not wait or news or not waiting.wait(partial(world.on_change, since=revision)):
            break
    if limit is not None:
        found = list(islice(found, limit)) if after is not None else found[max(len(found) - limit, 0) :]
    if newest is not None:
        found = found[max(len(found) - newest, 0) :]
    exchanges = [serialize_exchange(one) for one in found]
    return json_response({"exchanges": exchanges, "last": last, "revision": revision, "epoch": epoch})


@bp.delete("/journal")
def clear_journal() -> Response:
    """Forget every exchange; numbers go on."""
    return json_response({"cleared": control().service.clear_journal()})


@bp.post("/verify")
def verify() -> Response:
    """Say whether the exchanges, and the calls inside them, are what a `verify` step says."""
    given = {name: value for name, value in fields.read(*_VERIFY).items() if value is not None}
    verdict = control().service.verify(given)
    answer: dict[str, Json] = {"ok": verdict.ok, "count": verdict.count}
    if not verdict.ok:
        answer |= {"why": str(verdict.why), "nearest": list(verdict.nearest)}
    return json_response(answer)


def _concerns(exchange: Exchange, *, operation: str | None, persona: str | None) -> bool:
    if persona is not None and exchange.persona != persona:
        return False
    return operation is None or fnmatchcase(exchange.operation, operation)
