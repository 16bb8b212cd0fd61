"""Promises about the rules on sessions: each has a backend that breaks it and no other rule."""

import pytest

#: The rule that the backend of this name breaks (what follows a colon tells variants apart), and where it shows.
BREAKS = {
    "session-token-unpredictable": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
    "session-token-unpredictable: counted": [
        "many-logins",
        "chosen-session",
        "bad-session",
        "logged-out",
        "two-people",
    ],
    "session-token-unpredictable: openid and time": [
        "many-logins",
        "chosen-session",
        "bad-session",
        "logged-out",
        "two-people",
    ],
    "session-token-unpredictable: short": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
    "session-token-unpredictable: weak key": [
        "many-logins",
        "chosen-session",
        "bad-session",
        "logged-out",
        "two-people",
    ],
    "session-token-unpredictable: unsigned": [
        "many-logins",
        "chosen-session",
        "bad-session",
        "logged-out",
        "two-people",
    ],
    "session-new-at-login": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
    "bad-session-refused": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
    "session-ends": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
    "logout-ends-session": ["many-logins", "chosen-session", "bad-session", "logged-out", "two-people"],
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant, described):
    assert broken_by("good_direct", "sessions", variant, described, *BREAKS[variant]) == [variant.partition(":")[0]]
