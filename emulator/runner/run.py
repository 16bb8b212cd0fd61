"""Running many scenario files, under each profile, against one server."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from emulator.control.worlds import open_world
from emulator.runner.control import Control, Embedded, Remote
from emulator.runner.engine import Engine
from emulator.runner.http import ABSENT, try_connection
from emulator.runner.results import CaseResult, RunResult, SuiteResult
from emulator.runner.selection import CannotRun, Choice, Chosen, choose
from emulator.scenario.model import Scenario
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN

#: Where the clock of a scenario stands that names none, so that two runs give the same bytes.
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
#: How reports name the embedded server, whatever port it has.
SHOWN_BASE = "http://127.0.0.1:8000"


def run_paths(
    paths: Iterable[str], choice: Choice, *, on_case: Callable[[CaseResult], None] = lambda _case: None
) -> RunResult:
    """Run the scenarios that `paths` and `choice` select; `on_case` hears of each case when it is done.

    Raises CannotRun when there is nothing to run, or nobody to run it against.
    """
    chosen = choose(paths, choice)
    suites: list[SuiteResult] = []
    with _server(choice) as open_case:
        for one in chosen:
            suite = _run_file(one, choice, open_case, on_case)
            suites.append(suite)
            if _is_interrupted(suite) or (choice.fail_fast and _is_bad(suite)):
                break
    return RunResult(suites=tuple(suites), strict=choice.strict, interrupted=_is_interrupted(suites[-1]))


def run_scenario(scenario: Scenario, profile: str, *, server: Server) -> CaseResult:
    """Run one scenario in a fresh world on an embedded server."""
    base, control = _fresh_world(server, scenario, profile)
    return Engine(scenario, base=base, shown_base=SHOWN_BASE, control=control, profile=profile).run()


def _run_file(
    chosen: Chosen, choice: Choice, open_case: "OpenCase", on_case: Callable[[CaseResult], None]
) -> SuiteResult:
    """Run a file's scenario under each profile."""
    scenario = chosen.scenario
    if scenario is None:
        return SuiteResult(path=chosen.path, problems=chosen.problems)
    cases: list[CaseResult] = []
    profiles = choice.profiles or (scenario.profile,)
    for profile in profiles:
        base, shown_base, control = open_case(scenario, profile)
        engine = Engine(scenario, base=base, shown_base=shown_base, control=control, profile=profile)
        begun = time.monotonic()
        case = engine.run()
        case = replace(case, elapsed=timedelta(seconds=time.monotonic() - begun))
        if len(profiles) > 1:
            case = replace(case, name=f"{case.name} [{profile}]")
        cases.append(case)
        on_case(case)
        if case.interrupted:
            break
    return SuiteResult(path=chosen.path, cases=tuple(cases))


OpenCase = Callable[[Scenario, str], tuple[str, str, Control]]


@contextmanager
def _server(choice: Choice) -> Iterator[OpenCase]:
    """Yield what makes a fresh world for a case, on the embedded server or the target; raises CannotRun."""
    if choice.target is not None:
        target = choice.target.rstrip("/")
        _check_target(target)

        def on_target(_scenario: Scenario, _profile: str) -> tuple[str, str, Control]:
            return target, target, Remote(target)

        yield on_target
        return
    empty = open_world(Scenario(name="none", clock=START), wall=_wall)
    with Server(empty, port=0) as server:

        def embedded(scenario: Scenario, profile: str) -> tuple[str, str, Control]:
            base, control = _fresh_world(server, scenario, profile)
            return base, SHOWN_BASE, control

        yield embedded


def _check_target(target: str) -> None:
    """Raise CannotRun for a server that no step could reach."""
    try:
        failure = try_connection(target)
    except ValueError as error:
        raise CannotRun([f"--target {target or repr(target)}: not an address such as {SHOWN_BASE}"]) from error
    if failure:
        raise CannotRun([f"{target}: {ABSENT.get(failure, failure)}"])


def _fresh_world(server: Server, scenario: Scenario, profile: str) -> tuple[str, Control]:
    """Put a new world of a scenario onto a server; its clock stands unless the file says `clock: now`."""
    clock = scenario.clock or (None if scenario.runs else START)
    world = open_world(replace(scenario, clock=clock), wall=_wall, profile=profile)
    app_state(server.app).worlds[MAIN] = world
    return server.url, Embedded(world)


def _wall() -> datetime:
    return datetime.now(UTC)


def _is_interrupted(suite: SuiteResult) -> bool:
    return any(case.interrupted for case in suite.cases)


def _is_bad(suite: SuiteResult) -> bool:
    return bool(suite.problems) or any(case.status in ("failed", "error") for case in suite.cases)
