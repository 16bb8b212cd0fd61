"""Promises about the rules on what a backend reads: each has a backend that breaks it and no other."""

import pytest

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request:
      method: POST
      path: /phone
      json: {code: "${code}", phone_code: "${phone_code}", nickname: "${nickname}", avatar: "${avatar}"}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /profile, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
"""
FORM = LOGIN.replace("json: {code:", "form: {code:")
TROUBLES = [
    *("nicknames", "hostile-nicknames", "temporary-avatars", "extra-fields"),
    *("malformed-body", "other-methods", "foreign-origin"),
]
#: The rule, after `/` which of its variants, and the troubles in which it shows.
BREAKS = {
    "text-plain-accepted": [],
    "nickname-any-language": ["nicknames"],
    "nickname-any-language/strict": ["nicknames"],
    "nickname-harmless": ["hostile-nicknames", "nicknames"],
    "nickname-harmless/computed": ["hostile-nicknames", "nicknames"],
    "avatar-not-temporary": ["temporary-avatars"],
    "avatar-not-temporary/fetched": ["temporary-avatars"],
    "avatar-not-temporary/later": ["temporary-avatars"],
    "extra-fields-ignored": ["extra-fields"],
    "extra-fields-ignored/one-refused": ["extra-fields"],
    "malformed-body-4xx": ["malformed-body", "extra-fields"],
    "login-by-post-only": ["other-methods", "malformed-body"],
    "cors-closed": ["foreign-origin"],
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, rule):
    assert broken_by("good_phone", "inputs", rule, LOGIN, *BREAKS[rule]) == [rule.partition("/")[0]]


@pytest.mark.parametrize("choice", ["none/form", "none/shortened", "none/no-nickname", "none/numbered", "none/echo"])
def test_what_a_backend_may_decide_either_way_gives_no_finding(broken_by, choice):
    assert broken_by("good_phone", "inputs", choice, LOGIN, *TROUBLES) == []


def test_a_form_that_cannot_be_read_has_to_be_refused(broken_by):
    assert broken_by("good_phone", "inputs", "malformed-body-4xx/form", FORM, "malformed-body") == [
        "malformed-body-4xx"
    ]
    assert broken_by("good_phone", "inputs", "none/form-read", FORM, "malformed-body", "other-methods") == []


def test_a_backend_that_takes_no_nickname_is_not_examined_about_them(audit):
    report = audit(["variants", "good_phone", "inputs", "none/no-nickname"], LOGIN, troubles=["nicknames"])

    assert "nickname-any-language" in {one.rule for one in report.not_examined}


def test_a_good_backend_reads_everything_well(audit):
    report = audit(["good_phone.py"], LOGIN, troubles=TROUBLES)

    assert report.findings == ()
    assert {rule.partition("/")[0] for rule in BREAKS} <= set(report.passed)
