"""Real apps, started, asked and ended: design.md 11."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from emulator.runner.apps import open_apps
from emulator.runner.output import Output
from emulator.runner.processes import CannotStart, find_program, group_members
from emulator.scenario.apps import App

BACKENDS = Path(__file__).parents[1] / "backends"


def echo(*words, name="backend", **fields):
    start = (sys.executable, "echo.py", *words)
    return App(name=name, **{"start": start, "cwd": BACKENDS, **fields})


def opened(*apps, environment=None, **options):
    return open_apps({app.name: app for app in apps}, environment=environment or {}, **options)


def ask(app, path):
    with urllib.request.urlopen(app.url + path) as reply:
        return json.load(reply)


def refused(*apps, **options):
    with pytest.raises(CannotStart) as error, opened(*apps, **options):
        pass
    return str(error.value)


@pytest.mark.parametrize("ready", ["", "/health", "listening on"], ids=["by its port", "by a path", "by a text"])
def test_an_app_is_started_and_asked(ready):
    with opened(echo(ready=ready)) as apps:
        answer = ask(apps["backend"], "/health")

    assert answer == {"ok": True}


def test_an_app_can_be_ready_by_another_port():
    with socket.create_server(("127.0.0.1", 0)) as other, opened(echo(ready_port=other.getsockname()[1])) as apps:
        running = apps["backend"].is_running

    assert running


def test_an_app_is_given_the_environment_its_own_variables_and_its_port():
    app = echo(env={"MODE": "${mode} at ${WECHAT_API_BASE}", "WECHAT_APPID": "own"})
    given = {"WECHAT_API_BASE": "http://wechat", "WECHAT_APPID": "common"}

    with opened(app, environment=given, names={"mode": "test"}) as apps:
        found = ask(apps["backend"], "/env")

    assert {name: found[name] for name in ("MODE", "WECHAT_APPID", "PORT", "PATH")} == {
        "MODE": "test at http://wechat",
        "WECHAT_APPID": "own",
        "PORT": apps["backend"].url.rpartition(":")[2],
        "PATH": os.environ["PATH"],
    }


def test_apps_know_each_others_addresses():
    with opened(echo(name="shop-api"), echo()) as apps:
        found = ask(apps["backend"], "/env")

    assert (found["APP_SHOP_API_URL"], found["APP_BACKEND_URL"]) == (apps["shop-api"].url, apps["backend"].url)


def test_an_app_named_elsewhere_is_not_started():
    with opened(echo(start=("nowhere",)), overrides={"backend": "http://127.0.0.1:9/"}) as apps:
        found = apps["backend"]

    assert (found.url, found.process, found.is_running) == ("http://127.0.0.1:9", None, True)


def test_its_whole_process_group_ends_with_the_run():
    with opened(echo("--child", "--ignore-term")) as apps:
        pids = ask(apps["backend"], "/pid")
        group = apps["backend"].process.group

        assert {pids["pid"], pids["child"]} <= set(group_members(group))

    assert group_members(group) == []
    assert apps["backend"].exit_code == -signal.SIGKILL


def test_python_is_this_interpreter_where_path_has_none(tmp_path):
    found = [find_program(name, tmp_path, {"PATH": str(tmp_path)}) for name in ("python", "python3", "node")]

    assert found == [sys.executable, sys.executable, "node"]


def test_an_app_that_dies_is_known_to_be_dead():
    with opened(echo()) as apps:
        with pytest.raises((OSError, urllib.error.URLError)):
            ask(apps["backend"], "/die")
        apps["backend"].process.wait(10)
        apps["backend"].output.wait(10)

        assert (apps["backend"].is_running, apps["backend"].exit_code) == (False, 7)
        assert "goodbye" in apps["backend"].output.since()


def test_a_flood_of_output_neither_blocks_an_app_nor_fills_the_memory():
    with opened(echo("--flood")) as apps:
        text = apps["backend"].output.since()

    assert text.startswith("[")
    assert " bytes of earlier output are not kept]\n" in text
    assert len(text) < 300 * 1024
    assert "line 39999 of a flood" in text


def test_output_is_shown_from_a_mark_on():
    output = Output(kept=10)
    output.add(b"before")
    mark = output.mark()

    output.add("之后\xff".encode()[:-2] + b"\xff")
    short = output.since(mark)
    output.add(b"0123456789abc")

    assert short == "之后\ufffd"
    assert output.since(mark) == "[10 bytes of earlier output are not kept]\n3456789abc"


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (echo(start=("nowhere-at-all",)), "there is no program 'nowhere-at-all' on PATH"),
        (echo(start=("./nowhere",)), "there is no program './nowhere'"),
        (echo(start=("./echo.py",)), "'./echo.py' may not be executed"),
        (echo(cwd=BACKENDS / "none"), f"its cwd {BACKENDS / 'none'} does not exist"),
        (echo(cwd=BACKENDS / "echo.py"), f"its cwd {BACKENDS / 'echo.py'} is not a folder"),
        (
            echo("--exit", "3"),
            "it ended with exit code 3 before it was ready; its last output:\nthe database is not there",
        ),
        (
            echo("--never", patience=timedelta(milliseconds=300), port=45671),
            "it is not ready after 0.3s: nobody listens on port 45671; it wrote nothing",
        ),
        (echo(env={"A": "${later}"}), "${later} has no value yet: no step so far has set it"),
    ],
    ids=["no program", "no file", "not executable", "no folder", "a file as folder", "ends", "never ready", "no name"],
)
def test_what_keeps_an_app_from_starting_is_said_in_one_message(app, message):
    assert refused(app) == f"backend cannot be tested: {message}"


def test_an_app_on_another_port_is_told_apart_from_one_that_is_slow():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        other = probe.getsockname()[1]

    said = refused(echo("--port", str(other), patience=timedelta(seconds=2)))

    assert f"; it listens on port {other} instead of " in said


def test_an_app_that_listens_at_another_address_is_told_so():
    said = refused(echo("--host", "127.0.0.2", patience=timedelta(seconds=1)))

    assert re.search(r"; it listens on port [0-9]+, but not at 127\.0\.0\.1, where it is asked; its last", said)


def test_a_path_that_is_answered_with_an_error_is_not_ready():
    said = refused(echo(ready="/none", patience=timedelta(seconds=1)))

    assert "it is not ready after 1s: GET /none on port " in said
    assert " was answered 404; its last output:\n" in said


def test_a_taken_port_is_said_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused(echo(port=port))

    message = f"port {port} is taken by another program; end that, or give the app another port or 0"
    assert said == f"backend cannot be tested: {message}"


def test_apps_that_started_end_when_a_later_one_does_not(tmp_path):
    first = echo("--child", name="first", env={"MARK": str(tmp_path)})

    said = refused(first, echo(name="second", start=("nowhere-at-all",)))

    assert said.startswith("second cannot be tested: ")
    marked = [path for path in Path("/proc").glob("[0-9]*/environ") if f"MARK={tmp_path}".encode() in _content(path)]
    assert marked == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_an_app_ends_when_we_are_ended(number):
    program = (
        "import sys, signal\n"
        "from emulator.runner.apps import open_apps\n"
        "from emulator.scenario.apps import App\n"
        "from pathlib import Path\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background it is ignored, and inherited
        f"app = App(name='a', start=({sys.executable!r}, 'echo.py', '--child'), cwd=Path({str(BACKENDS)!r}))\n"
        "with open_apps({'a': app}, environment={}) as apps:\n"
        "    print(apps['a'].process.group, flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as ours:
        group = int(ours.stdout.readline())
        descriptors = [os.pidfd_open(pid) for pid in group_members(group)]

        ours.send_signal(number)

        for descriptor in descriptors:
            _wait_for_the_end(descriptor)
    assert len(descriptors) == 2
    assert group_members(group) == []


def _wait_for_the_end(descriptor):
    try:
        assert select.select([descriptor], [], [], 20)[0]
    finally:
        os.close(descriptor)


def _content(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
