"""Promises about what the rules on input make of replies that no backend here gives by itself."""

import pytest

MALFORMED = "malformed-body"
NICKNAMES = "nicknames"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"status": 500}, [("malformed-crash", None)]),
        ({"status": 500, "outcome": "refused"}, [("malformed-crash", "info")]),
        ({"failure": "empty"}, [("malformed-crash", None)]),
        ({"failure": "truncated"}, [("malformed-crash", None)]),
        ({"failure": "reset"}, []),
        ({"status": 415}, []),
    ],
)
def test_a_body_that_was_not_read_may_end_in_a_reset(verdict, reply, expected):
    seen = verdict("malformed-body-4xx", [{"trouble": MALFORMED, **reply}])

    assert [(one.key, one.severity) for one in seen] == expected


@pytest.mark.parametrize(
    ("kept", "keys"),
    [
        ("小明", []),
        ("小明#7", []),
        ("小", []),
        ("小…", []),
        ("??", ["nickname-changed"]),
        ("", ["nickname-changed"]),
    ],
)
def test_a_nickname_may_be_cut_or_added_to_but_not_changed(verdict, kept, keys):
    plain = {"trouble": NICKNAMES, "label": "plain", "outcome": "success", "body": '{"nickname": "Ming"}'}
    chinese = {"trouble": NICKNAMES, "label": "Chinese", "outcome": "success", "body": f'{{"nickname": "{kept}"}}'}

    assert [one.key for one in verdict("nickname-any-language", [plain, chinese])] == keys


def test_a_name_that_is_no_nickname_says_nothing_of_it(verdict):
    plain = {"trouble": NICKNAMES, "label": "plain", "outcome": "success", "body": '{"name": "Ming"}'}
    chinese = {"trouble": NICKNAMES, "label": "Chinese", "outcome": "success", "body": '{"name": "user_7"}'}

    assert verdict("nickname-any-language", [plain, chinese]) == []


def test_a_logged_in_that_does_not_answer_leaves_extra_fields_unexamined(verdict):
    login = {"trouble": "extra-fields", "outcome": "success", "label": "with them"}
    look = {"trouble": "extra-fields", "label": "with them → logged_in", "status": 500, "is_login": False}

    assert verdict("extra-fields-ignored", [login, look]) == "control"


def test_nicknames_and_foreign_pages_are_no_plain_logins(evidence):
    seen = evidence([{"trouble": one} for one in ("none", NICKNAMES, "foreign-origin")])

    assert [one.trouble for one in seen.logins("none")] == ["none"]
