"""Promises about audits of backends that log in through Casdoor."""

import pytest

LOGIN = """
version: 1
profile: docs
audit:
  app: backend
  limits: {quiet: 60ms}
  login:
    request: {method: POST, path: /login, json: {code: "${code}", nickname: "${nickname}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
"""
ENVELOPES = """
version: 1
audit:
  app: backend
  limits: {quiet: 60ms}
  login:
    request: {method: POST, path: /login, json: {code: "${code}", nickname: "${nickname}"}}
    success: {json: {code: 0}}
    refused: {json: {code: 401}}
    unavailable: {json: {code: 503}}
    token: $.data.token
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {json: {code: 0}}}
"""
DENIALS = [
    "casdoor-denies",
    "casdoor-filter-denies",
    "casdoor-account-denied",
    "casdoor-user-forbidden",
    "casdoor-sign-up-off",
]
TOKENS = ["casdoor-spelling", "casdoor-token-tampered", "casdoor-token-dies", "casdoor-name-taken"]
#: Every trouble of Casdoor's own that takes no patience, and those that look otherwise through Casdoor.
QUICK = [
    *DENIALS,
    *TOKENS,
    "casdoor-down",
    "casdoor-500",
    "casdoor-client-wrong",
    "wechat-busy",
    "wechat-busy-once",
    "wechat-closes",
    "errcode-as-text",
    "openid-missing",
    "blocked-user",
]
#: The rule that the backend of this name breaks, and troubles in which it shows.
BREAKS = {
    "casdoor-denial-seen": DENIALS,
    "casdoor-denial-seen/forbidden": ["casdoor-user-forbidden"],
    "casdoor-denial-seen/nobody": DENIALS,
    "casdoor-both-spellings": TOKENS,
    "casdoor-both-spellings/undefined": TOKENS,
    "casdoor-token-verified": TOKENS,
    "casdoor-expiry-handled": TOKENS,
    "casdoor-expiry-handled/empty": TOKENS,
    "casdoor-expiry-handled/refreshes": TOKENS,
    "casdoor-name-taken": TOKENS,
    "casdoor-row-not-forwarded": TOKENS,
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant):
    rule = variant.partition("/")[0]

    assert broken_by("good_casdoor", "casdoor", variant, LOGIN, *BREAKS[variant]) == [rule]


@pytest.mark.parametrize("variant", ["good/token", "good/introspection", "good/refreshing"])
def test_every_sound_way_to_keep_a_session_is_good(broken_by, variant):
    assert broken_by("good_casdoor", "casdoor", variant, LOGIN, *DENIALS, *TOKENS) == []


def test_envelopes_that_say_no_are_good(broken_by):
    assert broken_by("good_casdoor", "casdoor", "good/envelopes", ENVELOPES, *DENIALS, *TOKENS) == []


@pytest.mark.parametrize("profile", ["docs", "classic", "current"])
def test_a_good_backend_is_good_with_every_casdoor(audit, profile):
    report = audit(["good_casdoor.py"], LOGIN.replace("docs", profile), troubles=QUICK)

    assert [(one.rule, one.trouble) for one in report.findings] == []
    assert report.through_casdoor


def test_who_keeps_sessions_of_their_own_is_not_asked_about_casdoors_tokens(audit):
    report = audit(["good_casdoor.py"], LOGIN, troubles=["casdoor-token-tampered"])

    reasons = {one.rule: one.reason.en for one in report.not_examined}
    assert reasons["casdoor-token-verified"].startswith("the backend keeps a session of its own")


@pytest.mark.parametrize(("bound", "severity"), [("3.35.0", "info"), ("docs", "info"), ("current", "error")])
def test_the_spelling_of_another_version_than_the_named_one_is_no_error(audit, bound, severity):
    described = LOGIN.replace("    refused:", f"    casdoor: {bound}\n    refused:")
    command = ["variants", "good_casdoor", "casdoor", "casdoor-both-spellings"]

    report = audit(command, described, troubles=["casdoor-spelling"])

    assert [(one.rule, one.severity) for one in report.findings] == [("casdoor-both-spellings", severity)]


def test_a_naive_backend_breaks_ten_rules(audit):
    report = audit(["naive_casdoor.py"], LOGIN, troubles=[*QUICK, "invalid-code", "used-code"])

    assert len({one.rule for one in report.findings}) >= 10
