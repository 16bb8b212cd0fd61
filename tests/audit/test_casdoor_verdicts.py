"""Promises about denials of Casdoor's that come after it has named somebody."""

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


@pytest.mark.parametrize(
    ("variant", "trouble", "severity"),
    [
        ("forbidden", "casdoor-account-denied", "warning"),
        ("forbidden", "casdoor-user-forbidden", "error"),
        ("empty", "casdoor-account-denied", "error"),
    ],
)
def test_who_needs_the_account_for_its_name_only_gets_a_warning(audit, variant, trouble, severity):
    command = ["variants", "good_casdoor", "casdoor", f"casdoor-denial-seen/{variant}"]

    report = audit(command, LOGIN, troubles=[trouble])

    assert [(one.rule, one.severity) for one in report.findings] == [("casdoor-denial-seen", severity)]
