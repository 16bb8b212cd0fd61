"""Promises about the reports of an audit."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from emulator.audit.observer import Call
from emulator.audit.probe import Probe
from emulator.audit.report import Finding, Report, Text, Untold
from emulator.audit.reports.diagrams import draw_probe
from emulator.audit.reports.html import write_html
from emulator.audit.reports.junit import write_junit
from emulator.audit.reports.sarif import write_sarif
from emulator.audit.reports.terminal import show_report
from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.runner.results import Received, Sent
from emulator.world.trace import InnerCall

FILE = Path("login.audit.yaml")


def call(operation="wechat.code2session", *, at=0.1, failure=None, inner=()):
    reply = Reply(status=200, body=b'{"errcode":-1}', failure=failure)
    exchange = Exchange(
        number=7, at=datetime(2026, 1, 1, tzinfo=UTC), operation=operation, method="GET", path="/", query="",
        reply=reply, inner=inner,
    )  # fmt: skip
    return Call(at=at, exchange=exchange)


def probe(trouble, *, body='{"error": "<no>\x1b"}', calls=()):
    sent = Sent(method="POST", url="http://127.0.0.1:1/login", path="/login", headers=(), body='{"code": "c"}')
    return Probe(
        trouble=trouble, label="", person="", code="c", began=0.0, ended=1.5, sent=sent,
        received=Received(status=401, body=body), outcome="other", calls=list(calls),
    )  # fmt: skip


def finding(rule, severity, trouble, **fields):
    texts = {name: Text(en=f"{name} <en>", zh=f"{name} <zh>") for name in ("message", "why", "remedy")}
    return Finding(
        rule=rule, severity=severity, trouble=trouble, probe=probe(trouble, calls=[call()]), **texts | fields
    )


@pytest.fixture(name="report")
def fixture_report():
    """Return a report in which everything occurs."""
    reason = Text(en="why not", zh="为何不")
    return Report(
        app="backend",
        findings=(
            finding("busy-retried", "warning", "wechat-busy-once"),
            finding("client-fault-no-5xx", "error", "invalid-code"),
            finding("client-fault-no-5xx", "error", "used-code", cause=Text(en="their doing", zh="他们所为")),
        ),
        passed={"session-key-not-sent": ("none", "invalid-code")},
        skipped=(Untold(rule="used-code-refused", reason=reason, would_pass=True),),
        not_examined=(Untold(rule="casdoor-row-not-forwarded", reason=reason),),
        seconds=2.0,
        probes=9,
    )


def test_the_terminal_shows_the_gravest_first_and_each_rule_once(report):
    lines = show_report(report).splitlines()

    heads = [line.split("  ")[:2] for line in lines if line[:1] not in ("", " ")]
    assert heads[:2] == [["error", "client-fault-no-5xx"], ["warning", "busy-retried"]]
    assert "  when      a code that WeChat never gave out; a code that was used" in lines
    assert "  cause     their doing" in lines
    assert lines[-5:] == [
        "rules: 1 passed, 1 skipped, 1 not examined",
        "  skipped used-code-refused: why not (it would pass)",
        "  not examined casdoor-row-not-forwarded: why not",
        "",
        "2 errors, 1 warning · 9 requests to backend in 2.0 s",
    ]


def test_what_an_app_says_cannot_change_a_terminal(report):
    one = finding("busy-retried", "warning", "none", message=Text(en="\x1b[2J", zh=""))

    assert "\x1b" not in show_report(Report(app="backend", findings=(one,)))


def test_junit_has_a_suite_for_each_trouble_and_a_case_for_each_rule(report):
    root = ET.fromstring(write_junit(report, file=FILE))

    found = {suite.get("id"): {case.get("name"): [one.tag for one in case] for case in suite} for suite in root}
    assert found == {
        "wechat-busy-once": {"busy-retried": ["system-out"]},
        "invalid-code": {"client-fault-no-5xx": ["failure"], "session-key-not-sent": []},
        "used-code": {"client-fault-no-5xx": ["failure"]},
        "none": {"session-key-not-sent": []},
        None: {"used-code-refused": ["skipped"], "casdoor-row-not-forwarded": ["skipped"]},
    }


def test_junit_fails_for_warnings_when_strict(report):
    root = ET.fromstring(write_junit(report, file=FILE, strict=True))

    assert [one.get("failures") for one in root if one.get("id") == "wechat-busy-once"] == ["1"]


def test_sarif_points_every_result_at_the_login_line(report):
    (run,) = json.loads(write_sarif(report, file=FILE, line=6))["runs"]

    places = [[one["physicalLocation"] for one in result["locations"]] for result in run["results"]]
    assert (
        places
        == [[{"artifactLocation": {"uri": "login.audit.yaml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 6}}]]
        * 4
    )


def test_sarif_names_rules_levels_and_suppressions_as_the_standard_asks(report):
    whole = json.loads(write_sarif(report, file=FILE, line=6))

    (run,) = whole["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (whole["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "mockdoor")
    assert {tuple(one["help"]) for one in rules} == {("text", "markdown")}
    assert {one["defaultConfiguration"]["level"] for one in rules} <= {"none", "note", "warning", "error"}
    assert [(one["ruleId"], one["level"], rules[one["ruleIndex"]]["id"]) for one in run["results"]] == [
        ("busy-retried", "warning", "busy-retried"),
        ("client-fault-no-5xx", "error", "client-fault-no-5xx"),
        ("client-fault-no-5xx", "error", "client-fault-no-5xx"),
        ("used-code-refused", "error", "used-code-refused"),
    ]
    assert [one.get("suppressions", [{}])[0].get("justification") for one in run["results"]] == [
        None, None, None, "why not",
    ]  # fmt: skip


def test_sarif_fingerprints_stay_and_tell_rule_and_trouble(report):
    def prints():
        (run,) = json.loads(write_sarif(report, file=FILE, line=6))["runs"]
        return [one["partialFingerprints"]["ruleAndTrouble/v1"] for one in run["results"]]

    assert prints() == prints()
    assert len(set(prints())) == 4


def test_a_sarif_path_is_relative_to_the_working_folder(report, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    (run,) = json.loads(write_sarif(report, file=tmp_path / "a b" / "x.yaml", line=1))["runs"]

    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/x.yaml"


class Tags(HTMLParser):
    """Collects what a page holds."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_asks_for_nothing_and_runs_no_script(report):
    tags = Tags(write_html(report)).found

    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
    assert [attrs for _, attrs in tags if "src" in attrs or "href" in attrs] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_holds_both_languages_and_shows_the_asked_one_first(report, language):
    page = write_html(report, language=language)

    checked = [attrs["id"] for tag, attrs in Tags(page).found if tag == "input" and "checked" in attrs]
    assert checked == [language]
    assert "a busy WeChat is asked again" in page
    assert "微信繁忙时重试" in page


def test_the_page_draws_every_finding_and_escapes_what_the_app_said(report):
    page = write_html(report)

    assert page.count("<svg") == 3
    assert "message &lt;en&gt;" in page
    assert "<no>" not in page


def test_a_diagram_shows_client_backend_and_wechat_with_times():
    drawing = draw_probe(probe("none", calls=[call(at=0.2), call(at=0.5, failure="reset"), call(at=2.0)]))

    assert list(drawing.lanes) == ["client", "backend", "wechat"]
    assert [one.text for one in drawing.arrows][:5] == [
        "POST /login", "0.2 s · code2session", '200 {"errcode":-1}', "0.5 s · code2session", "✂ connection reset",
    ]  # fmt: skip
    assert [one.text[:11] for one in drawing.arrows][5:7] == ["1.5 s · 401", "2.0 s · cod"]


def test_a_diagram_through_casdoor_shows_what_casdoor_asked_of_wechat():
    inner = InnerCall(operation="wechat.code2session", url="/", reply=Reply(status=200, body=b"{}"))

    drawing = draw_probe(probe("none", calls=[call("casdoor.login", inner=(inner,))]))

    assert list(drawing.lanes) == ["client", "backend", "casdoor", "wechat"]
    assert len(drawing.arrows) == 6
