"""Running the steps of one scenario, one after another."""

import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.core.durations import parse_duration
from emulator.core.errors import ScenarioError
from emulator.core.json_object import Json
from emulator.journal.queries import count, seen
from emulator.runner import requests
from emulator.runner.control import Control, NoControl
from emulator.runner.expect import compare
from emulator.runner.http import ABSENT, PATIENCE, send
from emulator.runner.names import CannotCapture, UnknownName, capture, fill, json_body, names_set_by
from emulator.runner.requests import Request
from emulator.runner.results import CaseResult, Mismatch, Place, Received, StepResult
from emulator.scenario.model import Scenario
from emulator.scenario.names import kind_of


class Engine:
    """Runs one scenario against one server, at `base`; reports name it `shown_base`."""

    def __init__(self, scenario: Scenario, *, base: str, shown_base: str, control: Control, profile: str) -> None:
        self.scenario = scenario
        self.base = base
        self.shown_base = shown_base
        self.control = control
        self.profile = profile
        self.names: dict[str, Any] = dict(scenario.variables)
        self.results: list[StepResult] = []
        self.journal: list[Mapping[str, Json]] = []
        self.struck: Counter[str] = Counter()
        self.planned = [fault.id for fault in scenario.faults]
        self.last_number = 0

    def run(self) -> CaseResult:
        """Run steps until one fails, then `finally` whatever happened; an interruption ends the steps only."""
        interrupted = False
        try:
            self._run_steps(self.scenario.steps)
        except KeyboardInterrupt:
            interrupted = True
        self._run_steps(self.scenario.cleanup)
        self._note_struck()
        idle = tuple(fault for fault in self.planned if not self.struck[fault])
        path = self.scenario.path or Path(self.scenario.name)
        return CaseResult(
            name=self.scenario.name,
            profile=self.profile,
            description=self.scenario.description,
            place=Place(path=path, line=self.results[0].place.line if self.results else 1),
            steps=tuple(self.results),
            idle_faults=idle,
            interrupted=interrupted,
            journal=tuple(self.journal),
        )

    def _run_steps(self, steps: Any) -> bool:
        return all(self._run_step(step) for step in steps)

    def _run_step(self, step: Any) -> bool:
        """Run a step, once for each row; return whether to go on."""
        for row in step.get("with", [{}]):
            outer = dict(self.names)
            self.names |= row
            title = self._title(step, row)
            result = self._run_once(step, title) if self._due(step) else self._skipped(step, title)
            if result is not None:
                self.results.append(result)
            self.names = {name: value for name, value in self.names.items() if name not in row} | {
                name: outer[name] for name in row if name in outer
            }
            if result is not None and result.status in ("failed", "error"):
                return False
            if result is None and self.results and self.results[-1].status in ("failed", "error"):
                return False
        return True

    def _title(self, step: Any, row: Mapping[str, Any]) -> str:
        """Return what to call a step, with the names in it looked up as far as they are known."""
        title = step.get("name") or _described(kind_of(step), step[kind_of(step)])
        with contextlib.suppress(UnknownName):
            title = str(fill(title, self.names))
        return f"{title} [{', '.join(str(one) for one in row.values())}]" if row else title

    def _due(self, step: Any) -> bool:
        condition = step.get("if")
        if condition is None:
            return True
        if isinstance(condition, str):
            return bool(fill(condition, self.names)) and fill(condition, self.names) not in ("false", "no", "0")
        wanted = condition["profile"]
        return self.profile in ([wanted] if isinstance(wanted, str) else wanted)

    def _run_once(self, step: Any, title: str) -> StepResult | None:
        """Run a step, again while `retry` allows it; a `use` step has only its flow's results."""
        retry = step.get("retry", {})
        tries = retry.get("times", 1)
        for number in range(tries):
            try:
                result = self._act(step, title)
            except NoControl as error:
                status = "skipped" if "no control API" in str(error) else "error"
                return self._result(step, title, status=status, message=str(error))
            except (CannotCapture, UnknownName, ScenarioError, ValueError) as error:
                result = self._result(step, title, status="error", message=str(error))
            if result is None or result.status == "passed" or number == tries - 1:
                return result
            self._wait(retry.get("every", "0s"))
        return None

    def _wait(self, every: str) -> None:
        """Let time pass between two tries: the world's where it can be moved, else the wall's."""
        try:
            self.control.advance(every)
        except NoControl:
            time.sleep(parse_duration(every).total_seconds())

    def _act(self, step: Any, title: str) -> StepResult | None:
        kind = kind_of(step)
        value = fill(step[kind], self.names)
        match kind:
            case "wx.login":
                self.names["code"] = self.control.login_code(value.get("as"), value.get("appid"))
            case "advance":
                self.control.advance(value)
            case "fault":
                self._plan(value)
            case "clear_faults":
                self._note_struck()
                self.control.clear_faults("" if value is True else value)
            case "reset":
                self._note_struck()
                self.control.reset()
                self.last_number = 0
            case "verify":
                return self._verify(step, title, value)
            case "use":
                self._use(step, value)
                return None
            case "note":
                return self._result(step, title, status="passed", note=value)
            case _:
                return self._ask(step, title, kind, value)
        return self._result(step, title, status="passed")

    def _plan(self, fault: Mapping[str, Any]) -> None:
        before = set(self.control.struck())
        self.control.plan(fault)
        self.planned += [name for name in self.control.struck() if name not in before]

    def _note_struck(self) -> None:
        for name, times in self.control.struck().items():
            self.struck[name] = max(self.struck[name], times)

    def _use(self, step: Any, name: str) -> None:
        flow: Any = self.scenario.flows[name]
        outer, given = dict(self.names), fill(step.get("params", {}), self.names)
        self.names |= given
        self._run_steps(flow["steps"])
        for parameter in given:
            if parameter in outer:
                self.names[parameter] = outer[parameter]
            else:
                self.names.pop(parameter, None)

    def _ask(self, step: Any, title: str, kind: str, value: Any) -> StepResult:
        """Send a step's request, compare the reply, capture from it."""
        request = self._request(kind, value)
        expected = fill(step.get("expect", {}), self.names)
        patience = PATIENCE
        if expected.get("connection") == "timeout" and "within" in expected:
            patience = parse_duration(expected["within"]).total_seconds()
        sent, received = send(
            self.base,
            method=request.method,
            path=request.path,
            headers=request.headers,
            body=request.body,
            shown_base=self.shown_base,
            patience=patience,
        )
        if received.failure in ABSENT:
            message = f"{self.shown_base}: {ABSENT[received.failure]}"
            return self._result(step, title, status="error", message=message, sent=sent, received=received)
        entry = self._read_journal()
        mismatches = compare(expected, received, _notes_of(received))
        status = "failed" if mismatches else "passed"
        message = ""
        if status == "passed":
            self._learn(kind, received)
            message = self._capture(step, received)
            status = "failed" if message else "passed"
        return self._result(
            step,
            title,
            status=status,
            message=message,
            mismatches=tuple(mismatches),
            sent=sent,
            received=received,
            entry=entry,
        )

    def _request(self, kind: str, value: Any) -> Request:
        match kind:
            case "login":
                return requests.login(self.scenario, self._with_code(value))
            case "refresh":
                return requests.refresh(self.scenario, value, self.names)
            case "update_user":
                return requests.update_user(value, self.names)
            case "get_account":
                return requests.get_account(value, self.names)
            case "code2session":
                return requests.code2session(self.scenario, value, self.names)
        return requests.plain(value)

    def _with_code(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a login's fields with the code of the persona that it is `as`."""
        if "code" in given or "as" not in given:
            return given if "code" in given or "code" not in self.names else {**given, "code": self.names["code"]}
        code = self.control.login_code(given["as"], given.get("appid"))
        self.names["code"] = code
        return {**given, "code": code}

    def _learn(self, kind: str, received: Received) -> None:
        """Remember what a reply with tokens, or a session, sets by itself."""
        if received.failure:
            return
        try:
            body = json_body(received)
        except CannotCapture:
            return
        if kind in ("login", "refresh"):
            learnt = names_set_by(body)
            self.names |= learnt if kind == "login" else {k: v for k, v in learnt.items() if k.endswith("_token")}
        if kind == "code2session" and isinstance(body, dict):
            self.names |= {name: body[name] for name in ("openid", "unionid", "session_key") if name in body}

    def _capture(self, step: Any, received: Received) -> str:
        for name, where in step.get("capture", {}).items():
            try:
                self.names[name] = capture(where, received)
            except CannotCapture as error:
                return f"capture {name}: {error}"
        return ""

    def _read_journal(self) -> Mapping[str, Json] | None:
        """Return the emulator's entry of the exchange just made, None where there is no journal."""
        new = self.control.journal(self.last_number)
        self.journal += new
        if new:
            number = new[-1]["number"]
            self.last_number = number if isinstance(number, int) else self.last_number
        return new[0] if new else None

    def _verify(self, step: Any, title: str, value: Mapping[str, Any]) -> StepResult:
        """Count the exchanges, and the calls inside them, that an operation pattern and facts describe."""
        self._read_journal()
        found = count(self.journal, value["operation"], value.get("when", {}))
        wanted = value.get("count", 1)
        if found == wanted:
            return self._result(step, title, status="passed")
        actual = f"{found} (seen: {seen(self.journal)})"
        mismatch = Mismatch(at=value["operation"], expected=str(wanted), actual=actual)
        return self._result(step, title, status="failed", mismatches=(mismatch,))

    def _skipped(self, step: Any, title: str) -> StepResult:
        return self._result(step, title, status="skipped", message="its condition does not hold")

    def _result(self, step: Any, title: str, **given: Any) -> StepResult:
        path = getattr(step, "path", None) or self.scenario.path or Path(self.scenario.name)
        line = getattr(step, "place", (0, 0))[0] + 1
        place = Place(path=path, line=line)
        return StepResult(kind=kind_of(step), title=title, place=place, is_row="with" in step, **given)


def _described(kind: str, value: Any) -> str:
    if kind == "request":
        return f"{value.get('method', 'GET')} {value['path']}"
    if kind in ("login", "wx.login") and value.get("as"):
        return f"{kind} as {value['as']}"
    if kind == "verify":
        return f"verify {value['operation']}"
    if isinstance(value, str):
        return f"{kind} {value}"
    return kind


def _notes_of(received: Received) -> tuple[str, ...]:
    for name, value in received.headers:
        if name.lower() == "x-mockdoor-note":
            return tuple(value.split(", "))
    return ()
