"""Promises about commands in a folder with a mockdoor.yaml."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from emulator.cli.main import main

ROOT = Path(__file__).parents[2]
GOOD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 200}\n"
BAD = GOOD.replace("200", "500")
PROJECT = """\
scenario: invalid-code
scenarios: [good.scenario.yaml]
profile: classic
reports: {junit: r.xml, html: r.html, json: r.json}
"""
ASK = (
    "import os, urllib.request as r; print(r.urlopen(os.environ['MOCKDOOR_URL'] + '/_emulator/health').read().decode())"
)


@pytest.fixture(name="mockdoor")
def fixture_mockdoor(tmp_path, monkeypatch):
    """Invoke the command line in a project's folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "mockdoor.yaml").write_text(PROJECT)
    (tmp_path / "good.scenario.yaml").write_text(GOOD)
    (tmp_path / "bad.scenario.yaml").write_text(BAD)
    return lambda *words, **environ: CliRunner().invoke(main, [str(word) for word in words], env=environ)


def served(folder, *words, **environ):
    """Return profile and scenario of `mockdoor serve`."""
    command = [sys.executable, "-m", "emulator", "serve", "--json", "--port", "0", *words]
    environ = os.environ | {"PYTHONPATH": str(ROOT)} | environ
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environ) as process:
        start = json.loads(process.stdout.readline())
        process.terminate()
    return start["profile"], start["scenario"]


def test_run_without_paths_runs_the_projects_and_writes_its_reports(mockdoor, tmp_path):
    done = mockdoor("run", "-v")

    assert (done.exit_code, done.stdout.splitlines()[-1].startswith("1 passed, 0 failed")) == (0, True)
    assert ET.parse(tmp_path / "r.xml").getroot()[0].get("name") == "good.scenario.yaml"
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "r.json").read_text())["suites"][0]["cases"][0]["profile"] == "classic"


def test_the_line_wins_over_the_project(mockdoor, tmp_path):
    done = mockdoor("run", "bad.scenario.yaml", "--profile", "docs", "--json-report", "other.json")

    (suite,) = json.loads((tmp_path / "other.json").read_text())["suites"]
    assert (done.exit_code, suite["file"], suite["cases"][0]["profile"]) == (1, "bad.scenario.yaml", "docs")
    assert not (tmp_path / "r.json").exists()


def test_in_a_folder_below_its_paths_lead_to_the_same_files(mockdoor, tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")

    done = mockdoor("run")

    assert done.exit_code == 0
    assert json.loads((tmp_path / "r.json").read_text())["suites"][0]["file"] == "../good.scenario.yaml"


def test_what_failed_of_a_project_can_run_again(mockdoor, tmp_path):
    (tmp_path / "good.scenario.yaml").write_text(BAD)
    mockdoor("run")
    (tmp_path / "good.scenario.yaml").write_text(GOOD)

    assert mockdoor("run", "--rerun-failed").exit_code == 0


@pytest.mark.parametrize(
    ("words", "environ", "start"),
    [
        ((), {}, ("classic", "invalid-code")),
        ((), {"MOCKDOOR_PROFILE": "current"}, ("current", "invalid-code")),
        (("quota", "--profile", "docs"), {"MOCKDOOR_PROFILE": "current"}, ("docs", "quota")),
    ],
    ids=["the project", "a variable over it", "the line over both"],
)
@pytest.mark.usefixtures("mockdoor")
def test_serve_takes_the_projects_world(tmp_path, words, environ, start):
    assert served(tmp_path, *words, **environ) == start


@pytest.mark.usefixtures("mockdoor")
def test_serve_resumes_another_scenario_than_the_projects(tmp_path):
    command = [sys.executable, "-m", "emulator", "state", "--save", "state.json", "--url"]
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    serve = [sys.executable, "-m", "emulator", "serve", "quota", "--json", "--port", "0"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environ) as process:
        url = json.loads(process.stdout.readline())["url"]
        subprocess.run([*command, url], cwd=tmp_path, env=environ, check=True, capture_output=True)
        process.terminate()

    assert served(tmp_path, "--state", "state.json")[1] == "quota"


@pytest.mark.usefixtures("mockdoor")
def test_exec_takes_the_projects_world(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "exec", "--no-proxy", "--", sys.executable, "-c", ASK],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    health = json.loads(done.stdout)
    assert (health["profile"], health["scenario"]) == ("classic", "invalid-code")


@pytest.mark.parametrize("words", [("run",), ("serve", "--port", "0"), ("exec", "--", "true")], ids=lambda one: one[0])
def test_a_mistake_in_the_project_is_exit_2(mockdoor, tmp_path, words):
    (tmp_path / "mockdoor.yaml").write_text("profile: clasic\n")

    done = mockdoor(*words)

    first = "mockdoor.yaml:1:10: 'clasic' is not allowed here; did you mean 'classic'?"
    assert (done.exit_code, done.stdout, done.stderr.splitlines()[0]) == (2, "", first)


@pytest.mark.parametrize("command", ["run", "serve", "exec"])
def test_help_needs_no_good_project(mockdoor, tmp_path, command):
    (tmp_path / "mockdoor.yaml").write_text("profile: clasic\n")

    assert mockdoor(command, "--help").exit_code == 0


def test_a_project_without_scenarios_leaves_paths_to_be_said(mockdoor, tmp_path):
    (tmp_path / "mockdoor.yaml").write_text("scenario: quota\n")

    done = mockdoor("run")

    assert (done.exit_code, "Missing argument 'PATHS...'" in done.stderr) == (2, True)
