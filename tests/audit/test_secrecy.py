"""Promises about the rules on secrets: each has a backend that breaks it and no other rule."""

import pytest

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}", nickname: "${nickname}", avatar: "${avatar}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
    logout: {request: {method: POST, path: /logout, headers: {Authorization: "Bearer ${token}"}}}
    openid: $.openid
"""
#: The rule that the backend of this name breaks (what follows a colon tells variants apart), and where it shows.
BREAKS = {
    "appsecret-not-sent": ["wechat-busy", "wechat-down"],
    "session-key-not-sent": ["returning-user", "invalid-code"],
    "session-key-not-sent: in a cookie": ["returning-user", "invalid-code"],
    "wechat-token-not-sent": ["returning-user"],
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant):
    assert broken_by("good_direct", "secrecy", variant, LOGIN, *BREAKS[variant]) == [variant.partition(":")[0]]
