"""Steps that reach apps under test, and what their reports say: design.md 11."""

import http.server
import json
import re
import sys
import threading
from pathlib import Path

import pytest

from emulator.runner.reports.explain import explain
from emulator.runner.reports.html import write_html
from emulator.runner.reports.json_report import write_json
from emulator.runner.reports.junit import write_junit
from emulator.runner.reports.terminal import show_failure
from emulator.runner.run import run_paths
from emulator.runner.selection import CannotRun, Choice

BACKENDS = Path(__file__).parents[1] / "backends"


@pytest.fixture(name="run")
def fixture_run(tmp_path):
    """Run the text of a scenario whose app is echo.py; returns the whole run."""

    def run(steps, words=(), **choice):
        start = json.dumps([sys.executable, str(BACKENDS / "echo.py"), *words])
        path = tmp_path / "x.scenario.yaml"
        path.write_text(f"version: 1\napps: {{backend: {{start: {start}, ready: /health}}}}\nsteps:\n{steps}", "utf-8")
        return run_paths([str(path)], Choice(**choice))

    return run


def case_of(found):
    ((case,),) = [suite.cases for suite in found.suites]
    return case


def last(found):
    return case_of(found).steps[-1]


LOGIN = """
  - wx.login: {as: alice}
  - request: {to: backend, path: /login, query: {code: "${code}"}}
    expect: {status: 200, json: {errcode: 0}}
    capture: {openid: $.openid}
  - verify: {operation: wechat.code2session}
  - request: {to: backend, path: /x, json: {openid: "${openid}"}}
    expect: {json: {body: {$contains: oGk3T}}}
"""
FAILS = """
  - request: {to: backend, path: /fail}
    expect: {status: 200}
"""


def test_steps_ask_an_app_that_asks_wechat(run):
    case = case_of(run(LOGIN))

    assert (case.status, [step.app for step in case.steps]) == ("passed", ["", "backend", "", "backend"])


def test_a_diagram_shows_what_the_app_called(run):
    found = run(LOGIN)

    lines = [re.sub(r" +", " ", line).strip() for line in explain(case_of(found)).splitlines()]
    assert lines[2:4] == ["2. mini program --> backend GET /login", "3. backend --> WeChat GET /sns/jscode2session"]
    assert [line.partition(" 200 ")[0] for line in lines[4:6]] == [
        "4. backend <-- WeChat",
        "5. mini program <-- backend",
    ]
    assert '<text class="head" x="290" y="24" text-anchor="middle">backend</text>' in write_html(found)


def test_an_app_is_asked_by_its_own_address_and_shown_by_its_name(run):
    steps = (
        "  - request: {to: backend, path: /x, text: y}\n    capture: {host: $.host}\n"
        "  - run: {command: [echo, '${host}']}\n    expect: {stdout: {$regex: '^127.0.0.1:[0-9]+$'}}\n"
    )

    case = case_of(run(steps))

    assert (case.status, case.steps[0].sent.url) == ("passed", "http://backend/x")
    assert json.loads(case.steps[0].received.body)["host"] == "backend"


@pytest.mark.parametrize("write", [write_json, write_junit, write_html])
def test_reports_are_the_same_whatever_the_ports(run, write):
    steps = LOGIN + "  - request: {to: backend, path: /x, text: y}\n    expect: {json: {host: nobody}}\n"

    first, second = write(run(steps)), write(run(steps))

    assert first == second
    assert "backend" in first


@pytest.mark.parametrize("write", [write_json, write_junit, write_html])
def test_every_report_of_a_failure_shows_what_the_app_wrote_since_the_step_began(run, write):
    found = run("  - request: {to: backend, path: /env}\n" + FAILS)

    text = write(found)

    assert "Traceback: it went wrong" in text
    assert 'asked: "GET /env' not in text


def test_the_terminal_shows_what_the_app_wrote(run):
    lines = show_failure(last(run(LOGIN + FAILS)))

    assert lines[-3:] == [
        "  | backend wrote:",
        "  | Traceback: it went wrong",
        '  | asked: "GET /fail HTTP/1.1" 500 -',
    ]


@pytest.mark.parametrize("steps", [FAILS, "  - verify: {operation: wechat.*}\n"], ids=["a request", "a verify"])
def test_an_app_that_called_nobody_is_said_so_with_its_addresses(run, steps):
    message = last(run(steps)).message

    base = "http://127.0.0.1:8000"
    assert message == (
        f"backend has called nothing here; it was given WECHAT_API_BASE={base}, CASDOOR_ENDPOINT={base}, "
        f"CASDOOR_HOSTNAME={base}, MOCKDOOR_URL={base}, HTTPS_PROXY=http://127.0.0.1:8080"
    )


def test_an_app_that_called_is_not_said_to_be_silent(run):
    assert last(run(LOGIN + FAILS)).message == ""


@pytest.mark.parametrize(
    ("path", "expect", "actual"),
    [
        ("/garbage", "{status: 200}", "BadStatusLine"),
        ("/endless", "{status: 200}", "more than 64 MiB"),
        ("/die", "{status: 200}", "empty"),
    ],
    ids=["garbage", "endless", "dies"],
)
def test_a_broken_reply_of_an_app_is_a_difference(run, path, expect, actual):
    step = last(run(f"  - request: {{to: backend, path: {path}}}\n    expect: {expect}\n"))

    assert (step.status, step.mismatches[0].at) == ("failed", "connection")
    assert actual in step.mismatches[0].actual


def test_a_reply_that_trickles_for_ever_is_cut_off_in_time(run):
    steps = "  - request: {to: backend, path: /slow}\n    expect: {connection: timeout, within: 300ms}\n"

    assert last(run(steps)).status == "passed"


def test_a_server_without_a_journal_is_not_said_to_have_been_called_by_nobody(run):
    class Plain(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        step = last(run(FAILS, target=f"http://127.0.0.1:{server.server_port}"))
        server.shutdown()

    assert (step.status, step.message) == ("failed", "")


def test_an_app_that_has_died_is_said_to_be_dead(run):
    step = last(run("  - request: {to: backend, path: /die}\n    expect: {status: 200}\n"))

    said, _, silent = step.message.partition("; ")
    assert (step.status, said) == ("failed", "backend has ended with exit code 7")
    assert silent.startswith("backend has called nothing here; it was given ")


def test_an_app_that_does_not_start_makes_a_case_with_an_error(run):
    found = run(FAILS, words=["--exit", "4"])

    step = last(found)
    assert found.exit_code == 1
    assert (step.title, step.status, step.place.line) == ("start backend", "error", 2)
    assert step.message == ("backend cannot be tested: it ended with exit code 4 before it was ready; its last output:")
    assert step.output == "the database is not there"


def test_an_app_elsewhere_is_asked_instead(run, tmp_path):
    with pytest.raises(CannotRun, match="--app shop: unknown app 'shop'; allowed: backend"):
        run(FAILS, apps={"shop": "http://127.0.0.1:9"})

    step = last(run(FAILS, words=["--exit", "4"], apps={"backend": "http://127.0.0.1:9"}))

    assert step.message == (
        "http://backend: nobody listens there; backend has called nothing here; "
        "it runs elsewhere and was given no address from here"
    )


def test_an_app_is_started_once_for_all_profiles_and_files_that_need_the_same(run, tmp_path):
    steps = "  - request: {to: backend, path: /pid}\n    expect: {json: {pid: 0}}\n"
    run(steps)
    (tmp_path / "y.scenario.yaml").write_text((tmp_path / "x.scenario.yaml").read_text())

    found = run_paths([str(tmp_path)], Choice(profiles=("docs", "classic")))

    pids = {case.steps[-1].mismatches[0].actual for suite in found.suites for case in suite.cases}
    assert (len(found.suites), len(pids)) == (2, 1)


def python(code):
    return json.dumps([sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("print('hello')", "expect: {stdout: hello, stderr: '', exit: 0}"),
        ("import sys; sys.exit('bye')", "expect: {exit: 1, stderr: {$contains: bye}}"),
        ("import os; os.kill(os.getpid(), 15)", "expect: {exit: 143}"),
        ("import os; print(os.environ['APP_BACKEND_URL'])", "expect: {stdout: {$regex: '^http://127.0.0.1:[0-9]+$'}}"),
        ("import os; print(os.environ['WECHAT_APPID'])", "expect: {stdout: wx0123456789abcdef}"),
        ("import os; print(os.getcwd().rpartition('/')[2])", "expect: {stdout: '${folder}'}"),
    ],
    ids=["stdout", "stderr and exit", "a signal", "apps", "environment", "cwd"],
)
def test_a_program_is_run_and_compared(run, tmp_path, code, more):
    more = more.replace("${folder}", tmp_path.name)

    case = case_of(run(f"  - run: {{command: {python(code)}}}\n    {more}\n"))

    assert (case.status, case.steps[0].mismatches) == ("passed", ())


def test_what_a_program_wrote_is_captured(run):
    code = """print('{"a": [7]}')"""
    steps = (
        f"  - run: {{command: {python(code)}}}\n"
        "    capture: {all: stdout, number: '$.a[0]', word: 'stdout:([0-9])'}\n"
        "  - request: {to: backend, path: /x, text: '${all} ${number} ${word}'}\n"
        "    expect: {json: {body: '{\"a\": [7]} 7 7'}}\n"
    )

    assert case_of(run(steps)).status == "passed"


@pytest.mark.parametrize(
    ("run_step", "said"),
    [
        (f"{{command: {python('import sys; print(1); sys.exit(3)')}}}", [("exit", "0", "3")]),
        (
            f"{{command: {python('import signal; signal.pause()')}, timeout: 300ms}}",
            [("time", "an end within 300ms", "longer")],
        ),
        ("{command: [nowhere-at-all]}", "there is no program 'nowhere-at-all' on PATH"),
        ("{command: [ls], cwd: nowhere}", "nowhere does not exist"),
        ("{command: [ls], env: {'A=B': x}}", "'ls' cannot be executed: illegal environment variable name"),
    ],
    ids=["exit code", "too long", "no program", "no folder", "no variable"],
)
def test_a_program_that_goes_wrong_is_said_so(run, run_step, said):
    step = last(run(f"  - run: {run_step}\n"))

    found = [(one.at, one.expected, one.actual) for one in step.mismatches]
    assert found == said if isinstance(said, list) else step.message.endswith(said)


def test_a_program_needs_no_app(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    code = "import os; print(os.environ['MOCKDOOR_URL'][:17])"
    path.write_text(
        f"version: 1\nsteps:\n  - run: {{command: {python(code)}}}\n    expect: {{stdout: 'http://127.0.0.1:'}}\n"
    )

    assert case_of(run_paths([str(path)], Choice())).status == "passed"


def test_an_app_with_weixins_own_address_in_its_code_gets_the_emulator(run):
    code = (
        "import json, urllib.request as u; "
        "print(u.urlopen('https://api.weixin.qq.com/sns/jscode2session?js_code=alice').read().decode())"
    )
    steps = f"  - run: {{command: {python(code)}}}\n    expect: {{stdout: {{$contains: '41002'}}}}\n"

    assert case_of(run(steps)).status == "passed"
