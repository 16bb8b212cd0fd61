"""Control calls about the journal."""

from fnmatch import fnmatchcase
from itertools import islice

from flask import Response, g

from emulator.entries import entry, status_of
from emulator.exchange import Exchange
from emulator.web import fields
from emulator.web.control.blueprint import bp
from emulator.web.wire import json_response
from emulator.world import World


@bp.get("/journal")
def show_journal() -> Response:
    """List exchanges, oldest first: with `after` the first `limit` behind that number, else the last `limit`."""
    asked = fields.query("operation", "after", "persona", "status", "limit")
    after, limit = fields.number(asked, "after"), fields.number(asked, "limit")
    status = fields.number(asked, "status")
    world: World = g.world
    with world.lock:
        journal, last = list(world.state.journal), world.state.journal.next_number - 1
    found = [
        one
        for one in journal
        if (after is None or one.number > after)
        and (status is None or status_of(one.reply) == status)
        and _concerns(one, operation=asked.get("operation"), persona=asked.get("persona"))
    ]
    if limit is not None:
        found = list(islice(found, limit)) if after is not None else found[max(len(found) - limit, 0) :]
    return json_response({"exchanges": [entry(one) for one in found], "last": last})


@bp.delete("/journal")
def clear_journal() -> Response:
    """Forget every exchange; numbers go on."""
    world: World = g.world
    with world.lock:
        cleared = len(world.state.journal)
        world.state.journal.clear()
    return json_response({"cleared": cleared})


def _concerns(exchange: Exchange, *, operation: str | None, persona: str | None) -> bool:
    if persona is not None and exchange.persona != persona:
        return False
    return operation is None or fnmatchcase(exchange.operation, operation)
