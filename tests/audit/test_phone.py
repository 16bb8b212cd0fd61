"""Promises about the rules on phone numbers and the access_token: each has a backend that breaks it and no other."""

import pytest

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /phone, json: {code: "${code}", phone_code: "${phone_code}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /profile, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
"""
ENCRYPTED = LOGIN.replace("/phone,", "/encrypted,").replace(
    'phone_code: "${phone_code}"', 'encryptedData: "${encrypted_data}", iv: "${iv}"'
)
#: The rule, after `/` which of its variants, and the troubles in which it shows.
BREAKS = {
    "access-token-cached": ["phone-logins"],
    "dead-token-refreshed-once": ["token-dead-once"],
    "dead-token-refreshed-once/often": ["token-dead", "token-dead-once"],
    "second-server-survived": ["second-server", "token-dead-once", "token-dead", "phone-logins"],
    "phone-code-in-its-place": ["codes-swapped", "phone-code-bad"],
    "phone-only-from-wechat": ["phone-claimed"],
    "side-calls-harmless": ["side-calls"],
    "busy-retried": ["phone-busy-once"],
    "retries-bounded": ["phone-busy", "token-busy"],
    "quota-not-hammered": ["phone-quota"],
    "final-errcode-not-retried": ["token-quota"],
    "client-fault-no-5xx": ["phone-code-bad", "codes-swapped"],
}
BREAKS_ENCRYPTED = {
    "phone-only-from-wechat/key": ["phone-claimed"],
    "watermark-checked": ["watermark-foreign"],
    "old-key-handled": ["old-key"],
}
#: What a backend may do as well, and the troubles in which that could look like a breach.
ALLOWED = {
    "none/message": ["side-calls"],
    "none/plain-token": ["phone-logins", "token-dead-once", "token-dead", "second-server"],
    "none/token-dead-at-first": ["phone-code-bad", "codes-swapped", "token-dead"],
    "none/call-ends-after-the-reply": ["phone-hangs"],
}
TROUBLES = [
    *("phone-logins", "phone-code-bad", "codes-swapped", "phone-claimed", "token-dead-once", "phone-busy"),
    "phone-busy-once",
    *("phone-quota", "phone-hangs", "token-dead", "token-quota", "token-address", "token-busy", "second-server"),
]


@pytest.mark.parametrize("rule", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_phone", "phone", rule, LOGIN, *BREAKS[rule]) == [rule.partition("/")[0]]


@pytest.mark.parametrize("rule", BREAKS_ENCRYPTED)
def test_a_backend_of_older_pages_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_phone", "phone", rule, ENCRYPTED, *BREAKS_ENCRYPTED[rule]) == [rule.partition("/")[0]]


def test_a_good_login_by_phone_code_gives_no_finding(audit):
    report = audit(["good_phone.py"], LOGIN, troubles=TROUBLES)

    assert report.findings == ()
    assert {"access-token-cached", "second-server-survived", "phone-code-in-its-place"} <= set(report.passed)


def test_a_good_login_by_encrypted_data_gives_no_finding(audit):
    report = audit(["good_phone.py"], ENCRYPTED, troubles=["phone-claimed", "watermark-foreign", "old-key"])

    assert report.findings == ()
    assert {"watermark-checked", "old-key-handled", "phone-only-from-wechat"} <= set(report.passed)


@pytest.mark.parametrize("variant", ALLOWED)
def test_what_a_backend_may_do_gives_no_finding(broken_by, variant):
    assert broken_by("good_phone", "phone", variant, LOGIN, *ALLOWED[variant]) == []


def test_a_good_login_by_phone_code_deserves_no_hint(audit):
    report = audit(["good_phone.py"], LOGIN, troubles=["crowd-while-hanging", "bad-code-burst"], hints=True)

    assert report.findings == ()
    assert {"circuit-opens", "rate-limited"} <= set(report.passed)


def test_whoever_refuses_what_comes_from_the_future_gives_no_finding(audit):
    both = LOGIN.replace("phone_code: ", 'encryptedData: "${encrypted_data}", iv: "${iv}", phone_code: ')
    command = ["variants", "good_phone", "phone", "none/clock"]

    report = audit(command, both, troubles=["second-server"])

    assert report.findings == ()
    assert "second-server-survived" in report.passed
