"""`parallel`: requests sent at the same moment, and what is expected of them together."""

import json

import pytest

from emulator.runner.names import claims_of
from emulator.runner.parallel import Steady
from emulator.runner.reports.json_report import write_json
from emulator.runner.results import RunResult, SuiteResult

ONE_CODE = """
steps:
  - wx.login: {as: alice}
  - parallel:
      - code2session: {code: "${code}"}
        with: [{n: 1}, {n: 2}, {n: 3}, {n: 4}, {n: 5}]
    expect:
"""
MIXED = """
faults:
  - {at: wechat.code2session, error: 40226, when: {persona: carol}}
steps:
  - login: {as: "${who}"}
    with: [{who: alice}, {who: bob}]
  - parallel:
      - login: {as: carol}
      - login: {as: alice}
        capture: {first: "jwt:name"}
      - login: {as: bob}
        capture: {second: "jwt:name"}
      - code2session: {code: nonsense, appid: wx0}
      - code2session: {code: nonsense, secret: wrong}
      - request: {path: /api/get-user, query: {id: test/nobody}}
    expect: {exactly: {4: {json: {access_token: {$absent: true}}}}, at_least: {2: {status: 200}}}
  - note: "${first} ${second}"
"""


def statuses(case):
    return [(step.kind, step.status) for step in case.steps]


@pytest.mark.parametrize(
    "expected",
    [
        "{exactly: {1: {json: {openid: {$any: true}}}, 4: {errcode: 40163}}}",
        "{at_least: {4: {errcode: 40163}, 1: {status: 200}}}",
        "{at_most: {1: {json: {openid: {$any: true}}}}}",
        "{all: {status: 200}}",
    ],
)
def test_of_five_who_bring_one_code_at_once_one_is_let_in(play, expected):
    case = play(f"{ONE_CODE}      {expected}\n")

    assert statuses(case) == [("wx.login", "passed"), ("parallel", "passed"), *[("code2session", "passed")] * 5]


@pytest.mark.parametrize(
    ("expected", "at", "said", "came"),
    [
        ("{exactly: {2: {errcode: 40163}}}", "exactly 2", 'exactly 2 × {"errcode": 40163}', "4"),
        ("{at_least: {5: {errcode: 40163}}}", "at_least 5", 'at least 5 × {"errcode": 40163}', "4"),
        ("{at_most: {3: {errcode: 40163}}}", "at_most 3", 'at most 3 × {"errcode": 40163}', "4"),
        ("{all: {errcode: 40163}}", "all", 'all 5 × {"errcode": 40163}', "4"),
    ],
)
def test_a_group_that_differs_says_what_came(play, expected, at, said, came):
    case = play(f"{ONE_CODE}      {expected}\n")

    (mismatch,) = case.steps[1].mismatches
    assert (mismatch.at, mismatch.expected) == (at, said)
    assert mismatch.actual == f"{came} (came: 1 × 200, 4 × 200 40163)"
    assert case.status == "failed"


def test_a_step_inside_has_an_expectation_of_its_own(play):
    case = play("steps:\n  - parallel:\n      - name: own\n        get_account: {}\n        expect: {status: 500}\n")

    assert [(step.title, step.status) for step in case.steps] == [("1 step in parallel", "passed"), ("own", "failed")]


def test_each_step_has_its_own_reply_and_captures_in_the_files_order(play):
    case = play(MIXED)

    assert [step.status for step in case.steps] == ["passed"] * 10
    tokens = [json.loads(case.steps[index].received.body)["access_token"] for index in (4, 5)]
    names = [claims_of({"access_token": token})["name"] for token in tokens]
    assert (case.steps[-1].note, len(set(names))) == (" ".join(names), 2)
    assert [step.entry["persona"] for step in case.steps[3:6]] == ["carol", "alice", "bob"]


def test_a_report_is_the_same_whoever_came_first(play):
    reports = set()
    for _ in range(6):
        case = play(MIXED + ONE_CODE.partition("steps:\n")[2] + "      {at_least: {1: {status: 200}}}\n")
        reports.add(write_json(RunResult(suites=(SuiteResult(path=case.place.path, cases=(case,)),))))

    assert len(reports) == 1


def entry(number, code, rid, why=""):
    return {
        "number": number,
        "method": "GET",
        "path": "/x",
        "query": f"js_code={code}",
        "request": {"headers": [], "body": ""},
        "response": {"status": 200, "body": f"refused, rid: 69561f80-{rid}-{rid}"},
        "why": why,
    }


def test_entries_are_ordered_and_numbered_by_what_they_say():
    early = Steady([entry(3, "a", "00000001"), entry(4, "b", "00000002", "used in exchange 3")], [])
    late = Steady([entry(3, "b", "00000001", "used in exchange 4"), entry(4, "a", "00000002")], [])

    assert early.entries == late.entries


def test_more_than_64_at_once_are_refused(play):
    rows = ", ".join(f"{{n: {number}}}" for number in range(65))
    case = play(f"steps:\n  - parallel:\n      - get_account: {{}}\n        with: [{rows}]\n")

    assert case.steps[0].message == "65 requests at once, rows included; at most 64 are possible"
