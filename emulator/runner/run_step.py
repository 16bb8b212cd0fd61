"""The step `run`: a program that runs, and what is expected of its end and of what it wrote."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.runner.asking import Outcome, captured
from emulator.runner.case import Case
from emulator.runner.commands import capture_from, compare_finished, run_command
from emulator.runner.names import fill
from emulator.runner.processes import CannotStart
from emulator.runner.results import Status


def run_program(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    """Run a program, and compare and capture from what it wrote."""
    path = getattr(step, "path", None) or case.scenario.path or Path()
    try:
        finished = run_command(given, folder=path.parent, environment=case.environment())
    except CannotStart as error:
        return Outcome(status="error", message=str(error))
    case.read_journal()
    mismatches = tuple(compare_finished(fill(step.get("expect", {}), case.names), given, finished))
    message = "" if mismatches else captured(case, step, lambda where: capture_from(where, finished))
    status: Status = "failed" if mismatches or message else "passed"
    return Outcome(
        status=status, message=message, mismatches=mismatches, output="" if status == "passed" else finished.output
    )
