"""Promises about running again what failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.main import main
from emulator.core.folders import cache_folder

ROOT = Path(__file__).parents[2]
GOOD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 200}\n"
BAD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 500}\n"


@pytest.fixture(name="mockdoor")
def fixture_mockdoor(tmp_path, monkeypatch):
    """Invoke the command line in a folder with good and bad scenarios, whose runs are remembered in another."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MOCKDOOR_HOME", str(tmp_path / "home"))
    (folder / "good.scenario.yaml").write_text(GOOD)
    (folder / "bad.scenario.yaml").write_text(BAD)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def ended(done):
    """Return the exit code and how many passed and failed."""
    return done.exit_code, done.stdout.splitlines()[-1].partition(" in ")[0]


def test_only_what_failed_runs_again(mockdoor):
    mockdoor("run", ".")

    done = mockdoor("run", "--rerun-failed")

    assert ended(done) == (1, "0 passed, 1 failed")


def test_what_is_mended_is_not_run_a_third_time(mockdoor):
    mockdoor("run", ".")
    Path("bad.scenario.yaml").write_text(GOOD)

    mended, third = mockdoor("run", "--rerun-failed"), mockdoor("run", "--rerun-failed")

    assert ended(mended) == (0, "1 passed, 0 failed")
    assert (third.exit_code, third.stdout, third.stderr) == (0, "", "nothing failed in the last run of this folder\n")


def test_a_file_with_mistakes_failed_too(mockdoor):
    Path("odd.scenario.yaml").write_text("version: 2\n")
    mockdoor("run", "odd.scenario.yaml", "good.scenario.yaml")
    Path("odd.scenario.yaml").write_text(GOOD)

    assert ended(mockdoor("run", "--rerun-failed")) == (0, "1 passed, 0 failed")


def test_what_a_rerun_did_not_reach_still_failed(mockdoor):
    Path("later.scenario.yaml").write_text(BAD)
    mockdoor("run", ".")
    mockdoor("run", "--rerun-failed", "--fail-fast")
    Path("bad.scenario.yaml").write_text(GOOD)

    assert ended(mockdoor("run", "--rerun-failed")) == (1, "1 passed, 1 failed")


def test_the_profiles_of_the_last_run_are_those_of_the_next(mockdoor):
    mockdoor("run", ".", "--profile", "classic", "--profile", "current")

    again, other = mockdoor("run", "--rerun-failed"), mockdoor("run", "--rerun-failed", "--profile", "docs")

    assert (ended(again), ended(other)) == ((1, "0 passed, 2 failed"), (1, "0 passed, 1 failed"))


def test_without_a_run_there_is_nothing_to_run_again(mockdoor):
    done = mockdoor("run", "--rerun-failed")

    said = "no run of this folder is remembered; run scenarios without --rerun-failed first\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)


def test_each_folder_has_its_own_last_run(mockdoor, tmp_path, monkeypatch):
    mockdoor("run", ".")
    monkeypatch.chdir(tmp_path)

    assert mockdoor("run", "--rerun-failed").exit_code == 2


@pytest.mark.parametrize("text", ["", "[]", '{"format": 0}', '{"format": 1, "failed": 1}', "\udcff"], ids=repr)
def test_a_damaged_memory_is_none(mockdoor, text):
    mockdoor("run", ".")
    (kept,) = (cache_folder() / "runs").iterdir()
    kept.write_text(text, "utf-8", "surrogateescape")

    assert mockdoor("run", "--rerun-failed").exit_code == 2


def test_nothing_is_written_into_the_project(mockdoor):
    before = sorted(Path.cwd().rglob("*"))

    mockdoor("run", ".")

    assert sorted(Path.cwd().rglob("*")) == before


def test_a_run_that_cannot_be_remembered_is_fine(mockdoor, tmp_path):
    (tmp_path / "home").write_text("a file where the folder would be")

    done = mockdoor("run", "good.scenario.yaml")

    assert (done.exit_code, done.stderr) == (0, "")


def test_paths_do_not_go_with_it(mockdoor):
    done = mockdoor("run", "good.scenario.yaml", "--rerun-failed")

    assert (done.exit_code, "--rerun-failed chooses the scenarios; leave PATHS out" in done.stderr) == (2, True)


FLOW = (
    "version: 1\nflows:\n  f:\n    steps:\n      - get_account: {}\n        expect: {status: 500}\nsteps:\n  - use: f\n"
)
CASES = {
    "a step": ("bad.scenario.yaml", BAD, (), "bad.scenario.yaml:3"),
    "blanks and quotes": ("it's a/b $HOME.scenario.yaml", BAD, (), "it's a/b $HOME.scenario.yaml:3"),
    "a dash": ("-v.scenario.yaml", BAD, (), "-v.scenario.yaml:3"),
    "a profile": ("p.scenario.yaml", BAD, ("--profile", "classic", "--profile", "current"), "p.scenario.yaml:3"),
    "a flow": ("f.scenario.yaml", FLOW, (), "f.scenario.yaml"),
    "inherited": ("i.scenario.yaml", "version: 1\nextends: bad.scenario.yaml\n", (), "i.scenario.yaml"),
    "strict": (
        "s.scenario.yaml",
        "version: 1\nfaults: [{at: casdoor.logout, http: 500}]\nsteps: [{note: x}]\n",
        ("--strict",),
        "s.scenario.yaml",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="no sh")
@pytest.mark.parametrize(("name", "text", "words", "shown"), CASES.values(), ids=CASES)
def test_the_line_to_repeat_works_when_it_is_pasted(mockdoor, tmp_path, name, text, words, shown):
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(text)
    command = tmp_path / "mockdoor"
    command.write_text(f"#!{sys.executable}\nfrom emulator.cli.main import main\n\nmain()\n")
    command.chmod(0o755)
    first = mockdoor("run", *words, "--", name)
    line = [line for line in first.stdout.splitlines() if line.startswith("  repeat: ")][-1]

    again = subprocess.run(
        ["sh", "-c", line.removeprefix("  repeat: ")],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (again.returncode, again.stderr) == (1, "")
    assert line in again.stdout.splitlines()
    assert again.stdout.splitlines()[-1].startswith("0 passed, 1 failed")
    assert shown in line.replace("'\"'\"'", "'")
