"""Promises about the rules on codes: each has a backend that breaks it and no other rule."""

import pytest

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
"""
#: The rule that the backend of this name breaks, and troubles in which it shows.
BREAKS = {
    "no-mock-code": ["mock-code"],
    "code-exchanged-once": ["returning-user", "wechat-busy-once"],
    "final-errcode-not-retried": ["invalid-code", "blocked-user", "used-code"],
    "busy-retried": ["wechat-busy-once", "wechat-busy"],
    "retries-bounded": ["wechat-busy-once", "wechat-busy"],
    "retries-back-off": ["wechat-busy-once", "wechat-busy"],
    "quota-not-hammered": ["minute-quota", "wechat-busy"],
    "lost-reply-handled": ["wechat-down", "reply-truncated"],
    "used-code-refused": ["used-code", "double-tap"],
    "one-code-in-parallel": ["double-tap", "used-code", "cold-start"],
    "code-checked-first": ["impossible-code", "odd-code", "mock-code", "invalid-code"],
    "code-escaped": ["impossible-code", "odd-code", "invalid-code"],
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_direct", "codes", rule, LOGIN, *BREAKS[rule]) == [rule]


def test_waits_that_shrink_are_no_back_off(broken_by):
    broken = broken_by("good_direct", "codes", "waits-that-shrink", LOGIN, "wechat-busy")

    assert broken == ["retries-back-off"]


def test_even_waits_are_tolerated(broken_by):
    broken = broken_by("good_direct", "codes", "even-waits", LOGIN, "wechat-busy")

    assert broken == []
