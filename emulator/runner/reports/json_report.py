"""A run as JSON."""

import json
from typing import Any

from emulator.runner.reports.curl import curl_line
from emulator.runner.results import CaseResult, RunResult, StepResult


def write_json(run: RunResult) -> str:
    """Return the results with stable keys and without times."""
    suites = [
        {
            "file": str(suite.path),
            "problems": list(suite.problems),
            "cases": [_case(run, case) for case in suite.cases],
        }
        for suite in run.suites
    ]
    return json.dumps({"exit_code": run.exit_code, "suites": suites}, ensure_ascii=False, indent=1)


def _case(run: RunResult, case: CaseResult) -> dict[str, Any]:
    return {
        "name": case.name,
        "profile": case.profile,
        "status": "failed" if run.failed(case) else case.status,
        "line": case.place.line,
        "interrupted": case.interrupted,
        "idle_faults": list(case.idle_faults),
        "steps": [_step(step) for step in case.steps],
        "journal": [dict(entry) for entry in case.journal],
    }


def _step(step: StepResult) -> dict[str, Any]:
    return {
        "title": step.title,
        "kind": step.kind,
        "file": str(step.place.path),
        "line": step.place.line,
        "status": step.status,
        "message": step.message,
        "mismatches": [vars(one) for one in step.mismatches],
        "output": step.output,
        "curl": curl_line(step.sent) if step.sent else None,
        "received": None
        if step.received is None
        else {"status": step.received.status, "failure": step.received.failure, "body": step.received.body},
    }
