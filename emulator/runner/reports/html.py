"""A run as one HTML page with a sequence diagram for each case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.runner.reports.curl import curl_line
from emulator.runner.reports.lanes import asked_apps, messages
from emulator.runner.reports.terminal import show_failure
from emulator.runner.results import CaseResult, RunResult, StepResult

if TYPE_CHECKING:
    from jinja2 import Template

_X: dict[str, int] = {"client": 90, "casdoor": 390, "wechat": 690}
_X_WITH_APPS: dict[str, int] = {"client": 90, "app": 290, "casdoor": 490, "wechat": 690}
#: How far apart the rows of a drawing are, and where the first is.
ROW, TOP = 34, 70

_HERE = __name__.rpartition(".")[0]


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
    """The arrows, how high the drawing is, and where each lane stands under which head."""

    arrows: tuple[Arrow, ...]
    height: int
    lanes: Mapping[str, int]
    heads: Mapping[str, str]


def write_html(run: RunResult) -> str:
    """Return the page: self-contained, without scripts or times, so that runs compare equal."""
    cases = [case for suite in run.suites for case in suite.cases]
    return template(_HERE).render(
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
    heads = {"client": "mini program 小程序", "app": shortened(apps, 24), "casdoor": "Casdoor", "wechat": "WeChat 微信"}
    return Diagram(arrows=arrows, height=TOP + ROW * len(arrows) + 10, lanes=lanes, heads=heads)


def _arrows(case: CaseResult, lanes: Mapping[str, int]) -> Iterator[Arrow]:
    width = 38 if lanes is _X else 26
    for row, message in enumerate(messages(case)):
        alone = message.start == message.end
        yield Arrow(
            x1=lanes[message.start],
            x2=lanes[message.end],
            y=TOP + ROW * row,
            text=shortened(message.text, 96 if alone else width),
            reply=message.reply,
            bad=message.bad,
            alone=alone,
        )


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _curl(step: StepResult) -> str:
    return curl_line(step.sent) if step.sent else ""


def template(package: str) -> "Template":
    """Return the template `report.html` of a package's, which may use the style and the diagram of this one."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader

    names = dict.fromkeys((package, _HERE))
    loader = ChoiceLoader([PackageLoader(name, ".") for name in names])
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template("report.html")
