"""Promises about values that a command's line does not say: variables of the shell."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.casdoor.versions import PROFILES
from emulator.cli.main import main

ROOT = Path(__file__).parents[2]


def run(*words, **environ):
    return CliRunner().invoke(main, [str(word) for word in words], env=environ)


def started(*words, **environ):
    """Return what `mockdoor serve --json` says at its start."""
    command = [sys.executable, "-m", "emulator", "serve", "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | environ) as process:
        line = process.stdout.readline()
        process.terminate()
    return json.loads(line)


def test_variables_say_what_the_line_does_not():
    start = started(
        MOCKDOOR_PORT="0",
        MOCKDOOR_HOST="localhost",
        MOCKDOOR_PROFILE="classic",
        MOCKDOOR_SCENARIO="quota",
    )

    assert (start["profile"], start["scenario"]) == ("classic", "quota")
    assert not start["url"].endswith(":8000")


def test_the_line_wins_over_variables():
    start = started(
        "invalid-code", "--profile", "current", "--port", "0", MOCKDOOR_PORT="x", MOCKDOOR_PROFILE="classic"
    )

    assert (start["profile"], start["scenario"]) == ("current", "invalid-code")


def test_a_version_on_the_line_wins_over_a_profile_in_a_variable():
    start = started("--casdoor", PROFILES["current"].version.name, "--port", "0", MOCKDOOR_PROFILE="classic")

    assert start["profile"] == "current"


def test_an_empty_variable_says_nothing():
    assert started("--port", "0", MOCKDOOR_SCENARIO="", MOCKDOOR_PROFILE="")["scenario"] == "default"


@pytest.mark.parametrize(
    ("variable", "value", "code", "said"),
    [
        ("MOCKDOOR_PORT", "many", 2, "'--port' (env var: 'MOCKDOOR_PORT'): 'many' is not a valid integer range."),
        ("MOCKDOOR_PROFILE", "v3", 2, "'--profile' (env var: 'MOCKDOOR_PROFILE'): 'v3' is not one of 'docs', "),
        ("MOCKDOOR_SCENARIO", "quotta", 2, "MOCKDOOR_SCENARIO: quotta: neither a file nor a shipped scenario; did you"),
        ("MOCKDOOR_STATE", ".", 2, "'--state' (env var: 'MOCKDOOR_STATE'): File '.' is a directory."),
        ("MOCKDOOR_STATE", "no/x.json", 2, "MOCKDOOR_STATE: no/x.json: there is no folder no"),
        ("MOCKDOOR_HOST", "not.a.host.invalid", 3, "mockdoor: MOCKDOOR_HOST: cannot listen on not.a.host.invalid:0: "),
    ],
)
def test_a_bad_value_names_its_variable(variable, value, code, said):
    words = () if variable == "MOCKDOOR_PORT" else ("--port", "0")

    done = run("serve", *words, **{variable: value})

    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_a_port_in_use_names_its_variable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", MOCKDOOR_PORT=str(taken.getsockname()[1]))

    assert (done.exit_code, done.stderr.startswith("mockdoor: MOCKDOOR_PORT: cannot listen on 127.0.0.1:")) == (3, True)


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        ("serve", {"PORT", "HOST", "PROFILE", "SCENARIO", "STATE"}),
        ("exec", {"PROFILE", "SCENARIO"}),
    ],
)
def test_help_names_the_variables(command, variables):
    shown = run(command, "--help").stdout

    assert all(f"MOCKDOOR_{name}" in shown for name in variables)


def test_exec_minds_them_too():
    done = run("exec", "--", "true", MOCKDOOR_SCENARIO="quotta")

    assert (done.exit_code, done.stderr.startswith("MOCKDOOR_SCENARIO: quotta: ")) == (2, True)
