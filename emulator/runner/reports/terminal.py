"""What a run shows on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.runner.reports.curl import curl_line
from emulator.runner.reports.lanes import outcome
from emulator.runner.results import CaseResult, RunResult, StepResult

#: A failure takes no more lines than this.
SCREEN = 40
WIDTH = 160

_MARKS = {"passed": "ok", "failed": "FAILED", "error": "ERROR", "skipped": "skipped"}
_COLOURS = {"passed": "\x1b[32m", "failed": "\x1b[31m", "error": "\x1b[31m", "skipped": "\x1b[33m"}


def show_case(case: CaseResult, *, verbose: bool, colour: bool) -> str:
    """Return the lines of one case: its outcome, with `verbose` its steps, and what failed."""
    lines = [f"{_mark(case.status, colour)} {case.name}"]
    if verbose:
        lines += [f"    {_step_mark(step, colour)} {step.title}  {outcome(step)}".rstrip() for step in case.steps]
    for step in case.steps:
        if step.status in ("failed", "error"):
            lines += [f"  {line}" for line in show_failure(step)]
        elif step.status == "skipped" and step.message and not step.not_run:
            lines.append(f"  {step.place}: {step.title}: skipped, {step.message}")
    left = sum(step.not_run for step in case.steps)
    if left:
        lines.append(f"  {left} step{'s' * (left > 1)} not run, because an earlier step failed")
    if case.idle_faults:
        lines.append(f"  planned faults that never struck: {', '.join(case.idle_faults)}")
    if case.interrupted:
        lines.append("  interrupted; the steps under `finally` were still run")
    return "\n".join(lines) + "\n"


def show_failure(step: StepResult) -> list[str]:
    """Return what differs and what happened, in at most a screen of lines, and what the apps wrote."""
    lines = [f"{step.place}: {step.title}", *_differences(step), *_exchange(step), *_inside(step)]
    if step.sent is not None:
        lines.append(f"  repeat: {curl_line(step.sent)}")
    cut = [line if len(line) <= WIDTH or "repeat: " in line else f"{line[: WIDTH - 1]}…" for line in lines]
    if len(cut) > SCREEN:
        cut = [*cut[: SCREEN - 2], f"  … {len(cut) - SCREEN + 1} more lines", cut[-1]]
    return cut + [f"  | {line[:WIDTH]}" for line in step.output.splitlines()]


def show_problems(run: RunResult) -> str:
    """Return the problems of files that could not be loaded."""
    return "".join(f"{problem}\n" for suite in run.suites for problem in suite.problems)


def show_summary(run: RunResult, *, seconds: float, colour: bool) -> str:
    """Return the last line: how many passed, failed, were skipped, in how much wall time."""
    cases = [case for suite in run.suites for case in suite.cases]
    failed = sum(run.failed(case) for case in cases)
    skipped = sum(case.status == "skipped" and not run.failed(case) for case in cases)
    broken = sum(bool(suite.problems) for suite in run.suites)
    parts = [f"{len(cases) - failed - skipped} passed", f"{failed} failed"]
    parts += [f"{skipped} skipped"] if skipped else []
    parts += [f"{broken} file{'s' * (broken > 1)} with mistakes"] if broken else []
    text = f"{', '.join(parts)} in {seconds:.1f}s"
    return f"{_COLOURS['failed' if failed or broken else 'passed']}{text}\x1b[0m" if colour else text


def _step_mark(step: StepResult, colour: bool) -> str:
    mark = _mark(step.status, colour)
    return mark.replace(_MARKS["skipped"], "not run") if step.not_run else mark


def _mark(status: str, colour: bool) -> str:
    mark = f"{_MARKS[status]:<7}"
    return f"{_COLOURS[status]}{mark}\x1b[0m" if colour else mark


def _differences(step: StepResult) -> Iterator[str]:
    if step.message:
        yield f"  {step.message}"
    for one in step.mismatches:
        yield f"  {one.at}"
        yield f"    expected {one.expected}"
        yield f"    actual   {one.actual}"


def _exchange(step: StepResult) -> Iterator[str]:
    sent, received = step.sent, step.received
    if sent is None or received is None:
        return
    yield f"  sent:     {sent.method} {sent.path}" + (f"  {_one_line(sent.body)}" if sent.body else "")
    if received.failure:
        yield f"  received: no reply: {received.failure}"
    else:
        yield f"  received: {received.status} {_one_line(received.body)}"


def _inside(step: StepResult) -> Iterator[str]:
    """Yield what happened behind the exchange: calls to WeChat, faults, the reason."""
    entry: Mapping[str, Any] = step.entry or {}
    for inner in entry.get("inner") or []:
        response = inner.get("response") or {}
        answer = f"no reply: {response['failure']}" if response.get("failure") else _one_line(response.get("body", ""))
        yield f"  inside:   {inner['operation']} -> {answer}"
    if entry.get("faults"):
        yield f"  faults:   {', '.join(entry['faults'])}"
    if entry.get("why"):
        yield f"  why:      {entry['why']}"
    for note in entry.get("notes") or []:
        yield f"  note:     {note['id']}: {note['en']}"


def _one_line(body: str) -> str:
    return " ".join(str(body).split())
