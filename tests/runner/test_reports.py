"""What people and machines read after a run."""

import json
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest

from emulator.runner.reports.curl import curl_line
from emulator.runner.reports.explain import explain
from emulator.runner.reports.html import write_html
from emulator.runner.reports.json_report import write_json
from emulator.runner.reports.junit import write_junit
from emulator.runner.reports.lanes import messages
from emulator.runner.reports.terminal import SCREEN, show_case, show_failure, show_summary
from emulator.runner.results import Sent
from emulator.runner.run import Choice, run_paths

TROUBLE = """\
version: 1
clock: 2026-01-01T08:00:00Z
description: A trial & <b>bold</b>
faults:
  - {id: busy, at: wechat.code2session, error: -1, times: 1}
  - {id: idle, at: casdoor.logout, http: 500}
steps:
  - name: busy
    login: {as: alice}
    expect: {status: 200, json: {user: Alice}}
finally:
  - note: "</script><script>alert(1)</script>\\u0007"
"""


@pytest.fixture(name="found")
def fixture_found(tmp_path, monkeypatch):
    """A run with one failure, one pass, and one file with a mistake, seen from its own folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.scenario.yaml").write_text(TROUBLE)
    (tmp_path / "b.scenario.yaml").write_text("version: 1\nsteps:\n  - get_account: {}\n")
    (tmp_path / "c.scenario.yaml").write_text("version: 2\n")
    return run_paths(["."], Choice())


@pytest.fixture(name="case")
def fixture_case(found):
    return found.suites[0].cases[0]


def test_a_failure_shows_everything_that_helps(case):
    assert show_case(case, verbose=False, colour=False) == (
        "FAILED  a\n"
        "  a.scenario.yaml:8: busy\n"
        "    status\n"
        "      expected 200\n"
        "      actual   400\n"
        "    $.user\n"
        '      expected "Alice"\n'
        "      actual   nothing there\n"
        "    sent:     POST /api/login/oauth/access_token  "
        "tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code=0azNkkPo3aSviizl7hmk3yOUdfeNkkPD\n"
        '    received: 400 { "error": "invalid_grant", "error_description": "get wechat mini program session error: e'
        'rr: system error, rid: 69562980-5cde01df-1eb8ea5f" }\n'
        '    inside:   wechat.code2session -> {"errcode":-1,"errmsg":"system error, rid: 69562980-5cde01df-1eb8ea5f"}\n'
        "    faults:   busy\n"
        "    why:      the planned fault busy struck\n"
        "    repeat: curl -si http://127.0.0.1:8000/api/login/oauth/access_token "
        "-H 'Content-Type: application/x-www-form-urlencoded' --data-raw "
        "'tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code=0azNkkPo3aSviizl7hmk3yOUdfeNkkPD'\n"
        "  planned faults that never struck: idle\n"
    )


def test_verbose_shows_every_step(found):
    shown = show_case(found.suites[1].cases[0], verbose=True, colour=False)

    assert shown == "ok      b\n    ok      get_account  200 Please login first\n"


def test_an_arrow_says_what_the_journal_says(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        "version: 1\nsteps:\n  - login: {as: alice, username: al}\n  - request: {path: /sns/jscode2session?appid=x}\n"
    )
    case = run_paths([str(path)], Choice()).suites[0].cases[0]

    told = {language: [one.text for one in messages(case, language=language) if one.reply] for language in ("en", "zh")}

    openid = told["en"][0]
    assert openid.startswith("openid o")
    assert told == {
        "en": [openid, "200 user test/al", "200 40013 invalid appid"],
        "zh": [openid, "200 用户 test/al", "200 40013 invalid appid"],
    }


def test_a_reply_that_names_nobody_is_told_by_its_beginning(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text("version: 1\nsteps:\n  - request: {path: /.well-known/jwks}\n")
    case = run_paths([str(path)], Choice()).suites[0].cases[0]

    (_, reply) = messages(case)

    assert reply.text.startswith('200 { "keys": [ {')


def test_a_connection_that_breaks_is_told_as_the_client_saw_it(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        "version: 1\nfaults: [{at: casdoor.health, connection: hang}]\n"
        "steps:\n  - request: {path: /api/health}\n    expect: {connection: timeout, within: 100ms}\n"
    )
    case = run_paths([str(path)], Choice()).suites[0].cases[0]

    told = [list(messages(case, language=language))[-1].text for language in ("en", "zh")]

    assert told == ["no answer in time", "等待应答超时"]


def test_a_compressed_refusal_reads_like_any_other(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        "version: 1\nsteps:\n  - request: {path: /api/get-account, headers: {Accept-Encoding: gzip}}\n"
        "    expect: {json: {msg: Please login first}, headers: {Content-Encoding: gzip}}\n"
    )
    (case,) = run_paths([str(path)], Choice()).suites[0].cases

    assert (case.status, list(messages(case))[-1].text) == ("passed", "200 Please login first")


def test_a_failure_is_never_longer_than_a_screen(tmp_path):
    wanted = ", ".join(f"k{number}: 1" for number in range(60))
    path = tmp_path / "x.scenario.yaml"
    path.write_text(f"version: 1\nsteps:\n  - get_account: {{}}\n    expect: {{json: {{{wanted}}}}}\n")
    step = run_paths([str(path)], Choice()).suites[0].cases[0].steps[0]

    lines = show_failure(step)

    assert len(lines) == SCREEN
    assert lines[-1].startswith("  repeat: curl")


def test_the_summary_counts(found):
    assert show_summary(found, seconds=1.25, colour=False) == "1 passed, 1 failed, 1 file with mistakes in 1.2s"


def test_junit_has_a_suite_a_file_and_a_case_a_run(found):
    root = ET.fromstring(write_junit(found))

    shown = [(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("errors")) for suite in root]
    assert shown == [
        ("a.scenario.yaml", "1", "1", "0"),
        ("b.scenario.yaml", "1", "0", "0"),
        ("c.scenario.yaml", "1", "0", "1"),
    ]
    case = root[0][0]
    assert (case.get("file"), case.get("line")) == ("a.scenario.yaml", "8")
    assert case[0].get("message") == 'busy: status: expected 200, got 400; $.user: expected "Alice", got nothing there'


def test_junit_has_a_case_for_each_row_of_a_table(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text(
        'version: 1\nsteps:\n  - request: {path: "${path}"}\n    with: [{path: /api/health}, {path: /api/nope}]\n'
        "    expect: {json: {status: ok}}\n"
    )

    (suite,) = ET.fromstring(write_junit(run_paths([str(path)], Choice())))

    assert [(case.get("name"), len(case)) for case in suite] == [
        ("x", 1),
        ("x: GET /api/health [/api/health]", 0),
        ("x: GET /api/nope [/api/nope]", 1),
    ]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_strict_fails_a_case_with_idle_faults(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text("version: 1\nfaults: [{at: casdoor.logout, http: 500}]\nsteps: [{note: x}]\n")

    lax, strict = (run_paths([str(path)], Choice(strict=strict)) for strict in (False, True))

    assert (lax.exit_code, strict.exit_code) == (0, 1)
    assert 'message="planned faults that never struck: fault-1"' in write_junit(strict)


def test_html_stands_alone_and_escapes_what_it_shows(found):
    page = write_html(found)

    assert "<script" not in page
    assert "alert(1)" in page
    assert "<b>bold</b>" not in page
    assert page.count("<svg ") == 2
    assert 'class="arrow reply bad"' in page
    assert not [word for word in ("src=", "@import", "url(", "<link") if word in page]
    assert page.count('<details class="case" open>') == 1


@pytest.mark.parametrize("write", [write_html, write_junit, write_json])
def test_two_runs_give_the_same_bytes(found, write):
    assert write(found) == write(run_paths(["."], Choice()))


def test_json_tells_everything(found):
    told = json.loads(write_json(found))

    assert told["exit_code"] == 2
    assert [len(suite["cases"]) for suite in told["suites"]] == [1, 1, 0]
    step = told["suites"][0]["cases"][0]["steps"][0]
    assert (step["line"], step["status"], step["mismatches"][0]["at"]) == (8, "failed", "status")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["mini program --> Casdoor", "Casdoor      --> WeChat", "why: the planned fault busy struck"]),
        ("zh", ["小程序", "微信", "计划的故障: busy", "原因: 触发了已安排的故障 busy", "期望 200"]),
    ],
)
def test_a_case_is_told_in_three_lanes(case, language, words):
    told = explain(case, language=language)

    assert [word for word in words if word not in told] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_a_curl_line_repeats_the_request(running_default):
    with running_default() as url:
        form = "tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code=alice&username='x"
        sent = Sent(
            method="POST",
            url=f"{url}/api/login/oauth/access_token",
            path="/api/login/oauth/access_token",
            headers=(("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "1")),
            body=form,
        )

        done = subprocess.run(curl_line(sent), shell=True, capture_output=True, text=True, check=True)

    assert "access_token" in done.stdout


def test_every_report_shows_what_was_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.scenario.yaml").write_text(
        "version: 1\nvars: {n: 0}\nsteps:\n  - {request: {path: /}, expect: {status: 1}}\n  - {note: later}\n"
        '  - {note: "${n}", with: [{n: 1}]}\nfinally:\n  - {note: done}\n'
    )
    found = run_paths(["."], Choice())
    (case,) = found.suites[0].cases

    assert "  2 steps not run, because an earlier step failed\n" in show_case(case, verbose=False, colour=False)
    assert "    not run note later\n" in show_case(case, verbose=True, colour=False)
    assert [step["status"] for step in json.loads(write_json(found))["suites"][0]["cases"][0]["steps"]] == [
        "failed",
        "skipped",
        "skipped",
        "passed",
    ]
    suite = ET.fromstring(write_junit(found)).find("testsuite")
    assert [one.get("message") for one in suite.iter("skipped")] == ["not run: an earlier step failed"]
    assert "not run: an earlier step failed" in write_html(found)
    assert found.exit_code == 1
