"""What a run found: plain values that every report is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from emulator.core.json_object import Json
from emulator.core.reply import Headers

#: `error` means that the step could not be carried out, `skipped` that it was not due or cannot be done here.
Status = Literal["passed", "failed", "error", "skipped"]

#: The message of a step that was skipped because the scenario had failed by then.
NOT_RUN = "not run: an earlier step failed"
#: How the Referer of a mini program's requests begins, which no other client may set. Source: facts/wechat.md 4.
_REFERER = "https://servicewechat.com/"


def made_by_mini_program(entry: Mapping[str, Any]) -> bool:
    """Return whether a mini program itself made the call of a journal's entry."""
    headers = entry.get("request", {}).get("headers", ())
    return any(name.lower() == "referer" and str(value).startswith(_REFERER) for name, value in headers)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a step stands; `line` counts from 1."""

    path: Path
    line: int

    def __str__(self) -> str:
        """Show `path:line`."""
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request that a step sent; `path` holds the query, `body` is text."""

    method: str
    url: str
    path: str
    headers: Headers
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came back: a reply, or with `failure` (`reset`, `empty`, `truncated`, `timeout`, `refused`) none.

    `elapsed` is wall time: in no report but those that are asked for times.
    """

    status: int = 0
    headers: Headers = ()
    body: str = ""
    failure: str = ""
    elapsed: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One thing that differs: `at` is a JSON path such as `$.user`, or `status`, `header Server`, `text`."""

    at: str
    expected: str
    actual: str


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """One step, once: with `with` rows and retries there are several for one step of the file.

    `kind` is the step's kind (`login`, `request`, …), `title` what to call it, `message` the reason of an
    error or a skip, `entry` the emulator's journal entry of the exchange, as `GET journal` shows it
    (inner calls, faults, notes, why), None when there is none. `is_row` marks one of a table's rows.
    `app` names the app under test that was asked, `calls` are the journal's entries of what it called meanwhile;
    `output` is what a failed step's apps and program wrote since it began.
    """

    kind: str
    title: str
    place: Place
    status: Status
    message: str = ""
    mismatches: tuple[Mismatch, ...] = ()
    sent: Sent | None = None
    received: Received | None = None
    entry: Mapping[str, Json] | None = None
    note: str = ""
    is_row: bool = False
    app: str = ""
    calls: tuple[Mapping[str, Json], ...] = ()
    output: str = ""

    @property
    def not_run(self) -> bool:
        """Whether the scenario had failed before this step's turn."""
        return self.status == "skipped" and self.message == NOT_RUN


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One run of a scenario: its steps in order, `finally` included.

    `name` is the scenario's, with the profile and the table row when there are several. `idle_faults`
    are ids of planned faults that never struck. `journal` holds every exchange of the run, as
    `GET journal` shows them. `elapsed` is wall time, for reports that are asked for times; two results that differ in
    nothing else are equal.
    """

    name: str
    profile: str
    description: str
    place: Place
    steps: tuple[StepResult, ...]
    idle_faults: tuple[str, ...] = ()
    interrupted: bool = False
    journal: tuple[Mapping[str, Json], ...] = ()
    elapsed: timedelta = field(default=timedelta(0), compare=False)

    @property
    def status(self) -> Status:
        """The worst of the steps; skipped when every step was."""
        found = [step.status for step in self.steps]
        for status in ("error", "failed"):
            if status in found:
                return status
        return "skipped" if found and set(found) == {"skipped"} else "passed"


@dataclass(frozen=True, kw_only=True)
class SuiteResult:
    """One scenario file: its cases, or the problems for which it could not be loaded."""

    path: Path
    cases: tuple[CaseResult, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """A whole run over files; `strict` fails a case with idle faults."""

    suites: tuple[SuiteResult, ...]
    strict: bool = False
    interrupted: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def failed(self, case: CaseResult) -> bool:
        """Return whether a case counts as failed."""
        return case.status in ("failed", "error") or case.interrupted or (self.strict and bool(case.idle_faults))

    @property
    def exit_code(self) -> int:
        """0 fine, 1 an expectation failed, 2 a file with problems, 130 interrupted (conventions.md 17)."""
        if self.interrupted:
            return 130
        if any(suite.problems for suite in self.suites):
            return 2
        return int(any(self.failed(case) for suite in self.suites for case in suite.cases))
