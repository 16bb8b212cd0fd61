"""Control calls about a world's clock."""

from datetime import datetime, timedelta

from flask import Response, g

from emulator.core.durations import parse_duration
from emulator.journal.serialize import instant
from emulator.web.control import fields
from emulator.web.control.blueprint import bp
from emulator.web.control.fields import BadRequest
from emulator.web.responses import json_response
from emulator.world.world import World

#: Where a world's calendar ends; beyond it tokens would expire after the year 9999.
LAST_YEAR = 9000


@bp.get("/clock")
def show_clock() -> Response:
    """Show the world's time, and whether it stands still."""
    return json_response(_clock_shown(g.world))


@bp.put("/clock")
def set_clock() -> Response:
    """Move the clock to an instant, stop it, or let it run."""
    given = fields.read("at", "mode")
    if not given:
        raise BadRequest("give 'at', 'mode' or both")
    at = fields.instant(given, "at")
    mode = fields.choice(given, "mode", ("frozen", "running"))
    world: World = g.world
    with world.lock, fields.refusing():
        clock = world.state.clock
        clock.set(at and _within_calendar(at), frozen=None if mode is None else mode == "frozen")
    return json_response(_clock_shown(world))


@bp.post("/clock/advance")
def advance_clock() -> Response:
    """Move the clock forward by a duration."""
    given = fields.read("by")
    world: World = g.world
    with world.lock, fields.refusing():
        by = parse_duration(fields.text(given, "by", required=True))
        _within_calendar(world.now(), by)
        world.state.clock.advance(by)
    return json_response(_clock_shown(world))


def _clock_shown(world: World) -> dict[str, str]:
    with world.lock:
        clock = world.state.clock
        return {"now": instant(clock.now()), "mode": "frozen" if clock.frozen else "running"}


def _within_calendar(at: datetime, by: timedelta = timedelta(0)) -> datetime:
    if at.year > LAST_YEAR or by > datetime(LAST_YEAR, 12, 31, tzinfo=at.tzinfo) - at:
        raise ValueError(f"the clock ends with the year {LAST_YEAR}")
    return at
