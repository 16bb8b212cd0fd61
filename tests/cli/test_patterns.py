"""Folders and quoted patterns as what to check and to run; variables of the command line."""

import json

import pytest
from click.testing import CliRunner

from emulator.cli.main import main

TEXT = 'version: 1\nvars: {a: x}\nsteps:\n  - request: {path: "/api/${a}"}\n'


@pytest.fixture(name="mockdoor")
def fixture_mockdoor(tmp_path, monkeypatch):
    """Run a command in a folder with three scenarios, one of them broken, and a file that is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop" / "deep").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "shop" / "a.scenario.yaml").write_text(TEXT)
    (tmp_path / "shop" / "deep" / "b.scenario.yaml").write_text(TEXT)
    (tmp_path / "broken.scenario.yaml").write_text("version: 2\n")
    (tmp_path / "shop" / "notes.txt").write_text("none")
    return lambda *words: CliRunner().invoke(main, words)


@pytest.mark.parametrize(
    "words", [("shop",), ("shop/**/*.yaml",), ("shop/*", "shop/deep/?.scenario.yaml"), ("shop",) * 2]
)
def test_check_takes_folders_and_patterns(mockdoor, words):
    done = mockdoor("check", *words)

    assert (done.exit_code, done.stdout) == (0, "shop/a.scenario.yaml: ok\nshop/deep/b.scenario.yaml: ok\n")


def test_check_finds_the_mistake_in_a_folder(mockdoor):
    done = mockdoor("check", ".")

    assert done.exit_code == 2
    assert done.stderr.startswith("broken.scenario.yaml:1:10: expected 1, got 2")


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nowhere/*.yaml", "nowhere/*.yaml: no YAML file matches this pattern\n"),
        ("empty", "empty: no *.scenario.yaml in it\n"),
    ],
)
def test_a_pattern_or_folder_of_nothing_is_a_mistake(mockdoor, command, given, said):
    done = mockdoor(command, given)

    assert (done.exit_code, done.stderr) == (2, said)


def test_run_takes_patterns_and_variables(mockdoor):
    done = mockdoor("run", "shop/**/*.yaml", "--json", "--var", "a=health", "--var", "b=1=2")

    cases = [case for suite in json.loads(done.stdout)["suites"] for case in suite["cases"]]
    assert [step["title"] for case in cases for step in case["steps"]] == ["GET /api/health"] * 2


@pytest.mark.parametrize("given", ["a", "=x", ""])
def test_a_variable_without_name_and_value_is_a_mistake_of_the_command_line(mockdoor, given):
    done = mockdoor("run", "shop", "--var", given)

    assert done.exit_code == 2
    assert f"{given!r} is not NAME=VALUE" in done.stderr
