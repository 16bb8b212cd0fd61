"""Promises about the audit of a backend in Node with a WeChat library of npm, written as tutorials do."""

import pytest

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}", nickname: "${nickname}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
"""
TROUBLES = [
    *("invalid-code", "used-code", "wechat-busy", "reply-empty-object", "secret-wrong", "gateway-html", "wechat-down"),
    *("malformed-body", "other-methods", "foreign-origin", "nicknames"),
]
#: Some of what it breaks; whatever other rules say of it, these do.
BROKEN = {
    "session-key-not-sent",
    "appsecret-not-sent",
    "final-errcode-not-retried",
    "retries-bounded",
    "no-identity-no-login",
    "client-fault-no-5xx",
    "lost-reply-handled",
    "malformed-body-4xx",
    "login-by-post-only",
    "cors-closed",
    "log-without-secrets",
}


@pytest.fixture(name="report", scope="module")
def fixture_report(audit):
    """Audit the backend once."""
    return audit(["node/app.js"], LOGIN, troubles=TROUBLES)


def test_the_naive_backend_in_node_breaks_ten_rules_and_more(report):
    broken = {one.rule for one in report.findings}

    assert broken >= BROKEN


def test_the_library_reads_text_plain_and_keeps_nicknames(report):
    assert {"text-plain-accepted", "nickname-any-language", "code-exchanged-once"} <= set(report.passed)
