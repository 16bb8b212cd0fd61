"""What each kind of step does: a table from the kind to a function."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from emulator.core.durations import parse_duration
from emulator.core.json_object import Json
from emulator.journal.queries import count, seen
from emulator.runner import requests
from emulator.runner.apps import RunningApp
from emulator.runner.case import Case
from emulator.runner.commands import capture_from, compare_finished, run_command
from emulator.runner.expect import compare
from emulator.runner.http import ABSENT, PATIENCE, send
from emulator.runner.names import CannotCapture, capture, fill, json_body, names_set_by
from emulator.runner.processes import CannotStart
from emulator.runner.requests import Request
from emulator.runner.results import Mismatch, Received, Sent, Status


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a step ended; the fields are those of a StepResult."""

    status: Status = "passed"
    message: str = ""
    mismatches: tuple[Mismatch, ...] = ()
    sent: Sent | None = None
    received: Received | None = None
    entry: Mapping[str, Json] | None = None
    note: str = ""
    app: str = ""
    calls: tuple[Mapping[str, Json], ...] = ()
    output: str = ""


#: Does a step: the case, the whole step, and the value of its kind with the names in it looked up. Returns None when
#: the steps inside it have said everything. Raises NoControl, CannotCapture, UnknownName, ScenarioError, ValueError.
Action = Callable[[Case, Mapping[str, Any], Any], Outcome | None]
#: Returns the names that a reply's JSON sets by itself.
Learn = Callable[[Any], Mapping[str, Any]]

PASSED = Outcome()


def _wx_login(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.names["code"] = case.control.login_code(given.get("as"), given.get("appid"))
    return PASSED


def _wx_get_phone_number(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.names["phone_code"] = case.control.phone_code(given.get("as"), given.get("appid"))
    return PASSED


def _wx_request_subscribe_message(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    case.control.permit(given.get("as"), given.get("appid"), given["template"])
    return PASSED


def _login(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.login(case.scenario, _with_code(case, given)), learn=names_set_by)


def _code2session(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.code2session(case.scenario, given, case.names), learn=_session)


def _request(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.plain(given), app=case.app(given["to"]) if "to" in given else None)


def _run(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    """Run a program, and compare and capture from what it wrote."""
    path = getattr(step, "path", None) or case.scenario.path or Path()
    try:
        finished = run_command(given, folder=path.parent, environment=case.environment())
    except CannotStart as error:
        return Outcome(status="error", message=str(error))
    case.read_journal()
    mismatches = tuple(compare_finished(fill(step.get("expect", {}), case.names), given, finished))
    message = "" if mismatches else _capture(case, step, lambda where: capture_from(where, finished))
    status: Status = "failed" if mismatches or message else "passed"
    return Outcome(
        status=status, message=message, mismatches=mismatches, output="" if status == "passed" else finished.output
    )


def _refresh(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.refresh(case.scenario, given, case.names), learn=_tokens)


def _update_user(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.update_user(given, case.names))


def _get_account(case: Case, step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    return _ask(case, step, requests.get_account(given, case.names))


def _advance(case: Case, _step: Mapping[str, Any], by: str) -> Outcome:
    case.control.advance(by)
    return PASSED


def _fault(case: Case, _step: Mapping[str, Any], fault: Mapping[str, Any]) -> Outcome:
    case.plan(fault)
    return PASSED


def _clear_faults(case: Case, _step: Mapping[str, Any], which: str | bool) -> Outcome:
    case.clear_faults("" if which is True else str(which))
    return PASSED


def _reset(case: Case, _step: Mapping[str, Any], _value: object) -> Outcome:
    case.reset()
    return PASSED


def _verify(case: Case, _step: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
    """Count the exchanges, and the calls inside them, that an operation pattern and facts describe."""
    case.read_journal()
    found = count(case.journal, given["operation"], given.get("when", {}))
    wanted = given.get("count", 1)
    if found == wanted:
        return PASSED
    actual = f"{found} (seen: {seen(case.journal)})"
    mismatch = Mismatch(at=given["operation"], expected=str(wanted), actual=actual)
    return Outcome(status="failed", mismatches=(mismatch,))


def _use(case: Case, step: Mapping[str, Any], name: str) -> None:
    """Run a flow; its parameters end with it, what it captures stays."""
    flow: Any = case.scenario.flows[name]
    outer, given = dict(case.names), fill(step.get("params", {}), case.names)
    case.names |= given
    case.run_steps(flow["steps"])
    for parameter in given:
        if parameter in outer:
            case.names[parameter] = outer[parameter]
        else:
            case.names.pop(parameter, None)


def _note(_case: Case, _step: Mapping[str, Any], text: str) -> Outcome:
    return Outcome(note=text)


#: What to do for each kind that a scenario file may hold (scenario/names.py).
ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "wx.login": _wx_login,
        "wx.getPhoneNumber": _wx_get_phone_number,
        "wx.requestSubscribeMessage": _wx_request_subscribe_message,
        "login": _login,
        "code2session": _code2session,
        "request": _request,
        "run": _run,
        "refresh": _refresh,
        "update_user": _update_user,
        "get_account": _get_account,
        "advance": _advance,
        "fault": _fault,
        "clear_faults": _clear_faults,
        "reset": _reset,
        "verify": _verify,
        "use": _use,
        "note": _note,
    }
)


def _ask(
    case: Case,
    step: Mapping[str, Any],
    request: Request,
    *,
    learn: Learn | None = None,
    app: RunningApp | None = None,
) -> Outcome:
    """Send a step's request, to an app or else the emulator, compare the reply, learn and capture from it."""
    expected = fill(step.get("expect", {}), case.names)
    shown_base = f"http://{app.name}" if app else case.shown_base
    seen = len(case.journal)
    sent, received = send(
        app.url if app else case.base,
        method=request.method,
        path=request.path,
        headers=request.headers,
        body=request.body,
        shown_base=shown_base,
        patience=_patience(expected),
        host=urlsplit(app.url).netloc if app else None,
    )
    if received.failure in ABSENT:
        message = f"{shown_base}: {ABSENT[received.failure]}"
        return Outcome(status="error", message=message, sent=sent, received=received, app=app.name if app else "")
    entry = case.read_journal()
    mismatches = tuple(compare(expected, received, _notes_of(received)))
    message = "" if mismatches else _take(case, step, received, learn)
    return Outcome(
        status="failed" if mismatches or message else "passed",
        message=message,
        mismatches=mismatches,
        sent=sent,
        received=received,
        entry=None if app else entry,
        app=app.name if app else "",
        calls=tuple(case.journal[seen:]) if app else (),
    )


def _patience(expected: Mapping[str, Any]) -> float:
    """Return the seconds to wait for a reply: a step that expects none says how long."""
    if expected.get("connection") == "timeout" and "within" in expected:
        return parse_duration(expected["within"]).total_seconds()
    return PATIENCE


def _take(case: Case, step: Mapping[str, Any], received: Received, learn: Learn | None) -> str:
    """Set the names that a reply sets by itself, and those that the step captures; return what is missing."""
    if learn is not None and not received.failure:
        with contextlib.suppress(CannotCapture):
            case.names |= learn(json_body(received))
    return _capture(case, step, lambda where: capture(where, received))


def _capture(case: Case, step: Mapping[str, Any], look: Callable[[str], Any]) -> str:
    """Set the names that a step captures; return what is missing."""
    for name, where in step.get("capture", {}).items():
        try:
            case.names[name] = look(where)
        except CannotCapture as error:
            return f"capture {name}: {error}"
    return ""


def _with_code(case: Case, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a login's fields with the code of the persona that it is `as`."""
    if "code" in given or "as" not in given:
        return given if "code" in given or "code" not in case.names else {**given, "code": case.names["code"]}
    code = case.control.login_code(given["as"], given.get("appid"))
    case.names["code"] = code
    return {**given, "code": code}


def _tokens(body: Any) -> Mapping[str, Any]:
    return {name: value for name, value in names_set_by(body).items() if name.endswith("_token")}


def _session(body: Any) -> Mapping[str, Any]:
    found = body if isinstance(body, dict) else {}
    return {name: found[name] for name in ("openid", "unionid", "session_key") if name in found}


def _notes_of(received: Received) -> tuple[str, ...]:
    for name, value in received.headers:
        if name.lower() == "x-mockdoor-note":
            return tuple(value.split(", "))
    return ()
