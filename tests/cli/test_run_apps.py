"""mockdoor run with apps under test, from the command line."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.main import main
from emulator.runner.apps import open_apps
from emulator.scenario.apps import App

BACKENDS = Path(__file__).parents[1] / "backends"
START = json.dumps([sys.executable, str(BACKENDS / "echo.py")])


@pytest.fixture(name="write")
def fixture_write(tmp_path):
    """Write a scenario whose app is echo.py; returns its path."""

    def write(steps, app=f"start: {START}, ready: /health"):
        path = tmp_path / "x.scenario.yaml"
        path.write_text(f"version: 1\napps: {{backend: {{{app}}}}}\nsteps:\n{steps}", "utf-8")
        return path

    return write


HEALTH = "  - request: {to: backend, path: /health}\n    expect: {json: {ok: true}}\n"


def test_an_app_of_the_command_line_takes_the_place_of_one_that_would_be_started(write):
    path = write(HEALTH, app="start: [nowhere-at-all]")
    app = App(name="backend", start=(sys.executable, "echo.py"), cwd=BACKENDS)
    with open_apps({"backend": app}, environment={}) as apps:
        done = CliRunner().invoke(main, ["run", str(path), "--app", f"backend={apps['backend'].url}"])

    assert (done.exit_code, done.stdout.startswith("1 passed, 0 failed in ")) == (0, True)


@pytest.mark.parametrize("given", ["backend", "backend=", "=http://127.0.0.1:1", "backend=127.0.0.1:1", "b=http://["])
def test_what_is_no_app_is_a_mistake_of_the_command_line(write, given):
    done = CliRunner().invoke(main, ["run", str(write(HEALTH)), "--app", given])

    said = f"Invalid value for '--app': {given!r} is not NAME=URL; write for example backend=http://127.0.0.1:3000"
    assert (done.exit_code, said in " ".join(done.stderr.split())) == (2, True)


def test_an_app_that_no_scenario_has_is_a_mistake_of_the_command_line(write):
    done = CliRunner().invoke(main, ["run", str(write(HEALTH)), "--app", "shop=http://127.0.0.1:1"])

    assert (done.exit_code, done.stderr) == (2, "--app shop: unknown app 'shop'; allowed: backend\n")


def test_an_app_is_pointed_at_the_target(write, running_default):
    steps = "  - request: {to: backend, path: /env}\n    expect: {json: {WECHAT_API_BASE: '${url}'}}\n"
    with running_default() as url:
        path = write(steps.replace("${url}", url))

        done = CliRunner().invoke(main, ["run", str(path), "--target", url])

    assert done.exit_code == 0, done.stdout


def test_an_app_that_does_not_start_is_shown_with_its_last_output(write):
    path = write(HEALTH, app=f"start: {START[:-1]}, '--exit', '5']")

    done = CliRunner().invoke(main, ["run", str(path)])

    assert done.exit_code == 1
    assert done.stdout.splitlines()[:-1] == [
        "ERROR   x",
        f"  {path}:2: start backend",
        "    backend cannot be tested: it ended with exit code 5 before it was ready; its last output:",
        "    | the database is not there",
    ]


ASKING = """
import os, signal, urllib.request
with urllib.request.urlopen(os.environ["APP_BACKEND_URL"] + "/pid") as reply:
    open("gate", "wb").write(reply.read())
signal.pause()
"""
STARTING = """
import os, signal
open("gate", "w").write('{"pid": %d}' % os.getpid())
signal.pause()
"""


@pytest.mark.parametrize(
    ("app", "step"),
    [
        (f"start: {START}, ready: /health", json.dumps([sys.executable, "-c", ASKING])),
        (f"start: {json.dumps([sys.executable, '-c', STARTING])}", "[never]"),
    ],
    ids=["in a step", "while it starts"],
)
def test_an_interrupted_run_ends_its_apps(write, tmp_path, app, step):
    os.mkfifo(tmp_path / "gate")
    path = write(f"  - run: {{command: {step}}}\n", app=app)
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", "run", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=BACKENDS.parents[1],
    ) as ours:
        descriptor = os.pidfd_open(json.loads((tmp_path / "gate").read_text())["pid"])

        ours.send_signal(signal.SIGINT)
        out, err = ours.communicate(timeout=30)

    try:
        assert select.select([descriptor], [], [], 20)[0]
    finally:
        os.close(descriptor)
    assert (ours.returncode, "Traceback" in err) == (130, False), out + err
