"""Promises about the rules on who somebody is: each has a backend that breaks it and no other rule."""

import pytest

#: The rule that the backend of this name breaks (what follows a colon tells variants apart), and where it shows.
BREAKS = {
    "same-person-same-account": ["cold-start", "returning-user", "two-people", "no-unionid"],
    "two-people-two-accounts": ["cold-start", "returning-user", "two-people", "no-unionid"],
    "unionid-optional": ["cold-start", "returning-user", "two-people", "no-unionid"],
    "unionid-optional: keyed by it": ["cold-start", "returning-user", "two-people", "no-unionid"],
    "foreign-app-refused": ["foreign-code", "two-people"],
    "no-account-twice": ["cold-start", "returning-user", "two-people", "no-unionid"],
    "openid-no-credential": ["id-as-credential", "bad-session"],
    "openid-no-credential: for the code": ["id-as-credential", "bad-session"],
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant, described):
    assert broken_by("good_direct", "identity", variant, described, *BREAKS[variant]) == [variant.partition(":")[0]]
