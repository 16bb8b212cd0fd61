"""The pytest plugin: an emulator for tests, and scenario files as tests.

Every project that has mockdoor installed imports this module, so it imports nothing heavy; the
emulator itself comes with the first test that asks for it.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.runner.app_pool import AppPool
    from emulator.runner.pytest_handle import Mockdoor
    from emulator.server.listener import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings that pyproject.toml may hold."""
    parser.addini(
        "mockdoor_scenario", "The scenario of the mockdoor fixture: a file, or a shipped one's name.", default=""
    )
    parser.addini("mockdoor_profile", "The Casdoor that the mockdoor fixture plays.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "mockdoor(scenario=None, profile=None): the scenario (a file, or a shipped one's name) and the profile "
        "(`mockdoor profiles` lists them) of this test's world",
    )


@pytest.fixture(scope="session")
def mockdoor_server() -> Iterator["Server"]:
    """Serve for this session, on a port of its own; each test has its own world there."""
    from emulator.runner.pytest_handle import start_server

    with start_server() as server:
        yield server


@pytest.fixture(scope="session")
def mockdoor_apps(mockdoor_server: "Server") -> Iterator["AppPool"]:  # noqa: ARG001  # it ends after the apps
    """Keep the apps that scenarios name from test to test, and end them with the session."""
    from emulator.runner.app_pool import AppPool

    with AppPool() as pool:
        yield pool


@pytest.fixture
def mockdoor(
    request: pytest.FixtureRequest, mockdoor_server: "Server", mockdoor_apps: "AppPool"
) -> Iterator["Mockdoor"]:
    """Give this test a clean world of its own, and the means to drive and to question it."""
    from emulator.runner.pytest_handle import hosted_world

    marker = request.node.get_closest_marker("mockdoor")
    given = dict(marker.kwargs) if marker else {}
    unknown = set(given) - {"scenario", "profile"}
    if unknown or (marker and marker.args):
        pytest.fail(f"mark.mockdoor takes scenario= and profile=, not {', '.join(sorted(unknown)) or 'bare values'}")
    scenario = given.get("scenario") or request.config.getini("mockdoor_scenario")
    profile = given.get("profile") or request.config.getini("mockdoor_profile")
    with hosted_world(
        mockdoor_server,
        scenario=scenario or None,
        profile=profile or None,
        folder=request.config.rootpath,
        pool=mockdoor_apps,
    ) as handle:
        yield handle


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ScenarioFile | None":
    """Collect `*.scenario.yaml`."""
    if file_path.name.endswith(".scenario.yaml"):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A scenario file; one without steps holds no test."""

    def collect(self) -> Iterable["ScenarioItem"]:
        """Yield the scenario; a file with mistakes is an error of collection that lists them."""
        from emulator.core.errors import ScenarioError
        from emulator.scenario import load

        try:
            scenario = load(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        if scenario.steps:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioFailure(Exception):
    """A scenario that did not go as it says; holds the case."""


class ScenarioItem(pytest.Item):
    """One scenario as a test."""

    def __init__(self, *, scenario: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scenario = scenario

    def runtest(self) -> None:
        """Run the steps against the emulator of this process; raises ScenarioFailure."""
        import json

        from emulator.runner.pytest_handle import run_in_session

        case = run_in_session(self.config, self.scenario)
        if case.journal:
            text = json.dumps([dict(entry) for entry in case.journal], ensure_ascii=False, indent=1)
            self.add_report_section("call", "journal", text)
        if case.status in ("failed", "error"):
            raise ScenarioFailure(case)
        if case.status == "skipped":
            pytest.skip(case.steps[0].message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what differed in place of a traceback."""
        if isinstance(excinfo.value, ScenarioFailure):
            from emulator.runner.reports.terminal import show_case

            return show_case(excinfo.value.args[0], verbose=False, colour=False)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the scenario's first step stands, counted from 0."""
        place = getattr(self.scenario.steps[0], "place", (0, 0))
        return self.path, place[0], f"scenario {self.name}"
