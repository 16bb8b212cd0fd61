"""`verify`: how often, with which facts, and in which order something was called."""

import pytest

from emulator.journal.queries import Bounds, bounds_of, verify

CALLS = """
faults:
  - {at: wechat.code2session, error: 40029, when: {code: stale}}
steps:
  - login: {code: stale}
  - login: {as: alice}
  - get_account: {}
  - request: {path: /api/nothing, method: POST, headers: {X-Trace: t1}, json: {order: "7"}}
"""


@pytest.mark.parametrize(
    "given",
    [
        "{operation: casdoor.login, count: 2}",
        "{operation: casdoor.login, count: {$at_least: 2}}",
        "{operation: casdoor.login, count: {$at_most: 2}}",
        "{operation: casdoor.login, count: {$at_least: 1, $at_most: 3}}",
        "{operation: casdoor.logout, never: true}",
        "{operation: casdoor.login, when: {status: 400}}",
        "{operation: casdoor.login, when: {status: 200, persona: alice}}",
        "{operation: wechat.code2session, when: {errcode: 40029}}",
        "{operation: wechat.code2session, when: {errcode: 40029, status: 200, code: stale, path: /sns/jscode2session}}",
        "{operation: '*', when: {method: GET, path: /api/get-account}}",
        "{operation: '*', when: {header: {x-trace: t1}, body: {order: '7'}}}",
        "{in_order: [casdoor.login, casdoor.login, casdoor.get_account]}",
        "{in_order: [{operation: wechat.*, when: {errcode: 40029}}, {operation: casdoor.login, when: {status: 200}}]}",
    ],
)
def test_a_verify_that_holds_passes(play, given):
    case = play(CALLS + f"  - verify: {given}\n")

    assert (case.steps[-1].kind, case.steps[-1].status) == ("verify", "passed")


@pytest.mark.parametrize(
    ("given", "expected", "actual"),
    [
        ("{operation: casdoor.login, count: 1}", "1", "2"),
        ("{operation: casdoor.login, count: {$at_least: 3}}", "at least 3", "2"),
        ("{operation: casdoor.login, count: {$at_most: 1}}", "at most 1", "2"),
        ("{operation: casdoor.login, count: {$at_least: 3, $at_most: 4}}", "3 to 4", "2"),
        ("{operation: casdoor.login, never: true}", "0", "2"),
        ("{operation: casdoor.login, when: {errcode: 40029}}", "1", "0"),
        (
            "{in_order: [casdoor.get_account, casdoor.login]}",
            "casdoor.get_account → casdoor.login",
            "no casdoor.login after casdoor.get_account",
        ),
    ],
)
def test_a_verify_that_does_not_hold_says_what_was_expected(play, given, expected, actual):
    case = play(CALLS + f"  - verify: {given}\n")

    first = case.steps[-1].mismatches[0]
    assert (case.status, first.expected) == ("failed", expected)
    assert first.actual.startswith(f"{actual} (seen: ")


CAME = (
    "1 × casdoor.get_account (200), 1 × casdoor.login (200), 1 × casdoor.login (400), "
    "1 × casdoor.unknown (200), 1 × wechat.code2session (200), 1 × wechat.code2session (200, errcode 40029)"
)


def test_a_failure_lists_what_came_and_the_nearest_misses(play):
    case = play(CALLS + "  - verify: {operation: wechat.*, when: {errcode: 40163, persona: alice}}\n")

    assert [(one.at, one.expected, one.actual) for one in case.steps[-1].mismatches] == [
        ("wechat.*", "1", f"0 (seen: {CAME})"),
        ("exchange 2", "errcode 40163", "errcode null"),
        ("exchange 1", 'errcode 40163, persona "alice"', "errcode 40029, persona null"),
    ]


def test_an_outer_failure_is_not_the_inner_calls():
    entry = {
        "number": 1,
        "operation": "casdoor.login",
        "response": {"status": 400, "body": '{"error":"invalid_grant"}'},
        "inner": [{"operation": "wechat.code2session", "url": "/x?js_code=1", "response": {"status": 200, "body": ""}}],
    }

    counts = [verify([entry], {"operation": "*", "when": {"status": status}}).count for status in (400, 200)]

    assert counts == [1, 1]


def test_without_a_count_once_is_meant():
    assert bounds_of({"operation": "x"}) == Bounds(at_least=1, at_most=1)
