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
