"""Control calls about faults."""

from flask import Response, g

from emulator.core.errors import ScenarioError
from emulator.core.json_object import Json
from emulator.faults.plan import Fault, FaultPlan
from emulator.web.control import fields
from emulator.web.control.blueprint import bp
from emulator.web.control.fields import BadRequest
from emulator.web.responses import json_response, problem
from emulator.world.world import World


@bp.get("/faults")
def list_faults() -> Response:
    """List the planned faults, and how often each has struck."""
    world: World = g.world
    with world.lock:
        plan = world.state.faults
        shown = [_shown(fault, plan) for fault in plan.faults]
    return json_response({"faults": shown})


@bp.post("/faults")
def plan_fault() -> Response:
    """Plan one more fault, written as in a scenario file."""
    from emulator.scenario import parse_fault

    world: World = g.world
    try:
        fault = parse_fault(fields.read_any(), scenario=world.scenario, number=world.state.faults.next_number)
    except ScenarioError as error:
        raise BadRequest("; ".join(problem.message for problem in error.problems)) from error
    with world.lock:
        plan = world.state.faults
        if fault.id in {known.id for known in plan.faults}:
            raise BadRequest(f"there is a fault {fault.id!r} already")
        plan.add(fault, now=world.now())
        world.did("a fault was planned", {"fault": {"id": fault.id, **fault.words}})
        shown = _shown(fault, plan)
    return json_response(shown, 201)


@bp.delete("/faults")
def lift_faults() -> Response:
    """Lift every fault."""
    world: World = g.world
    with world.lock:
        ids = [fault.id for fault in world.state.faults.faults]
        for fault_id in ids:
            world.state.faults.remove(fault_id)
        world.did("faults were lifted", {"clear_faults": True})
    return json_response({"lifted": ids})


@bp.delete("/faults/<fault_id>")
def lift_fault(fault_id: str) -> Response:
    """Lift one fault."""
    world: World = g.world
    with world.lock:
        known = [fault.id for fault in world.state.faults.faults]
        found = world.state.faults.remove(fault_id)
        if found:
            world.did("a fault was lifted", {"clear_faults": fault_id})
    if not found:
        return problem(404, "unknown_fault", f"there is no fault {fault_id!r}; there are: {', '.join(known) or 'none'}")
    return json_response({"lifted": [fault_id]})


def _shown(fault: Fault, plan: FaultPlan) -> dict[str, Json]:
    return {"id": fault.id, **fault.words, "struck": plan.struck[fault.id]}
