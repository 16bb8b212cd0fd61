"""Rows about whole processes: runs of scenarios, and tests with the pytest fixture."""

import statistics
import sys
import tempfile
from pathlib import Path

import sides
from table import Found, ratio

FIFTY = "version: 1\nsteps:\n" + "  - login: {as: alice}\n  - get_account: {}\n    expect: {json: {status: ok}}\n" * 25
RUN = (sys.executable, "-m", "emulator", "run")


def fifty_steps(size):
    """Compare a run of fifty steps with a process that only imports Flask."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fifty.scenario.yaml"
        path.write_text(FIFTY, "utf-8")
        ours, theirs = sides.side_by_side(
            size.runs,
            lambda: sides.seconds((*RUN, str(path))),
            lambda: sides.seconds((sys.executable, "-c", "import flask")),
        )
    return Found(
        emulator=f"{ours:.2f} s", beside=f"python -c 'import flask': {theirs:.2f} s", ratio=ratio(ours, theirs)
    )


def library(size):
    """Time a run of all shipped scenarios."""
    taken = statistics.median(sides.seconds((*RUN, "scenarios")) for _ in sides.turns(size.runs))
    return Found(emulator=f"{taken:.2f} s")


def number_of_scenarios():
    """Return how many scenarios are shipped."""
    return len(list((sides.ROOT / "scenarios").rglob("*.yaml")))


def plugin(size):
    """Compare a module of many tests that take a world with one of a single such test."""
    head = "import pytest\n@pytest.mark.parametrize('n', range({}))\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, number in (("many", size.plugin_tests + 1), ("one", 1)):
            body = head.format(number) + "def test_it(mockdoor, n):\n    pass\n"
            (Path(folder) / f"test_{name}.py").write_text(body, "utf-8")

        def seconds(name):
            words = ("-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin")
            plain = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            return sides.seconds((sys.executable, "-m", "pytest", *words, f"{folder}/test_{name}.py"), plain)

        ours, theirs = sides.side_by_side(size.runs, lambda: seconds("many"), lambda: seconds("one"))
    return Found(emulator=f"{max(ours - theirs, 0) / size.plugin_tests * 1000:.1f} ms")
