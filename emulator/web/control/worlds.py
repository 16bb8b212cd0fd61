"""Control calls about which worlds there are, and which scenario a world is made from."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from threading import Lock

from flask import Response, current_app

from emulator.casdoor.views import Application
from emulator.core.errors import ScenarioError
from emulator.core.json_object import Json
from emulator.journal.journal import Journal
from emulator.journal.serialize import instant
from emulator.scenario.model import Scenario, scenario_of
from emulator.scenario.shelf import UnknownScenario
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control, url_of
from emulator.web.control.fields import BadRequest
from emulator.web.lifecycle import app_state
from emulator.web.responses import json_response, problem
from emulator.web.world_path import MAIN
from emulator.world.state import State
from emulator.world.world import World

#: Guards which worlds there are.
_hosting = Lock()
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@bp.get("/worlds")
def list_worlds() -> Response:
    """List the worlds of this server."""
    _only_at_the_root()
    return json_response({"worlds": [_shown(world) for world in list(_worlds().values())]})


@bp.post("/worlds")
def make_world() -> Response:
    """Make a world under a name, from a scenario, at `/@NAME`."""
    _only_at_the_root()
    given = fields.read("name", "scenario", "text", "profile")
    name = fields.text(given, "name", required=True)
    if not _NAME.fullmatch(name):
        raise BadRequest(f"'name' is {name!r}; write up to 64 letters, digits, _ or -, a letter or digit first")
    profile, worlds = fields.profile(given), _worlds()
    scenario = _scenario(given) or scenario_of(worlds[MAIN].state)
    world = worlds[MAIN].new_world(scenario, name=name, profile=profile)
    bound = world.limits.worlds
    with _hosting:
        if name in worlds:
            raise BadRequest(f"there is a world {name!r} already")
        if len(worlds) >= bound:
            raise BadRequest(f"a server holds {bound} worlds at most; delete some")
        worlds[name] = world
    return json_response(_shown(world), 201)


@bp.delete("/worlds/<name>")
def delete_world(name: str) -> Response:
    """Forget a world and everything in it."""
    _only_at_the_root()
    if name == MAIN:
        raise BadRequest("the world 'main' stays; POST reset brings it back to its scenario")
    worlds = _worlds()
    with _hosting:
        found = worlds.pop(name, None)
    if found is None:
        return problem(404, "unknown_world", f"there is no world {name!r}; there are: {', '.join(worlds)}")
    found.touch()  # whoever waits for a change of it looks again, and learns that it is gone
    return json_response({"deleted": name})


@bp.get("/scenarios")
def list_scenarios() -> Response:
    """List the scenarios that this world can become by name."""
    served = control().world.state.setting.name
    listed = app_state(current_app).scenarios.list()
    return json_response({"scenarios": [{**asdict(one), "served": one.name == served} for one in listed]})


@bp.get("/scenario")
def show_scenario() -> Response:
    """Show which scenario this world is made from."""
    return json_response(_describe(control().world.state))


@bp.put("/scenario")
def replace_scenario() -> Response:
    """Make this world anew from another scenario; one with mistakes changes nothing."""
    given = fields.read("scenario", "text", "profile")
    profile = fields.profile(given)
    scenario = _scenario(given)
    if scenario is None:
        raise BadRequest("give 'scenario', a name that GET scenarios lists, or 'text', the YAML of one")
    control().service.load(scenario, profile=profile)
    return show_scenario()


def _scenario(given: Mapping[str, Json]) -> Scenario | None:
    """Return the scenario that a body names or holds, None when it does neither."""
    from emulator.scenario import parse_closed

    name, text = fields.text(given, "scenario"), fields.text(given, "text")
    if name and text:
        raise BadRequest("give 'scenario' or 'text', not both")
    try:
        if text:
            return parse_closed(text)
        return app_state(current_app).scenarios.load(name) if name else None
    except UnknownScenario as error:
        raise BadRequest(str(error)) from error
    except ScenarioError as error:
        raise BadRequest("\n".join(str(one) for one in error.problems)) from error


def _only_at_the_root() -> None:
    if control().world.name != MAIN:
        raise BadRequest(f"worlds are managed at the root, not under /@{control().world.name}")


def _worlds() -> dict[str, World]:
    return app_state(current_app).worlds


def _shown(world: World) -> dict[str, Json]:
    state = world.state
    return {
        "name": world.name,
        "url": url_of(world),
        "scenario": state.setting.name,
        "profile": state.profile,
        "now": instant(state.clock.now()),
        "exchanges": len(state.get(Journal)),
    }


def _describe(state: State) -> dict[str, Json]:
    scenario = scenario_of(state)
    return {
        "name": scenario.name,
        "description": scenario.description,
        "tags": list(scenario.tags),
        "profile": state.profile,
        "personas": list(scenario.personas),
        "client_id": Application(scenario.applications[0]).client_id if scenario.applications else None,
        "codes": list(scenario.codes),
        "faults": [{"id": fault.id, **fault.source} for fault in scenario.faults],
        "steps": len(scenario.steps),
    }
