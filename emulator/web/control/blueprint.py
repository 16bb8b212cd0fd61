"""The blueprint of the control API, and who may use it. Source: design.md 8."""

from flask import Blueprint, Response, current_app, g, request

from emulator.web.control.fields import BadRequest
from emulator.web.control.guard import refusal
from emulator.web.lifecycle import app_state
from emulator.web.responses import problem
from emulator.web.world_path import MAIN

bp = Blueprint("control", __name__, url_prefix="/_emulator")
_READING = ("GET", "HEAD", "OPTIONS")


def world_url() -> str:
    """Return the address of the world at hand, without a slash at the end."""
    prefix = "" if g.world.name == MAIN else f"/@{g.world.name}"
    return f"{request.host_url.rstrip('/')}{prefix}"


@bp.before_request
def _guard() -> Response | None:
    if request.endpoint == "control.show_avatar":
        return None  # a picture, which a page cannot ask for with a token
    frame = app_state(current_app)
    mutating = request.method not in _READING
    why = refusal(request.headers, mutating=mutating, loopback=frame.loopback, token=frame.token)
    return problem(403, "forbidden", why) if why else None


@bp.after_request
def _touch(response: Response) -> Response:
    if request.method not in _READING and response.status_code < 400:
        g.world.touch()
    return response


@bp.errorhandler(BadRequest)
def _bad_request(error: BadRequest) -> Response:
    return problem(400, "bad_request", str(error))
