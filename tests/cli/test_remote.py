"""Remote commands: what they do to a running emulator."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from click.testing import CliRunner

from emulator.cli.main import main

CODE2SESSION = "appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&grant_type=authorization_code"
FORM = b"tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code=alice"


@pytest.fixture(name="url")
def fixture_url(running_default):
    """The address of a running emulator."""
    with running_default() as url:
        yield url


@pytest.fixture(name="remote")
def fixture_remote(url):
    """Invoke a command against the running emulator."""
    return lambda *words: CliRunner().invoke(main, [*words, "--url", url])


def login(url, code=b"alice"):
    urllib.request.urlopen(f"{url}/api/login/oauth/access_token", FORM.replace(b"alice", code)).close()


def test_the_journal_is_one_line_an_exchange(url, remote):
    login(url)
    login(url, b"bob")

    shown = remote("journal", "--persona", "bob").stdout.splitlines()

    (line,) = shown
    assert line.startswith("   2 ")
    assert line.endswith("casdoor.login          bob      200 · notes persona-code, login-body")


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en_US.UTF-8", "nobody was given the code 'x'; personas' names work as codes: visitor, alice, bob, carol"),
        ("zh_CN.UTF-8", "没有给任何人发过 code 'x'；人物的名称可以当作 code：visitor, alice, bob, carol"),
    ],
)
def test_the_journal_says_why_in_the_locales_language(url, locale, told):
    urllib.request.urlopen(f"{url}/sns/jscode2session?{CODE2SESSION}&js_code=x").close()

    done = CliRunner().invoke(main, ["journal", "--url", url], env={"LC_ALL": locale})

    assert done.stdout.rstrip().split(" · ")[1:] == [told]
    assert "200 40029 invalid code" in done.stdout


def test_the_journal_speaks_to_machines(url, remote):
    login(url)

    (line,) = remote("journal", "--json", "--operation", "casdoor.*").stdout.splitlines()

    assert json.loads(line)["operation"] == "casdoor.login"


def test_a_reset_brings_the_world_back(url, remote):
    login(url)

    done = remote("reset")

    assert done.stdout == "main is back to scenario default\n"
    assert remote("journal").stdout == ""


def test_the_clock_moves_and_stops(remote):
    remote("clock", "--at", "2999-01-01T00:00:00Z", "--mode", "frozen")

    done = remote("clock", "--advance", "1h30m")

    assert done.stdout == "2999-01-01T01:30:00Z (frozen)\n"


def test_faults_are_planned_listed_and_lifted(url, remote):
    planned = remote("faults", "--add", "{at: casdoor.health, http: 503, times: 1}")
    with pytest.raises(urllib.error.HTTPError, match="503") as struck:
        urllib.request.urlopen(f"{url}/api/health")
    struck.value.close()

    assert planned.stdout == 'fault-1: {"at": "casdoor.health", "http": 503, "times": 1} struck 0 times\n'
    assert remote("faults").stdout.endswith("struck once\n")
    assert remote("faults", "--lift", "fault-1").stdout == "no faults are planned\n"
    assert remote("faults", "--clear", "--json").stdout == '{"faults": []}\n'


def test_worlds_are_made_listed_and_forgotten(url, remote):
    made = remote("worlds", "--add", "t1", "--scenario", "quota").stdout.splitlines()

    assert made[1].split() == ["t1", f"{url}/@t1", "quota", "(docs)"]
    assert len(remote("worlds", "--delete", "t1").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["clock", "--advance", "soon"],
            "'soon' is not a duration; write a number and a unit such as 800ms, 3s, 5m, 2h, 1d or 1h30m",
        ),
        (["clock", "--at", "1999-01-01T00:00:00Z"], "the clock cannot go back"),
        (["faults", "--add", "{at: wechat.login}"], "a fault needs an effect"),
        (["faults", "--add", "{"], "--add is not YAML"),
        (["faults", "--lift", "x"], "there is no fault 'x'; there are: none"),
        (["worlds", "--delete", "main"], "the world 'main' stays"),
    ],
)
def test_a_refusal_is_one_line_and_exit_2(remote, words, message):
    done = remote(*words)

    assert (done.exit_code, done.stderr.startswith(message), done.stderr.count("\n")) == (2, True, 1)


def test_without_an_emulator_there_is_one_line_and_exit_3():
    done = CliRunner().invoke(main, ["reset", "--url", "http://127.0.0.1:9"])

    why = "no emulator answers at http://127.0.0.1:9: nobody listens there"
    assert (done.exit_code, done.stderr) == (3, f"{why}; start one with mockdoor serve, or give --url\n")


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "http://127.0.0.1:x", "ftp://127.0.0.1", "http://"])
def test_a_url_that_is_not_an_address_is_a_mistake_of_the_command_line(url):
    done = CliRunner().invoke(main, ["reset", "--url", url])

    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{url!r} is not an address such as http://127.0.0.1:8000" in done.stderr


def test_following_shows_what_comes_and_ends_with_ctrl_c(url):
    command = [sys.executable, "-u", "-m", "emulator", "journal", "--follow", "--url", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        login(url)
        line = process.stdout.readline()
        process.send_signal(2)
        process.wait(10)

    assert ("casdoor.login" in line, process.returncode) == (True, 130)


def test_a_state_is_saved_and_brought_back(url, remote, tmp_path):
    file = str(tmp_path / "state.json")
    login(url)
    saved = remote("state", "--save", file)
    remote("reset")

    loaded = remote("state", "--load", file)

    assert (saved.stdout, loaded.stdout) == (f"wrote {file}\n", f"main is in the state of {file}\n")
    assert len(remote("journal").stdout.splitlines()) == 1


def test_a_state_is_printed_as_the_server_tells_it(url, remote):
    login(url)

    with urllib.request.urlopen(f"{url}/_emulator/state") as reply:
        assert remote("state").stdout == reply.read().decode()


def test_a_file_that_is_no_state_is_refused(remote, tmp_path):
    file = tmp_path / "state.json"
    file.write_text("{}")

    done = remote("state", "--load", str(file))

    assert (done.exit_code, "a state is an object with" in done.stderr) == (2, True)


def test_the_journal_is_printed_as_a_har_log(url, remote):
    login(url)
    login(url, b"bob")

    log = json.loads(remote("journal", "--har", "--persona", "bob").stdout)["log"]

    assert [entry["_operation"] for entry in log["entries"]] == ["casdoor.login", "wechat.code2session"]
    assert log["entries"][0]["request"]["url"].startswith(f"{url}/api/login")


def test_a_har_log_is_not_followed(remote):
    done = remote("journal", "--har", "--follow")

    assert (done.exit_code, "--har prints what there is" in done.stderr) == (2, True)
