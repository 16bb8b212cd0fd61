"""Control calls about a world's clock."""

from flask import Response

from emulator.control.service import Reading
from emulator.journal.serialize import instant
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.control.fields import BadRequest
from emulator.web.responses import json_response


@bp.get("/clock")
def show_clock() -> Response:
    """Show the world's time, and whether it stands still."""
    return _shown(control().service.clock())


@bp.put("/clock")
def set_clock() -> Response:
    """Move the clock to an instant, stop it, or let it run."""
    given = fields.read("at", "mode")
    if not given:
        raise BadRequest("give 'at', 'mode' or both")
    at = fields.instant(given, "at")
    mode = fields.choice(given, "mode", ("frozen", "running"))
    return _shown(control().service.set_clock(at, frozen=None if mode is None else mode == "frozen"))


@bp.post("/clock/advance")
def advance_clock() -> Response:
    """Move the clock forward by a duration."""
    given = fields.read("by")
    return _shown(control().service.advance(fields.text(given, "by", required=True)))


def _shown(reading: Reading) -> Response:
    return json_response({"now": instant(reading.now), "mode": "frozen" if reading.frozen else "running"})
