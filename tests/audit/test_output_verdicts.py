"""Promises about what the rules on output make of lines that no backend here prints by itself."""

import pytest

from emulator.audit.canaries import Canaries

ACCESS = '127.0.0.1 - - [25/Nov/2026] "POST /login HTTP/1.1" 503 -'


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        (ACCESS, ["trouble-unnamed"]),
        ("a user logs in", ["trouble-vague"]),
        ("ERROR login failed", ["trouble-vague"]),
        ("WeChat cannot be used: ConnectTimeout", []),
        ("jscode2session: errcode 40125", []),
        ("请求微信超时", []),
    ],
)
def test_a_line_about_an_outage_has_to_name_a_cause(verdict, line, keys):
    seen = verdict("log-names-trouble", [{"trouble": "wechat-down", "output": f"{ACCESS}\n{line}\n"}])

    assert [one.key for one in seen] == keys


def test_every_kind_of_secret_that_was_printed_is_named(verdict):
    canaries = Canaries()
    canaries.add("appsecret", "f0e1d2c3b4a5968778695a4b3c2d1e0f")
    canaries.add("session_key", "AAECAwQFBgcICQoLDA0ODw==")
    first = {"trouble": "none", "output": "key AAECAwQFBgcICQoLDA0ODw=="}
    second = {"trouble": "wechat-down", "output": "secret f0e1d2c3b4a5968778695a4b3c2d1e0f"}

    [seen] = verdict("log-without-secrets", [first, second], canaries=canaries)

    assert (seen.severity, seen.probe.trouble) == ("error", "wechat-down")
    assert "appsecret" in seen.params["secrets"]
    assert "session_key" in seen.params["secrets"]
