"""Steps that send one request: making it, sending it, and judging what came back."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from emulator.core.durations import parse_duration
from emulator.core.json_object import Json
from emulator.runner import requests
from emulator.runner.apps import RunningApp
from emulator.runner.case import Case
from emulator.runner.expect import compare
from emulator.runner.http import ABSENT, PATIENCE, send
from emulator.runner.names import CannotCapture, capture, fill, json_body, names_set_by
from emulator.runner.requests import Request
from emulator.runner.results import Mismatch, Received, Sent, Status
from emulator.scenario.names import kind_of


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


#: Returns the names that a reply's JSON sets by itself.
Learn = Callable[[Any], Mapping[str, Any]]
#: Returns the request of a step from its value with the names in it looked up, and what its reply sets by itself.
Prepare = Callable[[Case, Mapping[str, Any]], tuple[Request, Learn | None]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A step that is ready to be sent, to an app or else to the emulator; `expected` has its names looked up."""

    step: Mapping[str, Any]
    request: Request
    expected: Mapping[str, Any]
    learn: Learn | None = None
    app: RunningApp | None = None

    def shown_base(self, case: Case) -> str:
        """Return the address that reports name."""
        return f"http://{self.app.name}" if self.app else case.shown_base


def ask(case: Case, step: Mapping[str, Any], _given: object) -> Outcome:
    """Send a step's request, compare the reply, learn and capture from it."""
    one = prepare(case, step)
    seen = len(case.journal)
    sent, received = send_one(case, one)
    entry = None if received.failure in ABSENT else case.read_journal()
    return judge(case, one, sent, received, entry, calls=tuple(case.journal[seen:]))


def prepare(case: Case, step: Mapping[str, Any]) -> Ask:
    """Return a step's request; a login's code is given out now."""
    kind = kind_of(step)
    given = fill(step[kind], case.names)
    own = {} if kind == "request" else given.pop("headers", {})  # `requests.plain` reads its own
    request, learn = ASKS[kind](case, given)
    request = replace(request, headers=requests.with_headers(request.headers, own))
    app = case.app(given["to"]) if kind == "request" and "to" in given else None
    expected = fill(step.get("expect", {}), case.names)
    return Ask(step=step, request=request, learn=learn, expected=expected, app=app)


def send_one(case: Case, one: Ask) -> tuple[Sent, Received]:
    """Send a request and return it with what came back."""
    request = one.request
    return send(
        one.app.url if one.app else case.base,
        method=request.method,
        path=request.path,
        headers=request.headers,
        body=request.body,
        shown_base=one.shown_base(case),
        patience=_patience(one.expected),
        host=urlsplit(one.app.url).netloc if one.app else None,
    )


def judge(
    case: Case,
    one: Ask,
    sent: Sent,
    received: Received,
    entry: Mapping[str, Json] | None,
    *,
    calls: tuple[Mapping[str, Json], ...] = (),
) -> Outcome:
    """Compare a reply with what its step expects, learn and capture from it.

    `entry` is the journal's of a request to the emulator, `calls` are those that an app made meanwhile.
    """
    app = one.app.name if one.app else ""
    if received.failure in ABSENT:
        message = f"{one.shown_base(case)}: {ABSENT[received.failure]}"
        return Outcome(status="error", message=message, sent=sent, received=received, app=app)
    mismatches = tuple(compare(one.expected, received, notes_of(received)))
    message = "" if mismatches else take(case, one.step, received, one.learn)
    return Outcome(
        status="failed" if mismatches or message else "passed",
        message=message,
        mismatches=mismatches,
        sent=sent,
        received=received,
        entry=None if app else entry,
        app=app,
        calls=calls if app else (),
    )


def notes_of(received: Received) -> tuple[str, ...]:
    """Return the ids of the notes that a reply carries."""
    for name, value in received.headers:
        if name.lower() == "x-mockdoor-note":
            return tuple(value.split(", "))
    return ()


def _login(case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.login(case.scenario, _with_code(case, given)), names_set_by


def _code2session(case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.code2session(case.scenario, given, case.names), _session


def _request(_case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.plain(given), None


def _refresh(case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.refresh(case.scenario, given, case.names), _tokens


def _update_user(case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.update_user(given, case.names), None


def _get_account(case: Case, given: Mapping[str, Any]) -> tuple[Request, Learn | None]:
    return requests.get_account(given, case.names), None


#: How the request of each kind of step that sends one is made.
ASKS: Mapping[str, Prepare] = MappingProxyType(
    {
        "login": _login,
        "code2session": _code2session,
        "request": _request,
        "refresh": _refresh,
        "update_user": _update_user,
        "get_account": _get_account,
    }
)


def _patience(expected: Mapping[str, Any]) -> float:
    """Return the seconds to wait for a reply: a step that expects none says how long."""
    if expected.get("connection") == "timeout" and "within" in expected:
        return parse_duration(expected["within"]).total_seconds()
    return PATIENCE


def take(case: Case, step: Mapping[str, Any], received: Received, learn: Learn | None) -> str:
    """Set the names that a reply sets by itself, and those that the step captures; return what is missing."""
    if learn is not None and not received.failure:
        with contextlib.suppress(CannotCapture):
            case.names |= learn(json_body(received))
    return captured(case, step, lambda where: capture(where, received))


def captured(case: Case, step: Mapping[str, Any], look: Callable[[str], Any]) -> str:
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
