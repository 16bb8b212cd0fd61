"""Control calls about a world as a whole."""

from flask import Response

from emulator import __version__
from emulator.control.variables import addresses_of, names_of
from emulator.journal.serialize import instant
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response
from emulator.world.world import World


@bp.get("/health")
def health() -> Response:
    """Show that the server is alive, and which world this is."""
    return json_response({"status": "ok", "version": __version__, **_world_shown(control().world)})


@bp.post("/reset")
def reset() -> Response:
    """Go back to the scenario."""
    fields.read()
    control().service.reset()
    return json_response({"status": "ok", **_world_shown(control().world)})


@bp.get("/state")
def show_state() -> Response:
    """Show the whole state of this world, secrets included, so that PUT brings it back."""
    from emulator.control.snapshot import dump, take

    return Response(dump(take(control().world)), content_type="application/json; charset=utf-8")


@bp.put("/state")
def restore_state() -> Response:
    """Put this world into a state that GET returned; one with mistakes changes nothing."""
    from emulator.control.snapshot import restore

    with fields.refusing():
        restore(control().world, fields.read_any())
    return json_response({"status": "ok", **_world_shown(control().world)})


@bp.get("/environment")
def show_environment() -> Response:
    """Show the variables by which programs find this world, secrets included."""
    return json_response({"variables": {**addresses_of(control().url), **names_of(control().state)}})


@bp.get("/profile")
def show_profile() -> Response:
    """Show which Casdoor is played, and which could be."""
    from emulator.casdoor.versions import PROFILES

    return json_response({"profile": control().world.profile, "profiles": list(PROFILES)})


@bp.put("/profile")
def switch_profile() -> Response:
    """Play another Casdoor from the next request on; users and tokens stay."""
    profile = fields.profile(fields.read("profile"), required=True)
    control().service.switch_profile(profile or "")
    return show_profile()


def _world_shown(world: World) -> dict[str, str]:
    state = world.state
    return {
        "world": world.name,
        "profile": state.profile,
        "scenario": state.setting.name,
        "now": instant(state.clock.now()),
    }
