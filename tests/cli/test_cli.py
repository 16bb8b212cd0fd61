"""Promises about the command line."""

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from emulator import __version__
from emulator.casdoor.versions import PROFILES
from emulator.cli.main import main
from emulator.journal.notes import catalogue

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(name="broken_file")
def fixture_broken_file(tmp_path):
    path = tmp_path / "broken.scenario.yaml"
    path.write_text("version: 1\nprofil: docs\nseeed: x\n")
    return path


@pytest.fixture(name="good_file")
def fixture_good_file(tmp_path):
    path = tmp_path / "good.scenario.yaml"
    path.write_text("version: 1\nprofile: classic\n")
    return path


@pytest.fixture(name="start")
def fixture_start():
    """Start `python -m emulator serve --port 0` with more arguments; killed in the end if it still runs."""
    started = []

    def start(*arguments, stdin=None, **environ):
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "serve", "--port", "0", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"} | environ,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        if process.stdin:
            process.stdin.close()
            process.stdin = None  # or communicate writes to it
        process.communicate()


def get(url, path):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert (run("--version").output, project["version"]) == (f"mockdoor, version {__version__}\n", __version__)


@pytest.mark.parametrize("command", [(), ("serve",), ("check",), ("schema",), ("profiles",), ("notes",)], ids=str)
def test_help_shows_examples(command) -> None:
    result = run(*command, "--help")

    assert (result.exit_code, "Examples:\n    mockdoor " in result.output) == (0, True)


def test_the_profiles_on_offer_are_those_that_exist() -> None:
    shown = run("serve", "--help").stdout

    assert f"--profile [{'|'.join(PROFILES)}|docs@VERSION]" in shown


def test_profiles_are_listed_in_two_languages() -> None:
    output = run("profiles").output

    assert all(one.en in output and one.zh in output and one.version.name in output for one in PROFILES.values())


def test_profiles_are_listed_for_machines() -> None:
    listed = json.loads(run("profiles", "--json").output)

    docs = PROFILES["docs"]
    assert listed[0] == {"name": docs.name, "version": docs.version.name, "en": docs.en, "zh": docs.zh}


def test_notes_are_listed_in_two_languages() -> None:
    output = run("notes").output

    assert all(one.id in output and one.en in output and one.zh in output for one in catalogue().values())


def test_notes_are_listed_for_machines() -> None:
    assert json.loads(run("notes", "--json").output) == [vars(one) for one in catalogue().values()]


def test_the_schema_is_printed() -> None:
    assert "personas" in json.loads(run("schema").output)["properties"]


def test_check_passes_a_good_file(good_file) -> None:
    result = run("check", str(good_file))

    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{good_file}: ok\n", "")


def test_check_names_every_problem_of_every_file(good_file, broken_file, tmp_path) -> None:
    missing = tmp_path / "missing.yaml"

    result = run("check", str(broken_file), str(good_file), str(missing))

    assert (result.exit_code, result.stdout) == (2, f"{good_file}: ok\n")
    assert all(text in result.stderr for text in (f"{broken_file}:2:1: ", f"{broken_file}:3:1: ", str(missing)))


def test_check_speaks_to_machines(good_file, broken_file) -> None:
    result = run("check", "--json", str(good_file), str(broken_file))

    good, broken = map(json.loads, result.stdout.splitlines())
    assert (result.exit_code, good) == (2, {"path": str(good_file), "ok": True, "problems": []})
    assert [(one["line"], one["column"]) for one in broken["problems"]] == [(2, 1), (3, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "70000"), "70000 is not in the range 0<=x<=65535"),
        (("--profile", "v3"), "'v3' is not one of 'docs', 'classic', 'current'"),
        (("--profile", "docs", "--casdoor", "3.20.0"), "give --profile or --casdoor, not both"),
        (("--casdoor", "newest"), "'newest' is not a Casdoor version; write three numbers such as 3.158.0"),
        (("no-such-scenario",), "no-such-scenario"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_command_line_is_exit_2_and_one_message(arguments, message) -> None:
    result = run("serve", *arguments)

    assert (result.exit_code, result.stdout, message in result.stderr) == (2, "", True)


def test_a_scenario_with_mistakes_is_not_served(broken_file) -> None:
    result = run("serve", str(broken_file))

    assert (result.exit_code, result.stdout, f"{broken_file}:2:1: " in result.stderr) == (2, "", True)


def test_a_busy_port_is_one_line_and_exit_3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]

        result = run("serve", "--port", str(port))

    message = f"mockdoor: cannot listen on 127.0.0.1:{port}: Address already in use"
    hint = "choose another with --port, 0 picks a free one"
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", f"{message}; {hint}\n")


def test_a_host_that_is_none_is_one_line_and_exit_3() -> None:
    result = run("serve", "--host", "not a host", "--port", "0")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (3, "", 1)
    assert result.stderr.startswith("mockdoor: cannot listen on not a host:0: ")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"])
def test_serve_tells_machines_its_address_and_each_exchange_and_stops_cleanly(start, sent, code) -> None:
    process = start("--json", "--profile", "current")
    started = json.loads(process.stdout.readline())
    get(started["url"], "/sns/jscode2session")
    told = json.loads(process.stdout.readline())

    process.send_signal(sent)
    _, errors = process.communicate(timeout=10)

    assert started == {"url": started["url"], "profile": "current", "scenario": started["scenario"]}
    assert (told["number"], told["operation"], told["path"]) == (1, "wechat.code2session", "/sns/jscode2session")
    assert (process.returncode, errors) == (code, "")


def test_serve_stops_although_a_client_still_waits(start, tmp_path) -> None:
    path = tmp_path / "hang.scenario.yaml"
    path.write_text("version: 1\nfaults:\n  - {at: wechat.code2session, connection: hang}\n")
    process = start("--json", str(path))
    address = urlsplit(json.loads(process.stdout.readline())["url"])
    with socket.create_connection((address.hostname, address.port)) as waiting:
        waiting.sendall(b"GET /sns/jscode2session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        process.stdout.readline()

        process.terminate()
        process.communicate(timeout=10)

    assert process.returncode == 0


def test_serve_tells_people_one_line_an_exchange(start) -> None:
    process = start(LC_ALL="C.UTF-8")
    shown = list(itertools.takewhile(lambda line: line not in ("Press Ctrl-C to stop.\n", ""), process.stdout))
    url = next(line.split()[1] for line in shown if "CASDOOR_HOSTNAME" in line)
    get(url, "/sns/jscode2session")

    line = process.stdout.readline()

    assert (line[8:31], "\x1b" in line) == (" wechat.code2session   ", False)


def test_serve_speaks_chinese_where_the_locale_does(start) -> None:
    process = start(LC_ALL="zh_CN.UTF-8")

    assert "模拟 docs" in process.stdout.readline()


def test_quiet_says_nothing(start) -> None:
    process = start("--quiet", "--json")
    started = json.loads(process.stdout.readline())
    get(started["url"], "/sns/jscode2session")

    process.terminate()
    rest, errors = process.communicate(timeout=10)

    assert (rest, errors) == ("", "")


def test_serve_until_eof_ends_with_its_standard_input(start) -> None:
    process = start("--quiet", "--json", "--until-eof", stdin=subprocess.PIPE)
    process.stdout.readline()

    process.stdin.close()

    assert process.wait(timeout=10) == 0


def test_serve_until_eof_serves_while_it_is_talked_to(start) -> None:
    process = start("--quiet", "--json", "--until-eof", stdin=subprocess.PIPE)
    url = json.loads(process.stdout.readline())["url"]

    process.stdin.write("still here\n")
    process.stdin.flush()

    assert b'"ok"' in get(url, "/_emulator/health")


def test_serve_until_eof_ends_well_with_sigterm_too(start) -> None:
    process = start("--quiet", "--json", "--until-eof", stdin=subprocess.PIPE)
    get(json.loads(process.stdout.readline())["url"], "/_emulator/health")

    process.send_signal(signal.SIGTERM)

    assert (process.wait(timeout=10), process.stderr.read()) == (0, "")


def test_serve_goes_on_from_its_state_file(start, tmp_path) -> None:
    state = str(tmp_path / "state.json")
    form = b"tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code=alice&username=Alice"
    process = start("--json", "--state", state)
    url = json.loads(process.stdout.readline())["url"]
    urllib.request.urlopen(f"{url}/api/login/oauth/access_token", form).close()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)

    process = start("--json", "--state", state)
    url = json.loads(process.stdout.readline())["url"]
    with urllib.request.urlopen(f"{url}/_emulator/users") as reply:
        users = [one["id"] for one in json.load(reply)["users"]]

    assert "test/Alice" in users


def test_a_state_file_that_is_none_is_refused_and_left_alone(tmp_path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{}")

    done = run("serve", "--port", "0", "--state", str(file))

    assert (done.exit_code, file.read_text()) == (2, "{}")
    assert done.stderr.startswith(f"{file}: a state is an object with 'format'")


def test_a_state_file_of_another_scenario_is_refused(tmp_path, make_world) -> None:
    from emulator.control.snapshot import dump, take

    file = tmp_path / "state.json"
    file.write_text(dump(take(make_world())), "utf-8")

    done = run("serve", "quota", "--port", "0", "--state", str(file))

    assert (done.exit_code, f"{file} holds scenario default, not quota" in done.stderr) == (2, True)


def test_a_state_file_in_no_folder_is_refused(tmp_path) -> None:
    done = run("serve", "--port", "0", "--state", str(tmp_path / "gone" / "state.json"))

    assert (done.exit_code, "there is no folder" in done.stderr) == (2, True)


def test_a_state_of_an_earlier_text_of_its_scenario_is_told(start, tmp_path, make_world) -> None:
    from emulator.control.snapshot import dump, take
    from emulator.control.worlds import open_world
    from emulator.scenario import load

    scenario, file = tmp_path / "mine.scenario.yaml", tmp_path / "state.json"
    scenario.write_text("version: 1\npersonas: {zoe: {}}\n")
    file.write_text(dump(take(open_world(load(scenario), wall=make_world().wall))), "utf-8")
    scenario.write_text("version: 1\npersonas: {zora: {}}\n")

    process = start(str(scenario), "--json", "--state", str(file))
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)

    assert "resumes an earlier text of mine" in process.communicate(timeout=10)[1]
