"""The blueprint of the control API, and who may use it. Source: design.md 8."""

from flask import Blueprint, Response, current_app, request

from emulator.web.fields import BadRequest
from emulator.web.frame import frame_of
from emulator.web.guard import refusal
from emulator.web.wire import problem

bp = Blueprint("control", __name__, url_prefix="/_emulator")


@bp.before_request
def _guard() -> Response | None:
    frame = frame_of(current_app)
    mutating = request.method not in ("GET", "HEAD", "OPTIONS")
    why = refusal(request.headers, mutating=mutating, loopback=frame.loopback, token=frame.token)
    return problem(403, "forbidden", why) if why else None


@bp.errorhandler(BadRequest)
def _bad_request(error: BadRequest) -> Response:
    return problem(400, "bad_request", str(error))
