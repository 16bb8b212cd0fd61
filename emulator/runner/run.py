"""Running many scenario files: which, under which profiles, against which server."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from emulator.core.errors import ScenarioError
from emulator.runner.control import Control, Embedded, Remote
from emulator.runner.engine import Engine
from emulator.runner.results import CaseResult, RunResult, SuiteResult
from emulator.scenario import load, shipped
from emulator.scenario.model import Scenario
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN
from emulator.world.world import World

#: Where the clock of a scenario stands that names none, so that two runs give the same bytes.
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
#: How reports name the embedded server, whatever port it has.
SHOWN_BASE = "http://127.0.0.1:8000"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to run: `text` in name, description or path; one of `tags`; a step's line; which profiles."""

    text: str = ""
    tags: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    fail_fast: bool = False
    strict: bool = False
    target: str = ""


def run_paths(
    paths: Iterable[str], choice: Choice, *, on_case: Callable[[CaseResult], None] = lambda _case: None
) -> RunResult:
    """Run the scenarios of files and folders; `on_case` hears of each case when it is done.

    `FILE:LINE` runs a file if a step stands in that line, the name of a shipped scenario runs that. Raises
    FileNotFoundError for a path that does not exist.
    """
    suites: list[SuiteResult] = []
    interrupted = False
    with _server(choice) as open_case:
        for path, line in _files(paths):
            suite = _run_file(path, line, choice, open_case, on_case)
            if suite is not None:
                suites.append(suite)
            interrupted = suite is not None and any(case.interrupted for case in suite.cases)
            if interrupted or (choice.fail_fast and suite is not None and _is_bad(suite)):
                break
    return RunResult(suites=tuple(suites), strict=choice.strict, interrupted=interrupted)


def run_scenario(scenario: Scenario, profile: str, *, server: Server) -> CaseResult:
    """Run one scenario in a fresh world on an embedded server."""
    base, control = _fresh_world(server, scenario, profile)
    return Engine(scenario, base=base, shown_base=SHOWN_BASE, control=control, profile=profile).run()


def _run_file(
    path: Path, line: int, choice: Choice, open_case: "OpenCase", on_case: Callable[[CaseResult], None]
) -> SuiteResult | None:
    """Run a file's scenario under each profile; None when it is not chosen or has no steps."""
    try:
        scenario = load(path)
    except ScenarioError as error:
        return SuiteResult(path=path, problems=tuple(str(one) for one in error.problems))
    if not scenario.steps or not _is_chosen(scenario, path, line, choice):
        return None
    cases: list[CaseResult] = []
    profiles = choice.profiles or (scenario.profile,)
    for profile in profiles:
        base, shown_base, control = open_case(scenario, profile)
        engine = Engine(scenario, base=base, shown_base=shown_base, control=control, profile=profile)
        case = engine.run()
        if len(profiles) > 1:
            case = replace(case, name=f"{case.name} [{profile}]")
        cases.append(case)
        on_case(case)
        if case.interrupted:
            break
    return SuiteResult(path=path, cases=tuple(cases))


OpenCase = Callable[[Scenario, str], tuple[str, str, Control]]


@contextmanager
def _server(choice: Choice) -> Iterator[OpenCase]:
    """Yield what makes a fresh world for a case, on the embedded server or the target."""
    if choice.target:
        target = choice.target.rstrip("/")

        def on_target(_scenario: Scenario, _profile: str) -> tuple[str, str, Control]:
            return target, target, Remote(target)

        yield on_target
        return
    empty = World(Scenario(name="none", clock=START), wall=_wall)
    with Server(empty, port=0) as server:

        def embedded(scenario: Scenario, profile: str) -> tuple[str, str, Control]:
            base, control = _fresh_world(server, scenario, profile)
            return base, SHOWN_BASE, control

        yield embedded


def _fresh_world(server: Server, scenario: Scenario, profile: str) -> tuple[str, Control]:
    """Put a new world of a scenario onto a server; its clock stands unless the file says `clock: now`."""
    clock = scenario.clock or (None if scenario.runs else START)
    world = World(replace(scenario, clock=clock), wall=_wall, profile=profile)
    app_state(server.app).worlds[MAIN] = world
    return server.url, Embedded(world)


def _wall() -> datetime:
    return datetime.now(UTC)


def _files(paths: Iterable[str]) -> Iterator[tuple[Path, int]]:
    for given in paths:
        name, _, digits = given.rpartition(":")
        line = int(digits) if name and digits.isdecimal() and not Path(given).exists() else 0
        path = Path(name if line else given)
        if path.is_dir():
            library = "scenarios" in path.resolve().parts
            pattern = "*.yaml" if library else "*.scenario.yaml"
            yield from ((one, 0) for one in sorted(path.rglob(pattern)))
        elif path.exists():
            yield path, line
        elif given in shipped():
            yield shipped()[given], 0
        else:
            raise FileNotFoundError(given)


def _is_chosen(scenario: Scenario, path: Path, line: int, choice: Choice) -> bool:
    if choice.tags and not set(choice.tags) & set(scenario.tags):
        return False
    haystack = f"{scenario.name} {scenario.description} {path}".lower()
    if choice.text and choice.text.lower() not in haystack:
        return False
    return not line or any(_covers(step, line) for step in (*scenario.steps, *scenario.cleanup))


def _covers(step: object, line: int) -> bool:
    """Tell whether a step, or a value in it, stands in a line that counts from 1."""
    place = getattr(step, "place", None)
    if place is None:
        return False
    lines: list[int] = [place[0], *(where[0] for where in getattr(step, "places", {}).values())]
    return min(lines) + 1 <= line <= max(lines) + 1


def _is_bad(suite: SuiteResult) -> bool:
    return bool(suite.problems) or any(case.status in ("failed", "error") for case in suite.cases)
