"""That the benchmark runs and writes its table; how fast anything is, is no test's business."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("bench") / "bench.py"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
HEAD = "| measured | mockdoor | beside it | ratio | target |"


def test_the_benchmark_prints_its_table_and_writes_it_between_the_markers(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("above\n<!-- benchmark: begin -->\nold\n<!-- benchmark: end -->\nbelow\n")

    printed = _bench("--quick", "--write", "--readme", readme)

    written = readme.read_text()
    assert written == f"above\n<!-- benchmark: begin -->\n{printed}<!-- benchmark: end -->\nbelow\n"
    head, rule, *rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert (head, rule) == (HEAD, "|---|---|---|---|---|")
    assert [_cells(row)[0] for row in rows] == [
        "process start to first answer",
        "code2session a second, journal on",
        "process start with --tls --proxy",
        "code2session a second, over https",
        "code2session a second, through the proxy",
        "logins a second",
        "logins a second, repeated while the clock stands still",
        "get-account a second",
        "update-user a second",
        "a login among 50 users",
        "what --state writes for a login among 50 users",
        "resident memory after one login",
        "resident memory after 20 logins",
        "reset of a world over HTTP",
        "making a world over HTTP",
        "resident memory with 10 worlds, a login in each",
        "logins a second while 3 consoles watch",
        "a scenario of 50 steps, whole process",
        f"the {len(list(SCENARIOS.rglob('*.yaml')))} shipped scenarios, whole process",
        "a test with the pytest fixture, after the first",
        "the shipped scenarios with -j 2",
        "steps that ask an app of one's own",
        "from a save to served, with --watch",
        "audit of a good backend",
        "a mini program in Node, process start to first tap",
        "setData on a list of 1,000",
    ]
    assert all(re.match(r"\d|not measured here$", _cells(row)[1]) for row in rows)
    assert all(re.fullmatch(r"\d+\.\d\d", _cells(row)[3]) for row in rows[:11])


def test_a_readme_without_markers_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("above\n")

    done = _start("--quick", "--write", "--readme", readme)

    assert done.returncode == 1
    assert "the markers" in done.stderr
    assert readme.read_text() == "above\n"


def test_only_measures_the_rows_whose_name_has_the_text_in_it():
    printed = _bench("--quick", "--only", "Reset of")

    _, _, *rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert [_cells(row)[0] for row in rows] == ["reset of a world over HTTP"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--only", "teapots"], "no row's name has 'teapots' in it", id="no such row"),
        pytest.param(["--only", "reset", "--write"], "--write puts the whole table into the README", id="written"),
    ],
)
def test_a_part_that_cannot_be_measured_is_refused(arguments, sentence):
    done = _start("--quick", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


def _bench(*arguments):
    done = _start(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _start(*arguments):
    return subprocess.run([sys.executable, BENCH, *arguments], capture_output=True, text=True, check=False)


def _cells(row):
    return [cell.strip() for cell in row.strip("|").split("|")]
