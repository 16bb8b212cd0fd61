"""Promises about what the journal and the terminal never show."""

import pytest

from emulator.journal.redact import redact, redact_header

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJvd25lciI6InRlc3QifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("appid=wx1&secret=abc123&js_code=alice", "appid=wx1&secret=***&js_code=alice"),
        ("client_id=x&client_secret=abc123", "client_id=x&client_secret=***"),
        ("clientId=x&clientSecret=abc123", "clientId=x&clientSecret=***"),
        ('{"client_secret": "a\\"b", "tag": "x"}', '{"client_secret": "***", "tag": "x"}'),
        ('{"password":"hunter2"}', '{"password":"***"}'),
        (
            'Get "https://api.weixin.qq.com/x?appid=a&secret=b&js_code=c": EOF',
            'Get "https://api.weixin.qq.com/x?appid=a&secret=***&js_code=c": EOF',
        ),
        (f'{{"access_token": "{JWT}"}}', '{"access_token": "eyJhbGci…dXJl"}'),
        (f"accessToken={JWT}", "accessToken=eyJhbGci…dXJl"),
        ("access_token=97_0123456789abcdefghij", "access_token=97_01234…ghij"),
        ("secretary=kept&not_a_secret", "secretary=kept&not_a_secret"),
    ],
)
def test_secrets_are_hidden_and_tokens_shortened(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", f"Bearer {JWT}", "Bearer ***"),
        ("Authorization", "Basic YTpi", "Basic ***"),
        ("X-Mockdoor-Token", "abc", "***"),
        ("Cookie", "casdoor_session_id=0123456789abcdef", "casdoor_session_id=0123…"),
        ("Host", "localhost:8000", "localhost:8000"),
    ],
)
def test_credentials_in_headers_are_hidden(name: str, value: str, shown: str) -> None:
    assert redact_header(name, value) == shown
