"""Promises about the rules on secrets: each has a backend that breaks it and no other rule."""

import pytest

#: The rule that the backend of this name breaks (what follows a colon tells variants apart), and where it shows.
BREAKS = {
    "appsecret-not-sent": ["wechat-busy", "wechat-down"],
    "session-key-not-sent": ["returning-user", "invalid-code"],
    "session-key-not-sent: in a cookie": ["returning-user", "invalid-code"],
    "wechat-token-not-sent": ["returning-user"],
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant, described):
    assert broken_by("good_direct", "secrecy", variant, described, *BREAKS[variant]) == [variant.partition(":")[0]]
