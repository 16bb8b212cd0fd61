"""Running the steps of one scenario, one after another."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from emulator.core.durations import parse_duration
from emulator.core.errors import ScenarioError
from emulator.runner.aftermath import mark_output, with_aftermath
from emulator.runner.apps import RunningApp
from emulator.runner.asking import ASKS, Outcome
from emulator.runner.case import Case
from emulator.runner.control import Control, NoControl
from emulator.runner.invented import Inventor
from emulator.runner.names import CannotCapture, UnknownName, fill
from emulator.runner.results import NOT_RUN, CaseResult, Place, StepResult
from emulator.runner.shown import Shown
from emulator.runner.steps import ACTIONS, Action
from emulator.scenario.apps import MINI_STEPS
from emulator.scenario.interpolation import INVENTED
from emulator.scenario.mini_programs import described
from emulator.scenario.model import Scenario
from emulator.scenario.names import WX_STEPS, kind_of, locale_of

#: How reports name the proxy of a run, whatever port it has.
SHOWN_PROXY = "http://127.0.0.1:8080"
_BAD = ("failed", "error")
#: Steps that hold steps, which look their names up themselves, and those that send one do so when they are sent.
_UNFILLED = frozenset({"parallel", *ASKS})
_NOT_DUE = Outcome(status="skipped", message="its condition does not hold")
_NOT_RUN = Outcome(status="skipped", message=NOT_RUN)


class Engine:
    """Runs one scenario against one server, at `base`; reports name it `shown_base`.

    `actions` say what each kind of step does.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        base: str,
        shown_base: str,
        control: Control,
        profile: str,
        apps: Mapping[str, RunningApp] | None = None,
        environment: Callable[[], Mapping[str, str]] = dict,
        actions: Mapping[str, Action] = ACTIONS,
    ) -> None:
        self.scenario = scenario
        self.profile = profile
        self.results: list[StepResult] = []
        self._marks: Mapping[str, int] = {}
        self._actions = actions
        self.case = Case(
            scenario=scenario,
            base=base,
            shown_base=shown_base,
            control=control,
            names={INVENTED: Inventor(f"{scenario.seed}/{scenario.name}", locale_of(scenario))},
            run_steps=self._run_steps,
            is_due=self._is_due,
            record=self._record,
            apps=apps or {},
            given=environment,
            planned=[fault.id for fault in scenario.faults],
        )
        addresses = {app.url: f"http://{name}" for name, app in self.case.apps.items()}
        proxy = environment().get("HTTPS_PROXY") if addresses else None
        proxies = {proxy: SHOWN_PROXY} if proxy else {}
        self.shown = Shown({base: shown_base, **addresses, **proxies} if addresses else {})

    def run(self) -> CaseResult:
        """Run steps until one fails, then `finally` whatever happened; an interruption ends the steps only."""
        interrupted = False
        self._marks = mark_output(self.case.apps)
        try:
            if self._set_variables():
                self._run_steps(self.scenario.steps)
        except KeyboardInterrupt:
            interrupted = True
        try:
            self._run_steps(self.scenario.cleanup)
        finally:
            self.case.mini_programs.close()
        self.case.count_strikes()
        path = self.scenario.path or Path(self.scenario.name)
        return CaseResult(
            name=self.scenario.name,
            profile=self.profile,
            description=self.scenario.description,
            place=Place(path=path, line=self.results[0].place.line if self.results else 1),
            steps=tuple(self.results),
            idle_faults=self.case.idle_faults,
            interrupted=interrupted,
            journal=tuple(self.shown(entry) for entry in self.case.journal),
        )

    def begin(self) -> tuple[StepResult, ...]:
        """Set the variables, for a caller that plays step by step; return what went wrong."""
        self._set_variables()
        return tuple(self.results)

    def play(self, step: Any) -> tuple[StepResult, ...]:
        """Run one step, whatever became of those before; return its results, several for rows and flows."""
        begin = len(self.results)
        self._run_steps([step])
        return tuple(self.results[begin:])

    def _set_variables(self) -> bool:
        """Set the variables, in which names may be looked up too; one of the environment may be missing."""
        names = self.case.names
        try:
            for name, value in self.scenario.variables.items():
                names[name] = fill(value, names)
        except UnknownName as error:
            path = self.scenario.path or Path(self.scenario.name)
            place, message = Place(path=path, line=1), f"{name}: {error}"
            self.results.append(StepResult(kind="vars", title="vars", place=place, status="error", message=message))
            return False
        return True

    def _run_steps(self, steps: Iterable[Any]) -> bool:
        """Run steps, those behind a failure aside; return whether all went well."""
        going = True
        for step in steps:
            going = self._run_step(step, going=going)
        return going

    def _run_step(self, step: Any, *, going: bool) -> bool:
        """Run a step, once for each row, or note that it is not run; return whether the next step is due."""
        for row in step.get("with", [{}]):
            if going:
                going = self._run_row(step, row)
            else:
                self._record(step, row, _NOT_RUN)
        return going

    def _run_row(self, step: Any, row: Mapping[str, Any]) -> bool:
        """Run a step with the names of one row, which end with it; a `use` step has only its flow's results."""
        outer, begin = dict(self.case.names), len(self.results)
        self.case.names |= row
        title = self._title(step, row)
        outcome = self._try(step) if self._is_due(step) else _NOT_DUE
        if outcome is not None:
            outcome = self.shown(with_aftermath(self.case, kind_of(step), outcome, self._marks))
        if outcome is not None:
            self.results.append(self._result(step, title, outcome))
        for name in row:
            self.case.names.pop(name, None)
        self.case.names |= {name: outer[name] for name in row if name in outer}
        return not any(one.status in _BAD for one in self.results[begin:])

    def _record(self, step: Any, row: Mapping[str, Any], outcome: Outcome) -> None:
        """Note how a step inside a step ended; its title is made with its row."""
        outer = dict(self.case.names)
        self.case.names |= row
        self.results.append(self._result(step, self._title(step, row), self.shown(outcome)))
        for name in row:
            self.case.names.pop(name, None)
        self.case.names |= {name: outer[name] for name in row if name in outer}

    def _title(self, step: Any, row: Mapping[str, Any]) -> str:
        """Return what to call a step, with the names in it looked up as far as they are known."""
        title = step.get("name") or _described(kind_of(step), step[kind_of(step)])
        with contextlib.suppress(UnknownName):
            known = {name: value for name, value in self.case.names.items() if name != INVENTED}
            title = str(fill(title, known))
        return f"{title} [{', '.join(str(one) for one in row.values())}]" if row else title

    def _is_due(self, step: Any) -> bool:
        condition = step.get("if")
        if condition is None:
            return True
        if isinstance(condition, str):
            value = fill(condition, self.case.names)
            return bool(value) and value not in ("false", "no", "0")
        wanted = condition["profile"]
        return self.profile in ([wanted] if isinstance(wanted, str) else wanted)

    def _try(self, step: Any) -> Outcome | None:
        """Do what a step says; what the control API refuses, it refuses for good."""
        try:
            return self._repeat(step)
        except NoControl as error:
            # control.py says so of a server that has none; any other refusal is an error.
            return Outcome(status="skipped" if "no control API" in str(error) else "error", message=str(error))

    def _repeat(self, step: Any) -> Outcome | None:
        """Do what a step says, again while `retry` allows it."""
        retry = step.get("retry", {})
        for _ in range(retry.get("times", 1) - 1):
            outcome = self._act(step)
            if outcome is None or outcome.status in ("passed", "skipped"):
                return outcome
            self._wait(retry.get("every", "0s"))
        return self._act(step)

    def _act(self, step: Any) -> Outcome | None:
        kind = kind_of(step)
        try:
            given = step[kind] if kind in _UNFILLED else fill(step[kind], self.case.names)
            return self._actions[kind](self.case, step, given)
        except (CannotCapture, UnknownName, ScenarioError, ValueError) as error:
            return Outcome(status="error", message=str(error))

    def _wait(self, every: str) -> None:
        """Let time pass between two tries: the world's where it can be moved, else the wall's."""
        try:
            self.case.control.advance(every)
        except NoControl:
            time.sleep(parse_duration(every).total_seconds())

    def _result(self, step: Any, title: str, outcome: Outcome) -> StepResult:
        path = getattr(step, "path", None) or self.scenario.path or Path(self.scenario.name)
        line = getattr(step, "place", (0, 0))[0] + 1
        place = Place(path=path, line=line)
        return StepResult(kind=kind_of(step), title=title, place=place, is_row="with" in step, **vars(outcome))


def _described(kind: str, value: Any) -> str:
    if kind == "request":
        to = f" to {value['to']}" if "to" in value else ""
        return f"{value.get('method', 'GET')} {value['path']}{to}"
    if kind == "run":
        return f"run {' '.join(value['command'])}"
    if kind in MINI_STEPS:
        return described(kind, value)
    if kind in ("login", *WX_STEPS) and value.get("as"):
        return f"{kind} as {value['as']}"
    if kind == "parallel":
        return f"{len(value)} step{'s' * (len(value) > 1)} in parallel"
    if kind == "verify":
        return f"verify {value.get('operation', 'the order')}"
    if isinstance(value, str):
        return f"{kind} {value}"
    return kind
