"""Control calls about the journal."""

from fnmatch import fnmatchcase
from itertools import islice

from flask import Response, g

from emulator.counting import count, nearest, seen
from emulator.entries import entry, status_of
from emulator.exchange import Exchange
from emulator.row import Json
from emulator.scenario.document import suggest
from emulator.scenario.effects import operations
from emulator.web import fields
from emulator.web.control.blueprint import bp
from emulator.web.fields import BadRequest
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


@bp.post("/verify")
def verify() -> Response:
    """Count the exchanges, and the calls inside them, that an operation pattern and facts describe."""
    given = fields.read("operation", "when", "count")
    pattern = fields.text(given, "operation", required=True)
    if not any(fnmatchcase(name, pattern) for name in operations()):
        raise BadRequest(f"unknown operation {pattern!r}{suggest(pattern, operations())}")
    when, wanted = given.get("when") or {}, given.get("count", 1)
    if not isinstance(when, dict) or not all(isinstance(value, str) for value in when.values()):
        raise BadRequest('\'when\' must be an object of texts such as {"persona": "alice"}')
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
        raise BadRequest("'count' must be a whole number, 0 or more")
    world: World = g.world
    with world.lock:
        journal = list(world.state.journal)
    entries = [entry(one) for one in journal]
    found = count(entries, pattern, when)
    answer: dict[str, Json] = {"ok": found == wanted, "count": found}
    if found != wanted:
        answer["why"] = f"{pattern} was to be called {wanted} times, it was called {found} times; seen: {seen(entries)}"
        answer["nearest"] = list(nearest(entries, pattern, when))
    return json_response(answer)


def _concerns(exchange: Exchange, *, operation: str | None, persona: str | None) -> bool:
    if persona is not None and exchange.persona != persona:
        return False
    return operation is None or fnmatchcase(exchange.operation, operation)
