"""Running the text of a scenario."""

import pytest

from emulator.runner.run import run_paths
from emulator.runner.selection import Choice


@pytest.fixture(name="play")
def fixture_play(tmp_path):
    """Run the text of a scenario, its clock standing still, and return its one case."""

    def play(text, **choice):
        path = tmp_path / "x.scenario.yaml"
        path.write_text("version: 1\nclock: 2026-01-01T08:00:00Z\n" + text, "utf-8")
        (suite,) = run_paths([str(path)], Choice(**choice)).suites
        assert suite.problems == ()
        (case,) = suite.cases
        return case

    return play
