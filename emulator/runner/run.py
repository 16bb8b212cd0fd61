"""Running many scenario files, under each profile, against one server."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from emulator.control.variables import addresses_of, names_of
from emulator.control.worlds import open_world
from emulator.runner.app_pool import AppPool
from emulator.runner.control import Control, Embedded, Remote
from emulator.runner.engine import Engine
from emulator.runner.environments import Environments
from emulator.runner.http import ABSENT, try_connection
from emulator.runner.processes import CannotStart
from emulator.runner.results import CaseResult, Place, RunResult, StepResult, SuiteResult
from emulator.runner.selection import CannotRun, Choice, Chosen, choose
from emulator.runner.workers import RunFile, run_side_by_side
from emulator.scenario.apps import served, unknown_app
from emulator.scenario.model import Scenario
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN

#: Where the clock of a scenario stands that names none, so that two runs give the same bytes.
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
#: How reports name the embedded server, whatever port it has.
SHOWN_BASE = "http://127.0.0.1:8000"


def run_paths(
    paths: Iterable[str],
    choice: Choice,
    *,
    on_case: Callable[[CaseResult], None] = lambda _case: None,
    jobs: int = 1,
    in_order: bool = True,
) -> RunResult:
    """Run the scenarios that `paths` and `choice` select, `jobs` files at a time.

    `on_case` hears of each case when it is done; of several jobs' in the order of the files, unless not `in_order`.
    Raises CannotRun when there is nothing to run, or nobody to run it against.
    """
    chosen = choose(paths, choice)
    _check_apps(chosen, choice)
    if jobs == 1 or len(chosen) == 1:
        suites = tuple(_in_turn(chosen, choice, on_case))
        return RunResult(suites=suites, strict=choice.strict, interrupted=_is_interrupted(suites[-1]))
    suites, interrupted = run_side_by_side(
        chosen,
        partial(_open_runner, choice),
        jobs=jobs,
        given_apps=choice.apps,
        ends_run=lambda suite: choice.fail_fast and _is_bad(suite),
        on_case=on_case,
        in_order=in_order,
    )
    return RunResult(suites=suites, strict=choice.strict, interrupted=interrupted or any(map(_is_interrupted, suites)))


def _in_turn(chosen: Iterable[Chosen], choice: Choice, on_case: Callable[[CaseResult], None]) -> Iterator[SuiteResult]:
    with _open_runner(choice, on_case) as run_file:
        for one in chosen:
            suite = run_file(one)
            yield suite
            if _is_interrupted(suite) or (choice.fail_fast and _is_bad(suite)):
                return


@contextmanager
def _open_runner(choice: Choice, on_case: Callable[[CaseResult], None] = lambda _case: None) -> Iterator[RunFile]:
    """Open a server and a pool of apps; yield what runs a file with them."""
    with AppPool(choice.apps) as pool, _server(choice) as open_case:
        yield lambda one: _run_file(one, choice, open_case, pool, on_case)


def run_scenario(
    scenario: Scenario, profile: str, *, server: Server, environments: Environments, pool: AppPool
) -> CaseResult:
    """Run one scenario in a fresh world on an embedded server."""
    return _run_case(scenario, profile, _opened(server, environments, scenario, profile), pool)


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """Where a case runs: the server's address, its name in reports, and what leads programs to it."""

    base: str
    shown_base: str
    control: Control
    environment: Callable[[], Mapping[str, str]]


def _run_case(scenario: Scenario, profile: str, opened: _Opened, pool: AppPool) -> CaseResult:
    """Run one scenario with its apps; those that do not start make a case with an error."""
    environment = opened.environment
    try:
        given = environment() if served(scenario.apps) else {}
        apps = pool.open(scenario.apps, environment=given, names=scenario.variables)
    except CannotStart as error:
        return _not_started(scenario, profile, str(error))
    except KeyboardInterrupt:
        return replace(_not_started(scenario, profile, ""), steps=(), interrupted=True)
    return Engine(
        scenario,
        base=opened.base,
        shown_base=opened.shown_base,
        control=opened.control,
        profile=profile,
        apps=apps,
        environment=environment,
    ).run()


def _not_started(scenario: Scenario, profile: str, why: str) -> CaseResult:
    """Return the case of a scenario whose apps did not start, with their last output set apart."""
    app = scenario.apps.get(why.partition(" ")[0]) or next(iter(scenario.apps.values()))
    message, _, output = why.partition("\n")
    place = Place(path=app.path, line=app.line)
    step = StepResult(
        kind="start", title=f"start {app.name}", place=place, status="error", message=message, output=output
    )
    return CaseResult(name=scenario.name, profile=profile, description=scenario.description, place=place, steps=(step,))


def _check_apps(chosen: Iterable[Chosen], choice: Choice) -> None:
    """Raise CannotRun for an --app that no chosen scenario has."""
    known = {name: app for one in chosen if one.scenario for name, app in served(one.scenario.apps).items()}
    wrong = [f"--app {name}: {unknown_app(name, known)}" for name in choice.apps if name not in known]
    if wrong and all(one.scenario for one in chosen):
        raise CannotRun(wrong)


def _run_file(
    chosen: Chosen, choice: Choice, open_case: "OpenCase", pool: AppPool, on_case: Callable[[CaseResult], None]
) -> SuiteResult:
    """Run a file's scenario under each profile."""
    scenario = chosen.scenario
    if scenario is None:
        return SuiteResult(path=chosen.path, problems=chosen.problems)
    cases: list[CaseResult] = []
    profiles = choice.profiles or (scenario.profile,)
    for profile in profiles:
        begun = time.monotonic()
        case = _run_case(scenario, profile, open_case(scenario, profile), pool)
        case = replace(case, elapsed=timedelta(seconds=time.monotonic() - begun))
        if len(profiles) > 1:
            case = replace(case, name=f"{case.name} [{profile}]")
        cases.append(case)
        on_case(case)
        if case.interrupted:
            break
    return SuiteResult(path=chosen.path, cases=tuple(cases))


OpenCase = Callable[[Scenario, str], _Opened]


@contextmanager
def _server(choice: Choice) -> Iterator[OpenCase]:
    """Yield what makes a fresh world for a case, on the embedded server or the target; raises CannotRun."""
    if choice.target is not None:
        target = choice.target.rstrip("/")
        _check_target(target)

        def on_target(scenario: Scenario, _profile: str) -> _Opened:
            names = names_of(open_world(scenario, wall=_wall).state)
            found = addresses_of(target) | names
            return _Opened(base=target, shown_base=target, control=Remote(target), environment=lambda: found)

        yield on_target
        return
    empty = open_world(Scenario(name="none", clock=START), wall=_wall)
    with Server(empty, port=0) as server, Environments(server) as environments:
        yield lambda scenario, profile: _opened(server, environments, scenario, profile)


def _check_target(target: str) -> None:
    """Raise CannotRun for a server that no step could reach."""
    try:
        failure = try_connection(target)
    except ValueError as error:
        raise CannotRun([f"--target {target or repr(target)}: not an address such as {SHOWN_BASE}"]) from error
    if failure:
        raise CannotRun([f"{target}: {ABSENT.get(failure, failure)}"])


def _opened(server: Server, environments: Environments, scenario: Scenario, profile: str) -> _Opened:
    """Put a new world of a scenario onto a server; its clock stands unless the file says `clock: now`."""
    clock = scenario.clock or (None if scenario.runs else START)
    world = open_world(replace(scenario, clock=clock), wall=_wall, profile=profile)
    app_state(server.app).worlds[MAIN] = world
    return _Opened(
        base=server.url, shown_base=SHOWN_BASE, control=Embedded(world), environment=lambda: environments.of(world)
    )


def _wall() -> datetime:
    return datetime.now(UTC)


def _is_interrupted(suite: SuiteResult) -> bool:
    return any(case.interrupted for case in suite.cases)


def _is_bad(suite: SuiteResult) -> bool:
    return bool(suite.problems) or any(case.status in ("failed", "error") for case in suite.cases)
