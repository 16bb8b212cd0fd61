"""Control calls about faults."""

from flask import Response

from emulator.control.service import Unknown
from emulator.core.json_object import Json
from emulator.faults.effects import Fault
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response, problem


@bp.get("/faults")
def list_faults() -> Response:
    """List the planned faults, and how often each has struck."""
    return json_response({"faults": [_shown(fault, struck) for fault, struck in control().service.faults()]})


@bp.post("/faults")
def plan_fault() -> Response:
    """Plan one more fault, written as in a scenario file."""
    return json_response(_shown(control().service.plan_fault(fields.read_any()), 0), 201)


@bp.delete("/faults")
def lift_faults() -> Response:
    """Lift every fault."""
    return json_response({"lifted": control().service.lift_faults()})


@bp.delete("/faults/<fault_id>")
def lift_fault(fault_id: str) -> Response:
    """Lift one fault."""
    try:
        lifted = control().service.lift_fault(fault_id)
    except Unknown as error:
        return problem(404, "unknown_fault", str(error))
    return json_response({"lifted": lifted})


def _shown(fault: Fault, struck: int) -> dict[str, Json]:
    return {"id": fault.id, **fault.source, "struck": struck}
