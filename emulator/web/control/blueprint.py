"""The blueprint of the control API, what its views know of a request, and who may use it. Source: design.md 8."""

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, g, request

from emulator.control.service import ControlService, Refused
from emulator.web.control.fields import BadRequest
from emulator.web.guard import refusal
from emulator.web.lifecycle import OWN_PREFIX, app_state
from emulator.web.responses import problem
from emulator.web.world_path import MAIN, SIGNED_IN, WORLD
from emulator.world.state import State
from emulator.world.world import World

bp = Blueprint("control", __name__, url_prefix=OWN_PREFIX)
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, kw_only=True)
class ControlContext:
    """One control call: the world that it is about, its state, and what can be done to it."""

    world: World
    state: State
    service: ControlService
    signed_in: str

    @property
    def url(self) -> str:
        """The address of the world, without a slash at the end."""
        return url_of(self.world)


def control() -> ControlContext:
    """Return what the view at hand knows of its request."""
    context: ControlContext = g.control
    return context


def url_of(world: World) -> str:
    """Return the address of a world on this server, without a slash at the end."""
    prefix = "" if world.name == MAIN else f"/@{world.name}"
    return f"{request.host_url.rstrip('/')}{prefix}"


@bp.before_request
def _begin() -> Response | None:
    world: World = request.environ[WORLD]
    signed_in = request.environ.get(SIGNED_IN, "")
    g.control = ControlContext(world=world, state=world.state, service=ControlService(world), signed_in=signed_in)
    if request.endpoint == "control.show_avatar":
        return None  # a picture, which a page cannot ask for with a token
    state = app_state(current_app)
    mutating = request.method not in _READING
    why = refusal(request.headers, mutating=mutating, loopback=state.loopback, token=state.token)
    return problem(403, "forbidden", why) if why else None


@bp.errorhandler(BadRequest)
@bp.errorhandler(Refused)
def _bad_request(error: Exception) -> Response:
    return problem(400, "bad_request", str(error))
