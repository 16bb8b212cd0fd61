"""The steps of a mini program: opening it, tapping, typing, answering what it asks, and judging what it shows."""

import json
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from emulator.control.variables import addresses_of
from emulator.core.durations import parse_duration
from emulator.runner.asking import Outcome, captured
from emulator.runner.case import Case
from emulator.runner.expect import match
from emulator.runner.mini_program import MiniProgram, Refusal
from emulator.runner.names import fill, find
from emulator.runner.output import last_lines
from emulator.runner.processes import CannotStart
from emulator.runner.results import Mismatch, Status, made_by_mini_program
from emulator.scenario.apps import EXPECTED, MINI_STEPS
from emulator.scenario.document import suggest
from emulator.scenario.mini_programs import only_mini_program

#: How long a step waits for what it expects, unless `within` says otherwise, and seconds for its element.
_WITHIN, _FINDING = "2s", 1.0
_LOOK = 0.05
_SHOWN_LINES = 60
#: How a step that finds nothing names what it looked for.
_SOUGHT = {"text": "text {!r}", "selector": "{!r}", "name": "field {!r}", "placeholder": "placeholder {!r}"}

State = Mapping[str, Any]


def run_mini_step(case: Case, step: Mapping[str, Any], given: Mapping[str, Any], *, kind: str) -> Outcome:
    """Carry out a step, and compare and capture from how the mini program stands then."""
    name = given.get("in") or only_mini_program(case.scenario.apps)
    app = case.scenario.apps[name]
    names = {**addresses_of(case.base), **case.names, **case.app_urls()}
    program = case.mini_programs.of(app, base=case.base, names=names)
    expected = fill(step.get("expect", {}), case.names)
    seen = len(case.journal)
    try:
        state = program.command(*_command(kind, given, program, folder=_folder(case, step)))
        state, mismatches = _settled(program, state, expected)
    except CannotStart as error:
        return Outcome(status="error", message=f"{name}: {error}")
    except Refusal as refusal:
        output, message = _shown(refusal.more.get("state")), f"{name}: {_said(refusal)}"
        return Outcome(status="failed", message=message, output=output, **_calls(case, seen))
    message = "" if mismatches else captured(case, step, lambda where: find(where, dict(state or {})))
    status: Status = "failed" if mismatches or message else "passed"
    return Outcome(
        status=status,
        message=message,
        mismatches=mismatches,
        output="" if status == "passed" else _shown(state),
        **_calls(case, seen),
    )


def _calls(case: Case, seen: int) -> dict[str, Any]:
    """Return what was called meanwhile, and the apps under test that may have done so."""
    case.read_journal()
    calls = tuple(case.journal[seen:])
    return {"calls": calls, "app": "" if all(map(made_by_mini_program, calls)) else ", ".join(case.apps)}


def _command(
    kind: str, given: Mapping[str, Any], program: MiniProgram, *, folder: Path
) -> tuple[str, Mapping[str, Any]]:
    """Return what the process is told: the command and its fields."""
    fields = {name: value for name, value in given.items() if name != "in"}
    match kind:
        case "open":
            if "as" in fields:
                fields["persona"] = fields.pop("as")
            return "open", fields | {"query": {key: _text(one) for key, one in fields.get("query", {}).items()}}
        case "allow" | "refuse":
            what = [fields["what"]] if isinstance(fields["what"], str) else fields["what"]
            program.expect_questions(what)
            return "answer", {"what": what, "allow": kind == "allow"}
        case "choose_avatar" if "file" in fields:
            fields["file"] = str((folder / fields["file"]).absolute())
        case "input":
            fields["value"] = _text(fields["value"])
    return kind, {"wait": round(min(_FINDING, program.limit / 2) * 1000), **fields}


def _settled(
    program: MiniProgram, state: State | None, expected: Mapping[str, Any]
) -> tuple[State | None, tuple[Mismatch, ...]]:
    """Return how the mini program stands, and what still differs, as soon as nothing does or the time is over."""
    end = time.monotonic() + parse_duration(expected.get("within", _WITHIN)).total_seconds()
    while True:
        found = tuple(_differences(expected, state or {}))
        threw = any(one.at == "errors" for one in found)
        if not found or threw or state is None or time.monotonic() >= end:
            return state, found
        time.sleep(_LOOK)
        state = program.command("state", {})


def _differences(expected: Mapping[str, Any], state: State) -> Iterator[Mismatch]:
    """Yield everything in which a mini program differs from an `expect`; an error that nothing caught does too."""
    for name in EXPECTED:
        if name not in expected:
            continue
        wanted = expected[name].lstrip("/") if name == "page" and isinstance(expected[name], str) else expected[name]
        yield from match(wanted, state[name], name) if name in state else [_nothing(name)]
    if "errors" not in expected and state.get("errors"):
        yield Mismatch(at="errors", expected="none", actual="; ".join(map(_error, state["errors"])))


def _nothing(name: str) -> Mismatch:
    return Mismatch(at=name, expected="an open mini program", actual="it is not open")


def _error(error: Mapping[str, Any]) -> str:
    place = f"{error['file']}{':' + str(error['line']) if error.get('line') else ''}: " if error.get("file") else ""
    where = f"in {error['where']}; " if error.get("where") else ""
    return f"{place}{error['message']} ({where}nothing caught it)"


def _said(refusal: Refusal) -> str:
    """Return what to say of a command that was not carried out: of a missing element also the nearest one."""
    missing = refusal.more.get("missing")
    if missing is None:
        return str(refusal)
    kind, value, there = missing["kind"], str(missing["value"]), dict.fromkeys(missing["there"])
    squeezed = {"".join(one.split()): one for one in there}
    near = squeezed.get("".join(value.split()))
    hint = f"; did you mean {near!r}?" if near else suggest(value, there)
    return f"the page shows no {_SOUGHT[kind].format(value)}{hint}"


def _shown(state: State | None) -> str:
    """Return a mini program as a failure shows it: the page as tags, its data, what it printed."""
    if not state:
        return ""
    printed = "\n".join(f"{one['level']}: {one['text']}" for one in state["console"])
    parts = [
        f"page {state['page']}:\n{state['outline'].rstrip()}",
        f"data: {json.dumps(state['data'], ensure_ascii=False)}",
        *(f"note: {one['id']} {json.dumps(one['values'], ensure_ascii=False)}" for one in state["notes"]),
        f"console:\n{last_lines(printed, _SHOWN_LINES)}" if printed else "",
    ]
    return "\n".join(filter(None, parts))


def _folder(case: Case, step: Mapping[str, Any]) -> Path:
    path = getattr(step, "path", None) or case.scenario.path or Path()
    return Path(path).parent


def _text(value: Any) -> str:
    """Return a value as a text: what is typed, and what a query holds."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


#: What each step of a mini program does.
MINI_ACTIONS = MappingProxyType({kind: partial(run_mini_step, kind=kind) for kind in MINI_STEPS})
