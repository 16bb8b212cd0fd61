"""What `mockdoor audit` promises on the command line."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from emulator.cli.main import main

BACKENDS = Path(__file__).parents[1] / "backends"
LOGIN = """
  login:
    request: {method: POST, path: /login, json: {code: "${code}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: 401}
    unavailable: {status: 503}
"""
QUICK = ("--only", "busy-retried")


@pytest.fixture(name="write")
def fixture_write(tmp_path):
    """Write an audit file for a backend: `write("rude.py", "dies")`."""

    def write(*command, more=""):
        start = json.dumps([sys.executable, str(BACKENDS / command[0]), *command[1:]])
        path = tmp_path / "login.audit.yaml"
        path.write_text(f"version: 1\napps:\n  backend: {{start: {start}}}\naudit:\n  app: backend{LOGIN}{more}")
        return str(path)

    return write


@pytest.fixture(name="free_port")
def fixture_free_port():
    """Return a function that finds a port that nobody has."""

    def find():
        with socket.create_server(("127.0.0.1", 0)) as free:
            return free.getsockname()[1]

    return find


def audit(*arguments, env=None):
    return CliRunner().invoke(main, ["audit", *arguments], env={"LC_ALL": "C", **(env or {})})


def test_a_good_backend_ends_with_0_and_no_finding(write):
    done = audit(write("good_direct.py"), *QUICK)

    assert done.exit_code == 0
    assert "rules: 1 passed, 0 skipped, 0 not examined\n\nno findings · " in done.stdout


def test_a_warning_fails_only_when_strict(write):
    path = write("rude.py", "good")

    assert audit(path, *QUICK).exit_code == 0
    assert audit(path, *QUICK, "--strict").exit_code == 1


def test_an_error_ends_with_1_and_shows_what_when_why_and_how_to_repeat_it(write):
    spoiled = ("variants", "good_direct", "codes", "code-exchanged-once")

    done = audit(write(*spoiled), "--only", "code-exchanged-once")

    assert done.exit_code == 1
    words = (
        "error  code-exchanged-once  a code is exchanged once",
        "when      ",
        "seen",
        "why",
        "remedy",
        "curl -si",
    )
    assert [word for word in words if word not in done.stdout] == []


def test_findings_come_in_chinese_where_the_locale_says_so(write):
    done = audit(write("rude.py", "good"), *QUICK, env={"LC_ALL": "zh_CN.UTF-8"})

    assert done.stdout.startswith("警告  busy-retried  微信繁忙时重试\n  情形")


def test_json_is_one_object_on_stdout(write):
    done = audit(write("rude.py", "good"), *QUICK, "--json")

    found = json.loads(done.stdout)
    assert list(found) == ["findings", "passed", "skipped", "not_examined"]
    assert [(one["rule"], one["severity"], one["trouble"]) for one in found["findings"]] == [
        ("busy-retried", "warning", "wechat-busy-once")
    ]
    assert {"message", "why", "remedy", "evidence"} <= set(found["findings"][0])


def test_a_skipped_rule_is_counted_with_its_reason_and_whether_it_would_pass(write):
    done = audit(write("good_direct.py"), *QUICK, "--skip", "busy-retried=the page does it", "--json")

    assert json.loads(done.stdout)["skipped"] == [
        {"rule": "busy-retried", "reason": "the page does it", "would_pass": True}
    ]


def test_the_reports_are_written_beside_the_text(write, tmp_path):
    names = {"--html": "a.html", "--junit": "a.xml", "--sarif": "a.sarif"}
    options = [word for option, name in names.items() for word in (option, str(tmp_path / name))]

    audit(write("rude.py", "good"), *QUICK, *options)

    starts = {name: (tmp_path / name).read_text("utf-8")[:9] for name in names.values()}
    assert starts == {"a.html": "<!DOCTYPE", "a.xml": "<?xml ver", "a.sarif": '{\n  "$sch'}


def test_a_report_that_cannot_be_written_is_said_and_ends_with_2(write, tmp_path):
    path = tmp_path / "no folder" / "a.html"

    done = audit(write("good_direct.py"), *QUICK, "--html", str(path))

    assert done.exit_code == 2
    assert f"{path}: the report cannot be written: No such file or directory" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--only", "busy-retrid"), "--only: unknown rule 'busy-retrid'; did you mean 'busy-retried'?"),
        (("--skip", "busy-retrid=x"), "--skip: unknown rule 'busy-retrid'; did you mean 'busy-retried'?"),
        (("--skip", "busy-retried"), "write --skip busy-retried=REASON"),
        (("--app", "backnd=http://127.0.0.1:9"), "--app backnd: unknown app 'backnd'; did you mean 'backend'?"),
        (("--app", "backend"), "'backend' is not NAME=URL"),
        (("--rules", "none.py"), "none.py: there is no such file"),
    ],
    ids=lambda given: given[1] if isinstance(given, tuple) else "",
)
def test_a_wrong_command_line_ends_with_2(write, options, said):
    done = audit(write("good_direct.py"), *options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_file_without_audit_or_apps_ends_with_2(tmp_path):
    bare, alone = tmp_path / "bare.yaml", tmp_path / "alone.yaml"
    bare.write_text("version: 1\n")
    alone.write_text(f"version: 1\naudit:\n  app: backend{LOGIN}")

    first, second = audit(str(bare)), audit(str(alone))

    assert (first.exit_code, second.exit_code) == (2, 2)
    assert "bare.yaml: the file has no 'audit:'" in first.stderr
    assert "alone.yaml:3:8: the file has no 'apps:'" in second.stderr


def test_the_list_needs_no_file_and_holds_every_rule_and_trouble():
    shown, data = audit("--list"), json.loads(audit("--list", "--json").stdout)

    assert shown.exit_code == 0
    ids = [*(one["rule"] for one in data["rules"]), *(one["trouble"] for one in data["troubles"])]
    assert [one for one in ids if f"  {one} " not in shown.stdout] == []
    severities = {one["rule"]: one["severity"] for one in data["rules"]}
    assert (severities["busy-retried"], severities["session-key-not-sent"]) == ("warning", "error")


#: How an app is rude, the exit code of the audit, and what stderr says of it.
RUDE = {
    "nostart": (3, "it ended with exit code 1 before it was ready; its last output:\ncannot open the database"),
    "dies": (2, "backend ended with exit code 7 in the middle of the audit\nits last output:\nout of cheese\n"),
    "never": (2, "a plain login does not work, so nothing was examined: wechat.code2session answered"),
    "garbage": (2, "gave no whole HTTP answer itself: BadStatusLine: \ufffd[2Jgarbage"),
    "endless": (2, "gave no whole HTTP answer itself: "),
    "floods": (0, "WeChat and Casdoor are played at http://127.0.0.1:"),
}


@pytest.mark.parametrize("how", RUDE)
def test_a_rude_app_ends_an_audit_with_one_clear_message(write, how):
    limits = "  limits: {answer: {warning: 2s, error: 3s}}\n"

    done = audit(write("rude.py", how, more=limits), *QUICK)

    code, said = RUDE[how]
    assert done.exit_code == code
    assert said in done.stderr
    assert done.stderr.count("Traceback") == 0
    assert bool(done.stdout) == (code == 0)


def test_with_json_a_hindrance_is_an_object_on_stderr(write):
    done = audit(write("rude.py", "nostart"), "--json")

    assert (done.exit_code, done.stdout) == (3, "")
    assert json.loads(done.stderr)["error"].startswith("mockdoor: backend cannot be tested")


def test_an_app_that_runs_already_finds_the_world_at_the_port_that_was_asked_for(write, free_port):
    world, own = free_port(), free_port()
    variables = {"WECHAT_API_BASE": f"http://127.0.0.1:{world}", "PORT": str(own)}
    program = {"WECHAT_APPID": "wx0123456789abcdef", "WECHAT_SECRET": "0123456789abcdef0123456789abcdef"}
    command = [sys.executable, str(BACKENDS / "good_direct.py")]
    with subprocess.Popen(command, env=os.environ | variables | program, stderr=subprocess.DEVNULL) as app:
        try:
            wait_until_it_listens(own)
            where = ("--app", f"backend=http://127.0.0.1:{own}", "--port", str(world))
            done = audit(write("rude.py", "nostart"), *QUICK, *where)
        finally:
            app.kill()

    assert done.exit_code == 0
    assert f"played at http://127.0.0.1:{world}\n" in done.stderr


def test_ctrl_c_ends_with_130_and_leaves_no_app(write):
    command = [sys.executable, "-m", "emulator", "audit", write("rude.py", "good")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr.readline().startswith("WeChat and Casdoor are played at ")
        assert started.stderr.read(2) == ".."  # the app runs
        children = descendants(started.pid)
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)

    assert (started.returncode, out) == (130, "")
    assert err.endswith("\ninterrupted\n")
    assert children
    assert [pid for pid in children if is_alive(pid)] == []


PRINTS = """
from emulator.audit.rules.registry import Seen, rule

@rule("prints", "info", troubles=("wechat-closes", "reply-truncated"), title="t", why="w", remedy="r")
def prints(evidence):
    for probe in evidence.logins("wechat-closes", "reply-truncated"):
        yield Seen(key="{status} {printed}", probe=probe, params={"status": probe.status, "printed": probe.output})
"""


def test_faults_reach_code_with_hard_coded_hosts_as_broken_connections(write, tmp_path):
    path = Path(write("good_direct.py"))
    given = yaml.safe_load(path.read_text())
    given["apps"]["backend"]["env"] = {"WECHAT_API_BASE": "https://api.weixin.qq.com"}
    path.write_text(yaml.safe_dump(given))
    (tmp_path / "prints.py").write_text(PRINTS)

    done = audit(str(path), "--rules", str(tmp_path / "prints.py"), "--only", "prints", "--json")

    found = {one["trouble"]: one["message"].splitlines()[0] for one in json.loads(done.stdout)["findings"]}
    # urllib3 lays a connection that broke before the reply to the proxy.
    assert found.pop("wechat-closes") in (f"503 WeChat cannot be used: {kind}Error" for kind in ("Connection", "Proxy"))
    assert found == {"reply-truncated": "503 WeChat cannot be used: ChunkedEncodingError"}


def wait_until_it_listens(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nobody listens")


def descendants(pid):
    """Return the processes below one, by what the system says."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += [int(entry.parent.name), *descendants(int(entry.parent.name))]
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
