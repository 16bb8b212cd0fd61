"""Promises about the rules on what a backend prints: each has a backend that breaks it and no other."""

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
RULES = ["log-without-secrets", "log-names-trouble"]


@pytest.mark.parametrize("rule", RULES)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_phone", "output", rule, LOGIN, "secret-wrong", "wechat-down") == [rule]


def test_a_secret_in_the_output_is_reported_once(audit):
    report = audit(["variants", "good_phone", "output", RULES[0]], LOGIN, troubles=["secret-wrong", "wechat-down"])

    assert [(one.rule, one.severity, one.trouble) for one in report.findings] == [(RULES[0], "error", "none")]
