"""Promises about the rules on statuses and bodies: each has a backend that breaks it and no other rule."""

import pytest

#: The rule that the backend of this name breaks (what follows a colon tells variants apart), and where it shows.
BREAKS = {
    "server-fault-told-apart": ["invalid-code", "wechat-busy", "wechat-down", "secret-wrong"],
    "blocked-user-told": ["invalid-code", "blocked-user"],
    "no-stack-trace": ["invalid-code", "blocked-user"],
    "debug-mode-off": ["invalid-code", "secret-wrong"],
    "upstream-text-not-shown": ["invalid-code", "wechat-busy"],
    "upstream-text-not-shown: a rid": ["invalid-code", "wechat-busy"],
    "error-is-json": ["invalid-code", "blocked-user"],
    "client-fault-no-5xx": ["invalid-code", "foreign-code", "used-code"],
    "server-fault-no-200": ["invalid-code", "wechat-busy", "secret-wrong", "gateway-html"],
    "no-identity-no-login": ["reply-empty-object", "openid-missing", "invalid-code"],
    "no-identity-no-login: a token": ["reply-empty-object", "openid-missing"],
}


@pytest.mark.parametrize("variant", BREAKS)
def test_a_backend_breaks_one_rule_alone(broken_by, variant, described):
    assert broken_by("good_direct", "replies", variant, described, *BREAKS[variant]) == [variant.partition(":")[0]]
