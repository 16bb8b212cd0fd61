"""The line that repeats a case that failed."""

import shlex

from emulator.runner.results import CaseResult
from emulator.runner.selection import CannotRun, Choice, choose


def repeat_line(case: CaseResult, choice: Choice) -> str:
    """Return what to paste into a shell, in the folder of the run, to run this case again and nothing else."""
    words = ["mockdoor", "run", "--profile", case.profile]
    words += ["--strict"] if choice.strict else []
    words += ["--target", choice.target] if choice.target is not None else []
    where = _where(case)
    return shlex.join([*words, *(["--"] if where.startswith("-") else []), where])


def _where(case: CaseResult) -> str:
    """Return `PATH:LINE` of the first step that failed; without the line where a run could not find that step.

    A step of a flow, or of a file that this one extends, stands on no line of this file's own steps.
    """
    path = case.place.path
    bad = next((step.place for step in case.steps if step.status in ("failed", "error")), None)
    if bad is None or bad.path != path:
        return str(path)
    try:
        choose([str(bad)], Choice())
    except CannotRun:
        return str(path)
    return str(bad)
