"""Promises about the rules on time and load: each has a backend that breaks it and no other rule."""

import pytest

from tests.audit.test_codes import LOGIN

#: Limits that let a test end soon.
QUICK = "  limits: {answer: {warning: 3s, error: 3s}, recover: 1s, parallel: 6}\n"
#: The rule that the backend of this name breaks, and troubles in which it shows.
BREAKS = {
    "answers-in-time": ["wechat-hangs", "wechat-slow"],
    "upstream-timeout-set": ["wechat-hangs", "invalid-code"],
    "no-pile-up": ["crowd-while-hanging"],
    "circuit-opens": ["crowd-while-hanging"],
    "recovers-after-outage": ["wechat-down"],
    "slow-tolerated": ["wechat-slow", "wechat-busy"],
    "rate-limited": ["bad-code-burst", "invalid-code"],
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_direct", "upstream", rule, LOGIN + QUICK, *BREAKS[rule]) == [rule]


def test_the_good_backend_breaks_no_rule_on_codes_or_load(audit):
    troubles = ["impossible-code", "odd-code", "double-tap", "wechat-busy", "crowd-while-hanging", "bad-code-burst"]

    report = audit(["good_direct.py"], LOGIN, troubles=troubles)

    assert [(one.rule, one.trouble, one.message.en) for one in report.findings] == []


def test_a_pile_up_is_not_examined_where_nothing_else_can_be_asked(audit):
    alone = LOGIN.replace(LOGIN[LOGIN.index("    logged_in:") :], "  limits: {answer: 1s, parallel: 2}\n")

    report = audit(["good_direct.py"], alone, troubles=["crowd-while-hanging"], only=["no-pile-up"])

    assert [one.rule for one in report.not_examined] == ["no-pile-up"]
    assert "no `logged_in`" in report.not_examined[0].reason.en
