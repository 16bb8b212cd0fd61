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
    "final-errcode-not-retried": ["invalid-code", "blocked-user", "used-code"],
    "code-exchanged-once": ["returning-user", "wechat-busy-once"],
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_direct", "codes", rule, LOGIN, *BREAKS[rule]) == [rule]
