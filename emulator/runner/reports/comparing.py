"""What a comparison found: on the terminal, as JSON, and in the form of which the other reports are made."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from emulator.runner.comparison import Compared, Comparison
from emulator.runner.results import CaseResult, Mismatch, Place, RunResult, Status, StepResult, SuiteResult


def show_comparison(found: Comparison, *, verbose: bool) -> str:
    """Return the lines of one scenario: every step that differs or was left out, with `verbose` those alike too."""
    lines = [f"{found.scenario.name} [{found.profile}]"]
    for step in found.steps:
        if step.differences:
            lines.append(f"  {step.place}: {step.title}")
            for one in step.differences:
                lines += [f"    {one.at}", f"      emulator: {one.emulator}", f"      target:   {one.target}"]
        elif step.left_out:
            lines.append(f"  {step.place}: {step.title}: left out: {step.left_out}")
        elif verbose and step.is_compared:
            lines.append(f"  {step.place}: {step.title}: alike")
    return "\n".join(lines)


def show_total(found: Iterable[Comparison]) -> str:
    """Return the last line: how many steps were compared, differ, and were left out."""
    steps = [step for one in found for step in one.steps]
    counted = Counter(_outcome(step) for step in steps)
    return f"{counted['alike']} alike, {counted['different']} different, {counted['left out']} left out"


def write_json(found: Iterable[Comparison], *, target: str) -> str:
    """Return everything as JSON."""
    scenarios = [
        {"name": one.scenario.name, "profile": one.profile, "steps": [_step(step) for step in one.steps]}
        for one in found
    ]
    return json.dumps({"target": target, "scenarios": scenarios}, ensure_ascii=False, indent=2)


def as_run(found: Sequence[Comparison]) -> RunResult:
    """Return the comparison as a run in which the emulator's replies are what was expected, the target's what came.

    It holds no request and no reply, only the differences, in which no secret is shown.
    """
    return RunResult(suites=tuple(_suite(one) for one in found))


def _suite(one: Comparison) -> SuiteResult:
    steps = tuple(map(_result, one.steps))
    place = steps[0].place if steps else _place_of(one)
    case = CaseResult(
        name=one.scenario.name,
        profile=one.profile,
        description=one.scenario.description,
        place=place,
        steps=steps,
    )
    return SuiteResult(path=_place_of(one).path, cases=(case,))


def _place_of(one: Comparison) -> Place:
    return Place(path=one.scenario.path or Path(one.scenario.name), line=1)


def _result(step: Compared) -> StepResult:
    mismatches = tuple(
        Mismatch(at=one.at, expected=f"{one.emulator} (emulator)", actual=f"{one.target} (target)")
        for one in step.differences
    )
    status: Status = "failed" if mismatches else "skipped" if step.left_out else "passed"
    return StepResult(
        kind=step.kind,
        title=step.title,
        place=step.place,
        status=status,
        message=step.left_out,
        mismatches=mismatches,
        note=step.note,
        is_row=True,
    )


def _outcome(step: Compared) -> str:
    if step.differences:
        return "different"
    if step.left_out:
        return "left out"
    return "alike" if step.is_compared else "note"


def _step(step: Compared) -> dict[str, object]:
    return {
        "title": step.title,
        "kind": step.kind,
        "place": str(step.place),
        "outcome": _outcome(step),
        **({"reason": step.left_out} if step.left_out else {}),
        "differences": list(_differences(step)),
    }


def _differences(step: Compared) -> Iterator[dict[str, str]]:
    return ({"at": one.at, "emulator": one.emulator, "target": one.target} for one in step.differences)
