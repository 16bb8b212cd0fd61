"""mockdoor run, init and exec from the command line."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from emulator.cli.main import main

GOOD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 200}\n"
BAD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 500}\n"


@pytest.fixture(name="mockdoor")
def fixture_mockdoor(tmp_path, monkeypatch):
    """Invoke the command line in a folder with a good and a bad scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.scenario.yaml").write_text(GOOD)
    (tmp_path / "bad.scenario.yaml").write_text(BAD)
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize(
    ("words", "code", "last"),
    [
        (["good.scenario.yaml"], 0, "1 passed, 0 failed in"),
        (["."], 1, "1 passed, 1 failed in"),
        ([".", "-k", "good"], 0, "1 passed, 0 failed in"),
        ([".", "--fail-fast"], 1, "0 passed, 1 failed in"),
        (["wechat-busy-once"], 0, "1 passed, 0 failed in"),
        (["good.scenario.yaml", "--profile", "docs", "--profile", "classic"], 0, "2 passed, 0 failed in"),
    ],
)
def test_run_says_how_it_went(mockdoor, words, code, last):
    done = mockdoor("run", *words)

    assert (done.exit_code, done.stdout.splitlines()[-1].startswith(last)) == (code, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("empty", "empty: no *.scenario.yaml in it"),
        ("plain", "plain: no *.scenario.yaml in it; name plain/other.yaml itself, or rename it"),
        ("scenarios", "scenarios: no *.yaml in it"),
        (". --tag x", "nothing to run: no scenario has the tag 'x'; tags here: quick, slow"),
        (". --tag x --tag slo", "nothing to run: no scenario has the tag 'x' or 'slo'; tags here: quick, slow"),
        ("bad.scenario.yaml --tag x", "nothing to run: no scenario has the tag 'x'; no scenario here has tags"),
        (
            ". -k x-ray",
            (
                "nothing to run: no scenario has 'x-ray' in its name, description or path; "
                "scenarios here: bad, good, tagged"
            ),
        ),
        (
            ". --tag quick -k bad",
            (
                "nothing to run: no scenario with the tag 'quick' has 'bad' in its name, description or path; "
                "scenarios here: tagged"
            ),
        ),
        ("stepless.yaml", "stepless.yaml: the scenario has no steps"),
        ("stepless.yaml empty", "empty: no *.scenario.yaml in it\nstepless.yaml: the scenario has no steps"),
        ("stepless.yaml:1", "stepless.yaml: the scenario has no steps"),
        (
            "good.scenario.yaml:99 tagged.scenario.yaml:1 nowhere",
            (
                "good.scenario.yaml: there is no step on line 99; its steps are on line 3\n"
                "tagged.scenario.yaml: there is no step on line 1; its steps are on lines 4, 5, 7\n"
                "nowhere: there is no such file, folder or shipped scenario"
            ),
        ),
        ("good.scenario.yaml:0", "good.scenario.yaml: there is no step on line 0; its steps are on line 3"),
        (".:3", ".: a folder has no lines; name the scenario file before :3"),
        ("nowhere.yaml:3", "nowhere.yaml: there is no such file, folder or shipped scenario"),
        (
            "wechat-bsy-once",
            "wechat-bsy-once: there is no such file, folder or shipped scenario; did you mean 'wechat-busy-once'?",
        ),
    ],
)
def test_a_run_of_nothing_is_exit_2_and_a_line_a_cause(mockdoor, tmp_path, words, said):
    for folder in ("empty", "plain", "scenarios"):
        (tmp_path / folder).mkdir()
    (tmp_path / "plain" / "other.yaml").write_text(GOOD)
    (tmp_path / "stepless.yaml").write_text("version: 1\ntags: [slow]\n")
    (tmp_path / "tagged.scenario.yaml").write_text(
        "version: 1\ntags: [slow, quick]\nsteps:\n  - note: one\n  - note: two\nfinally:\n  - note: three\n"
    )

    done = mockdoor("run", *words.split())

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{said}\n")


def test_a_wrong_line_beside_good_files_runs_nothing(mockdoor):
    done = mockdoor("run", "good.scenario.yaml", "bad.scenario.yaml:99")

    assert (done.exit_code, done.stdout) == (2, "")


def test_an_empty_folder_beside_good_files_is_no_trouble(mockdoor, tmp_path):
    (tmp_path / "empty").mkdir()

    assert mockdoor("run", "good.scenario.yaml", "empty").exit_code == 0


def test_the_line_of_a_shipped_scenario_chooses_it_too(mockdoor):
    done = mockdoor("run", "wechat-busy-once:1")

    assert (done.exit_code, "there is no step on line 1; its steps are on lines " in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://127.0.0.1:9", "http://127.0.0.1:9: nobody listens there"),
        ("http://not a host", "http://not a host: there is no host of this name"),
        ("127.0.0.1:8000", "--target 127.0.0.1:8000: not an address such as http://127.0.0.1:8000"),
        ("", "--target '': not an address such as http://127.0.0.1:8000"),
        ("http://127.0.0.1:x", "--target http://127.0.0.1:x: not an address such as http://127.0.0.1:8000"),
    ],
)
@pytest.mark.parametrize("step", ["request: {path: /}", "wx.login: {as: alice}", "note: hello"])
def test_a_target_nobody_listens_at_is_one_line_and_exit_2(mockdoor, tmp_path, target, said, step):
    (tmp_path / "one.scenario.yaml").write_text(f"version: 1\nsteps:\n  - {step}\n")

    done = mockdoor("run", "one.scenario.yaml", "--target", target)

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{said}\n")


def test_a_pipe_hears_of_trouble_only(mockdoor):
    shown = mockdoor("run", ".").stdout.splitlines()

    assert [line for line in shown if line.startswith(("ok", "FAILED"))] == ["FAILED  bad"]


def test_a_path_that_is_not_there_is_one_line_and_exit_2(mockdoor):
    done = mockdoor("run", "nowhere.yaml")

    assert (done.exit_code, done.stderr) == (2, "nowhere.yaml: there is no such file, folder or shipped scenario\n")


def test_mistakes_of_a_file_are_listed_and_exit_2(mockdoor, tmp_path):
    (tmp_path / "odd.scenario.yaml").write_text("version: 1\nstpes: []\n")

    done = mockdoor("run", "odd.scenario.yaml")

    assert (done.exit_code, done.stderr.splitlines()[0]) == (
        2,
        "odd.scenario.yaml:2:1: unknown key 'stpes'; did you mean 'steps'?",
    )


def test_reports_are_written(mockdoor, tmp_path):
    done = mockdoor("run", ".", "--junit", "r.xml", "--html", "r.html", "--json")

    assert done.exit_code == 1
    assert ET.fromstring((tmp_path / "r.xml").read_text())[0].get("failures") == "1"
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert json.loads(done.stdout)["exit_code"] == 1


def test_a_report_that_cannot_be_written_is_one_line_and_exit_2(mockdoor):
    done = mockdoor("run", "good.scenario.yaml", "--junit", "nowhere/r.xml")

    assert (done.exit_code, done.stderr) == (
        2,
        "nowhere/r.xml: the report cannot be written: No such file or directory\n",
    )


def test_explain_tells_who_called_whom(mockdoor):
    assert "mini program --> Casdoor" in mockdoor("run", "good.scenario.yaml", "--explain").stdout


def test_what_init_writes_checks_and_runs(mockdoor, tmp_path):
    first = mockdoor("init")
    again = mockdoor("init")

    assert (first.exit_code, again.exit_code) == (0, 2)
    assert again.stderr == "first.scenario.yaml already exists; name another file, or overwrite it with --force\n"
    assert mockdoor("check", "first.scenario.yaml").exit_code == 0
    assert mockdoor("run", "first.scenario.yaml", "--strict").exit_code == 0
    head = (tmp_path / "first.scenario.yaml").read_text().splitlines()[0]
    assert head == "# yaml-language-server: $schema=mockdoor.schema.json"
    assert json.loads((tmp_path / "mockdoor.schema.json").read_text())["title"] == "mockdoor scenario"


def mockdoor_process(*words, **given):
    return subprocess.Popen(
        [sys.executable, "-m", "emulator", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **given,
    )


CHILD = """
import json, os, sys, urllib.request
names = [name for name in os.environ if name.startswith(("CASDOOR_", "WECHAT_", "MOCKDOOR_"))]
names.remove("MOCKDOOR_HOME")  # the tests' own
health = json.load(urllib.request.urlopen(os.environ["CASDOOR_HOSTNAME"] + "/api/health"))
print(json.dumps([sorted(names), health["status"], open(os.environ["CASDOOR_CERTIFICATE"]).read()[:27]]))
sys.exit(7)
"""


def test_exec_tells_the_command_where_the_emulator_is_and_returns_its_code():
    with mockdoor_process("exec", "--scenario", "invalid-code", "--", sys.executable, "-c", CHILD) as process:
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (7, "")
    assert json.loads(out) == [
        [
            "CASDOOR_APPLICATION",
            "CASDOOR_CERTIFICATE",
            "CASDOOR_CLIENT_ID",
            "CASDOOR_CLIENT_SECRET",
            "CASDOOR_ENDPOINT",
            "CASDOOR_HOSTNAME",
            "CASDOOR_ORGANIZATION",
            "MOCKDOOR_URL",
            "WECHAT_API_BASE",
            "WECHAT_APPID",
            "WECHAT_SECRET",
        ],
        "ok",
        "-----BEGIN CERTIFICATE-----",
    ]


def test_exec_of_a_command_that_is_not_there_is_one_line():
    with mockdoor_process("exec", "--", "no-such-command-here") as process:
        _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (127, "no-such-command-here: No such file or directory\n")


class Interrupting(http.server.BaseHTTPRequestHandler):
    """Interrupts the process that asks for /x, and keeps it waiting."""

    def do_GET(self):
        if self.path == "/x":
            os.kill(self.server.asker, signal.SIGINT)
            self.server.released.wait(10)
        self.send_error(404)

    def log_message(self, *_):
        """Say nothing."""


def test_an_interrupted_run_does_finally_and_writes_the_partial_report(tmp_path):
    path = tmp_path / "a.scenario.yaml"
    path.write_text("version: 1\nsteps:\n  - request: {path: /x}\n  - note: never\nfinally:\n  - note: done\n")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Interrupting) as server:
        server.released = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = f"http://127.0.0.1:{server.server_port}"
        report = tmp_path / "r.xml"
        # The handler knows the asker before the asker has read its arguments.
        with mockdoor_process("run", path, "--target", target, "--junit", report, "-v") as process:
            server.asker = process.pid
            out, err = process.communicate(timeout=30)
        server.released.set()
        server.shutdown()

    assert (process.returncode, "Traceback" in err) == (130, False)
    assert "note done" in out
    assert 'message="interrupted"' in report.read_text()
