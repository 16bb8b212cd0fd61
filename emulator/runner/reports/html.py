"""A run as one HTML page with a sequence diagram for each case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from emulator.runner.reports.curl import curl_line
from emulator.runner.reports.lanes import Lane, asked_apps, messages
from emulator.runner.reports.terminal import show_failure
from emulator.runner.results import CaseResult, RunResult, StepResult

if TYPE_CHECKING:
    from jinja2 import Template

_X: dict[Lane, int] = {"client": 90, "casdoor": 390, "wechat": 690}
_X_WITH_APPS: dict[Lane, int] = {"client": 90, "app": 290, "casdoor": 490, "wechat": 690}
_ROW, _TOP = 34, 70


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """One arrow of a diagram, in the units of its viewBox."""

    x1: int
    x2: int
    y: int
    text: str
    reply: bool
    bad: bool
    alone: bool


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A case's arrows, and how high the drawing is."""

    arrows: tuple[Arrow, ...]
    height: int
    lanes: Mapping[Lane, int]
    apps: str


def write_html(run: RunResult) -> str:
    """Return the page: self-contained, without scripts or times, so that runs compare equal."""
    cases = [case for suite in run.suites for case in suite.cases]
    return _template().render(
        run=run,
        failed=sum(run.failed(case) for case in cases),
        total=len(cases),
        diagram=draw,
        detail=show_failure,
        curl=_curl,
    )


def draw(case: CaseResult) -> Diagram:
    """Return the sequence diagram of a case: one row for each message."""
    apps = ", ".join(asked_apps(case))
    lanes = _X_WITH_APPS if apps else _X
    arrows = tuple(_arrows(case, lanes))
    return Diagram(arrows=arrows, height=_TOP + _ROW * len(arrows) + 10, lanes=lanes, apps=_short(apps, 24))


def _arrows(case: CaseResult, lanes: Mapping[Lane, int]) -> Iterator[Arrow]:
    width = 38 if lanes is _X else 26
    for row, message in enumerate(messages(case)):
        alone = message.start == message.end
        yield Arrow(
            x1=lanes[message.start],
            x2=lanes[message.end],
            y=_TOP + _ROW * row,
            text=_short(message.text, 96 if alone else width),
            reply=message.reply,
            bad=message.bad,
            alone=alone,
        )


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _curl(step: StepResult) -> str:
    return curl_line(step.sent) if step.sent else ""


@cache
def _template() -> "Template":
    from jinja2 import Environment

    source = resources.files("emulator.runner.reports").joinpath("report.html").read_text("utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
