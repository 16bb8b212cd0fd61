"""mockdoor serve with several scenario files."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from emulator.cli.main import main


@contextmanager
def served(*words):
    """Serve on a free port for the length of a with-statement; yields the start's JSON and the process."""
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", "--quiet", *map(str, words)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, env=os.environ | {"PYTHONUTF8": "1"}
    ) as process:
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.send_signal(signal.SIGTERM)


def call(url, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_emulator/{path}", data, method=method)) as reply:
        return json.load(reply)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenario.yaml").write_text("version: 1\n")
    return tmp_path


def test_the_first_of_a_folder_is_served_and_the_others_can_be_switched_to(folder):
    with served(folder) as (started, _):
        listed = call(started["url"], "GET", "scenarios")["scenarios"]
        told = call(started["url"], "PUT", "scenario", {"scenario": "b"})

    assert [(one["name"], one["served"]) for one in listed if one["own"]] == [
        ("a", True),
        ("b", False),
    ]
    assert (started["scenario"], told["name"]) == ("a", "b")


def test_what_is_wrong_with_a_file_that_is_not_served_yet_is_said(folder):
    (folder / "b.scenario.yaml").write_text("version: 2\n")

    with served(folder) as (_, process):
        said = process.stderr.readline()

    assert said.startswith(f"{folder}/b.scenario.yaml:1:10: ")


def test_two_files_of_one_name_are_a_mistake(folder):
    for name in ("a", "b"):
        (folder / f"{name}.scenario.yaml").write_text("version: 1\nname: same\n")

    done = CliRunner().invoke(main, ["serve", "--port", "0", str(folder)])

    assert (done.exit_code, done.stderr) == (
        2,
        f"{folder}/b.scenario.yaml: {folder}/a.scenario.yaml is named 'same' too; say another name: in one of them\n",
    )


def test_a_folder_without_scenarios_is_a_mistake(tmp_path):
    done = CliRunner().invoke(main, ["serve", "--port", "0", str(tmp_path)])

    assert (done.exit_code, done.stderr) == (2, f"{tmp_path}: no *.scenario.yaml in it\n")
