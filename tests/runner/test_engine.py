"""Steps of every kind, run against an embedded emulator over a real socket: design.md 7."""

import http.server
import json
import re
import threading
from datetime import UTC, datetime

import pytest

from emulator.control.worlds import open_world
from emulator.core.limits import Limits
from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.runner.control import Embedded, Remote
from emulator.runner.run import run_paths
from emulator.runner.selection import CannotRun, Choice
from emulator.runner.steps import ACTIONS
from emulator.scenario.names import KINDS
from emulator.server.listener import Server

V = "version: 1\nclock: 2026-01-01T08:00:00Z\n"

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture(name="run")
def fixture_run(tmp_path):
    """Run the text of a scenario and return its one case."""

    def run(text, **choice):
        path = tmp_path / "x.scenario.yaml"
        path.write_text(V + text, "utf-8")
        found = run_paths([str(path)], Choice(**choice))
        (suite,) = found.suites
        assert suite.problems == ()
        (case,) = suite.cases
        return case

    return run


def outcomes(case):
    return [(step.title, step.status) for step in case.steps]


def test_each_kind_of_step_does_its_work(run):
    case = run(
        """
vars: {nick: Alice}
steps:
  - wx.login: {as: bob}
  - wx.requestPayment: {as: bob}
  - login: {code: "${code}", username: "${nick}"}
    expect: {status: 200}
    capture: {token: $.access_token, server: "header:Server", who: "jwt:name"}
  - get_account: {token: "${token}"}
    expect: {json: {name: "${who}"}}
  - update_user: {columns: bio, bio: "from ${server}"}
    expect: {json: {data: Affected}}
  - refresh: {}
    expect: {status: 200}
  - get_account: {}
    expect: {json: {data: {bio: "from beegoServer:2.0.0"}}}
  - code2session: {code: carol}
    expect: {json: {openid: {$length: 28}}}
  - request: {path: /api/get-user, query: {id: "test/${who}"}}
    expect: {json: {data: {bio: {$contains: beego}}}}
  - fault: {at: casdoor.health, http: 503}
  - request: {path: /api/health}
    expect: {status: 503}
  - clear_faults: true
  - request: {path: /api/health}
    expect: {status: 200}
  - advance: 169h
  - get_account: {}
    expect: {json: {msg: {$contains: expired}}}
  - verify: {operation: wechat.code2session, count: 2}
  - verify: {operation: casdoor.login, when: {persona: bob}}
  - reset: true
  - request: {path: /api/get-user, query: {id: test/Alice}}
    expect: {json: {data: null}}
  - note: that was all
finally:
  - request: {path: /api/health}
"""
    )

    assert [step.status for step in case.steps] == ["passed"] * 21
    assert (case.status, case.idle_faults) == ("passed", ())


def test_the_first_failure_ends_the_steps_but_not_finally(run):
    case = run(
        """
steps:
  - request: {path: /api/health}
    expect: {status: 500}
  - note: never reached
finally:
  - note: done
"""
    )

    assert outcomes(case) == [("GET /api/health", "failed"), ("note never reached", "skipped"), ("note done", "passed")]
    assert case.steps[1].message == "not run: an earlier step failed"
    assert case.steps[0].place.line == 5


def test_rows_and_flows_behind_a_failure_are_not_run(run):
    case = run(
        """
vars: {n: a}
flows:
  look: {steps: [{request: {path: "/${n}"}, expect: {status: 1}}, {note: inside}]}
steps:
  - use: look
    params: {}
    with: [{n: a}, {n: b}]
  - request: {path: "/${n}"}
    with: [{n: c}, {n: d}]
"""
    )

    assert outcomes(case) == [
        ("GET /a", "failed"),
        ("note inside", "skipped"),
        ("use look [b]", "skipped"),
        ("GET /c [c]", "skipped"),
        ("GET /d [d]", "skipped"),
    ]


def test_short_forms_take_headers_as_requests_do(run):
    case = run(
        """
steps:
  - login: {as: alice, headers: {X-Trace: t1}}
    expect: {status: 200}
  - code2session: {code: bob, headers: {X-Trace: t2}}
  - refresh: {headers: {X-Trace: t3}}
  - get_account: {headers: {X-Trace: t4, authorization: null}}
    expect: {json: {status: error}}
  - update_user: {bio: x, columns: bio, headers: {X-Trace: t5}}
    expect: {json: {data: Affected}}
"""
    )

    sent = [dict(step.sent.headers) for step in case.steps]
    assert [step.status for step in case.steps] == ["passed"] * 5
    assert [one["X-Trace"] for one in sent] == ["t1", "t2", "t3", "t4", "t5"]
    assert ["Authorization" in one for one in sent] == [False, False, False, False, True]
    assert "t5" not in case.steps[4].sent.body


def test_rows_run_a_step_again_and_their_names_end_with_it(run):
    case = run(
        """
vars: {who: carol}
steps:
  - login: {as: "${who}"}
    with: [{who: alice}, {who: bob}]
  - login: {as: "${who}"}
    expect: {notes: [linked-account]}
"""
    )

    assert outcomes(case) == [
        ("login as alice [alice]", "passed"),
        ("login as bob [bob]", "passed"),
        ("login as carol", "passed"),
    ]


def test_a_flow_takes_parameters_and_gives_what_it_captured(run):
    case = run(
        """
flows:
  enter:
    params: [who]
    steps:
      - login: {as: "${who}"}
        capture: {name: "jwt:name"}
steps:
  - use: enter
    params: {who: carol}
  - get_account: {}
    expect: {json: {name: "${name}"}}
"""
    )

    assert [step.status for step in case.steps] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{profile: docs}", "passed"),
        ("{profile: [classic, current]}", "skipped"),
        ('"${yes}"', "passed"),
        ('"${no}"', "skipped"),
    ],
)
def test_a_condition_skips_a_step(run, condition, status):
    case = run(f'vars: {{yes: true, "no": false}}\nsteps:\n  - note: x\n    if: {condition}\n')

    assert outcomes(case) == [("note x", status)]


def test_a_retry_lets_the_worlds_time_pass(run):
    case = run(
        """
faults:
  - {at: wechat.code2session, error: -1, for: 20s}
steps:
  - login: {as: alice}
    retry: {times: 3, every: 10s}
    expect: {status: 200}
"""
    )

    assert case.status == "passed"
    assert [entry["at"] for entry in case.journal] == [
        "2026-01-01T08:00:00Z",
        "2026-01-01T08:00:10Z",
        "2026-01-01T08:00:20Z",
    ]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            "get_account: {}\n    capture: {x: $.nope}",
            "capture x: $.nope finds nothing; the reply has status, msg, sub, name, data, data2, data3",
        ),
        ('get_account: {}\n    capture: {x: "header:X-No"}', "capture x: the reply has no header X-No"),
        (
            'get_account: {}\n    capture: {x: "jwt:name"}',
            "capture x: the reply holds no access token that is a JWT",
        ),
        ("request: {path: /}\n    capture: {x: $.a}", "capture x: the reply is not JSON: '<!DOCTYPE html>"),
    ],
)
def test_a_capture_that_finds_nothing_says_where_it_looked(run, step, message):
    case = run(f"steps:\n  - {step}\n")

    assert case.steps[0].status == "failed"
    assert case.steps[0].message.startswith(message)


def test_a_count_that_does_not_match_tells_what_was_seen(run):
    case = run("steps:\n  - login: {as: alice}\n  - verify: {operation: casdoor.refresh_token}\n")

    (mismatch,) = case.steps[1].mismatches
    assert (mismatch.expected, mismatch.actual) == (
        "1",
        "0 (seen: 1 × casdoor.login (200), 1 × wechat.code2session (200))",
    )


def test_a_server_that_hangs_ends_with_the_steps_patience(run):
    case = run(
        """
faults:
  - {at: casdoor.health, connection: hang}
steps:
  - request: {path: /api/health}
    expect: {connection: timeout, within: 100ms}
"""
    )

    assert case.status == "passed"


def test_faults_that_never_struck_are_named(run):
    case = run(
        """
faults:
  - {id: never, at: casdoor.logout, http: 500}
  - {id: once, at: casdoor.health, http: 500, times: 1}
steps:
  - request: {path: /api/health}
  - fault: {id: late, at: casdoor.logout, http: 500}
  - reset: true
"""
    )

    assert case.idle_faults == ("never", "late")


def test_two_runs_give_the_same_journal(run):
    text = "steps:\n  - login: {as: alice}\n  - get_account: {}\n  - login: {code: nope}\n"

    assert run(text).journal == run(text).journal


def test_each_scenario_has_a_fresh_world(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenario.yaml").write_text(
            V + "steps:\n  - request: {path: /api/get-user, query: {id: test/Zoe}}\n    expect: {json: {data: null}}\n"
            "  - login: {as: alice, username: Zoe}\n"
        )

    found = run_paths([str(tmp_path)], Choice())

    assert [case.status for suite in found.suites for case in suite.cases] == ["passed", "passed"]


def test_profiles_repeat_a_scenario(tmp_path):
    path = tmp_path / "a.scenario.yaml"
    path.write_text(V + "steps:\n  - login: {as: alice}\n    expect: {json: {access_token: {$any: true}}}\n")

    (suite,) = run_paths([str(path)], Choice(profiles=("docs", "current"))).suites

    assert [(case.name, case.status) for case in suite.cases] == [("a [docs]", "passed"), ("a [current]", "failed")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(text="WORLD"), ["b"]),
        (Choice(tags=("x", "y")), ["a"]),
        (Choice(), ["a", "b"]),
        (Choice(fail_fast=True), ["a"]),
    ],
)
def test_scenarios_are_chosen(tmp_path, choice, expected):
    (tmp_path / "a.scenario.yaml").write_text(
        V + "tags: [x]\nsteps:\n  - request: {path: /}\n    expect: {status: 1}\n"
    )
    (tmp_path / "b.scenario.yaml").write_text(V + "description: the world\nsteps:\n  - note: x\n")
    (tmp_path / "no-steps.scenario.yaml").write_text(V)

    found = run_paths([str(tmp_path)], choice)

    assert [case.name for suite in found.suites for case in suite.cases] == expected


@pytest.mark.parametrize("line", [4, 5])
def test_a_file_and_a_line_choose_the_scenario_with_that_step(tmp_path, line):
    path = tmp_path / "a.scenario.yaml"
    path.write_text(V + "steps:\n  - request: {path: /}\n    expect: {status: 200}\n")

    assert len(run_paths([f"{path}:{line}"], Choice()).suites) == 1


def test_a_choice_of_nothing_cannot_run(tmp_path):
    with pytest.raises(CannotRun, match=r"no \*\.scenario\.yaml in it$") as raised:
        run_paths([str(tmp_path)], Choice())

    assert raised.value.causes == (f"{tmp_path}: no *.scenario.yaml in it",)


class Staging(http.server.BaseHTTPRequestHandler):
    """A server without a control API."""

    def do_GET(self):
        body = json.dumps({"path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(name="staging")
def fixture_staging():
    """The address of a server without a control API."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Staging) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_target_without_a_control_api_gets_the_other_steps(run, staging):
    case = run(
        "steps:\n  - advance: 5m\n  - request: {path: /hello}\n    expect: {json: {path: /hello}}\n", target=staging
    )

    assert outcomes(case) == [("advance 5m", "skipped"), ("GET /hello", "passed")]
    assert case.steps[0].message == f"{staging} has no control API, which this step needs"


def test_a_target_that_is_an_emulator_is_steered_over_http(run, running_default):
    with running_default() as url:
        case = run(
            """
steps:
  - reset: true
  - fault: {id: busy, at: wechat.code2session, error: -1, times: 1}
  - login: {as: alice}
    expect: {status: 400}
  - clear_faults: true
  - advance: 1s
  - login: {as: alice}
    expect: {status: 200}
  - verify: {operation: wechat.code2session, count: 2}
""",
            target=url,
        )

    assert [step.status for step in case.steps] == ["passed"] * 7
    assert case.idle_faults == ()


SEALED = """
miniprograms: {wx1111111111111111: {secret: s}}
personas: {bob: {phone: "13800138000"}}
steps:
  - code2session: {code: bob}
  - wx.getPhoneNumber: {as: bob}
  - decrypt: STEP
"""


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(
            '{}\n    expect: {json: {phoneNumber: "13800138000"}}\n    capture: {n: $.countryCode}', id="good"
        ),
        pytest.param("{via: form, fails: base64}", id="a space for each +"),
        pytest.param("{session_key: AAAAAAAAAAAAAAAAAAAAAA==, fails: padding}", id="another session_key"),
        pytest.param('{data: "AAAA", fails: padding}', id="half a block"),
        pytest.param("{iv: AAAAAAAAAAAAAAAAAAAAAA==, fails: text}", id="another iv"),
        pytest.param("{appid: wx1111111111111111, fails: watermark}", id="another mini program's"),
    ],
)
def test_encrypted_data_are_read_as_a_backend_does(run, step):
    case = run(SEALED.replace("STEP", step))

    assert [one.status for one in case.steps] == ["passed"] * 3


def test_encrypted_data_come_over_http_as_well(run, running_default):
    text = "steps:\n  - code2session: {code: bob}\n  - wx.getUserProfile: {as: bob}\n  - decrypt: {}\n"

    with running_default() as url:
        case = run(text + "    expect: {json: {nickName: 微信用户}}\n", target=url)

    assert [one.status for one in case.steps] == ["passed"] * 3


def test_without_a_control_api_there_is_nothing_to_decrypt(run, staging):
    case = run("steps:\n  - wx.getUserInfo: {}\n  - decrypt: {session_key: k}\n", target=staging)

    assert outcomes(case) == [("wx.getUserInfo", "skipped"), ("decrypt", "error")]
    assert case.steps[1].message.startswith("${encrypted_data} has no value yet")


@pytest.mark.parametrize(
    ("step", "expected", "actual"),
    [
        ("{via: form}", "readable data", "base64: the data are not base64"),
        ("{via: form, fails: padding}", "padding", "there is a space in it, where base64 has a +"),
        ("{fails: padding}", "padding", "readable data: "),
        ('{}\n    expect: {json: {phoneNumber: "1"}}', '"1"', '"13800138000"'),
    ],
)
def test_a_decryption_that_ends_otherwise_fails(run, step, expected, actual):
    case = run(SEALED.replace("STEP", step))

    (mismatch,) = case.steps[-1].mismatches
    assert (case.steps[-1].status, mismatch.expected, actual in mismatch.actual) == ("failed", expected, True)


def test_a_payments_numbers_have_the_same_names_here_and_over_http(run, running_default):
    text = """
steps:
  - wx.requestPayment: {as: bob}
  - request: {path: "/x?${transaction_id}&${mch_id}&${out_trade_no}"}
"""

    here = run(text)
    with running_default() as url:
        there = run(text, target=url)

    paths = [case.steps[1].sent.path for case in (here, there)]
    assert [re.fullmatch(r"/x\?42000\d{23}&1\d{9}&\d{24}", path) is not None for path in paths] == [True, True]


def test_a_target_that_is_not_there_cannot_be_run_against(run):
    with pytest.raises(CannotRun, match=r"^http://127\.0\.0\.1:9: nobody listens there$"):
        run("steps:\n  - request: {path: /}\n", target="http://127.0.0.1:9")


class Leaving(http.server.BaseHTTPRequestHandler):
    """Answers once; nobody listens any more by then."""

    def do_GET(self):
        self.server.socket.close()
        self.send_error(404)

    def log_message(self, *_):
        """Say nothing."""


def test_a_target_that_goes_away_is_an_error_of_the_step_that_misses_it(run):
    with http.server.HTTPServer(("127.0.0.1", 0), Leaving) as server:
        thread = threading.Thread(target=lambda: [server.handle_request() for _ in range(2)])
        thread.start()
        target = f"http://127.0.0.1:{server.server_port}"
        case = run("steps:\n  - request: {path: /a}\n  - request: {path: /b}\n  - note: never\n", target=target)
        thread.join()

    assert outcomes(case) == [("GET /a", "passed"), ("GET /b", "error"), ("note never", "skipped")]
    assert (case.status, case.steps[1].message) == ("error", f"{target}: nobody listens there")


def test_the_shipped_library_passes():
    found = run_paths(["scenarios"], Choice(strict=True))

    bad = [case.name for suite in found.suites for case in suite.cases if found.failed(case)]
    assert bad == []
    assert found.exit_code == 0
    assert len(found.suites) >= 40


def test_a_file_with_mistakes_is_told_beside_the_others(tmp_path):
    (tmp_path / "a.scenario.yaml").write_text("version: 1\nstep: []\n")
    (tmp_path / "b.scenario.yaml").write_text(V + "steps:\n  - note: x\n")

    found = run_paths([str(tmp_path)], Choice())

    assert (len(found.suites[0].problems), found.suites[1].cases[0].status, found.exit_code) == (1, "passed", 2)


def test_every_kind_of_step_has_an_action():
    assert set(ACTIONS) == set(KINDS)


def test_a_remote_journal_is_as_long_as_one_in_this_process(make_world):
    world = open_world(make_world().state.setting, wall=lambda: START, limits=Limits(exchanges=1200))
    with Server(world, port=0) as server:
        for _ in range(1100):
            tx = world.exchange()
            reply = Reply(status=200)
            told = {"operation": "wechat.code2session", "method": "GET", "path": "/", "query": ""}
            tx.get(Journal).append(Exchange(number=tx.number, at=tx.at, reply=reply, **told))

        numbers = [[one["number"] for one in control.journal(0)] for control in (Remote(server.url), Embedded(world))]

    assert numbers == [list(range(1, 1101))] * 2
