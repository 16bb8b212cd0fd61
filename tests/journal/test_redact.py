"""Promises about what the journal and the terminal never show."""

import re
from itertools import product

import pytest

from emulator.journal.redact import is_jwt, jwts_in, redact, redact_header

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJvd25lciI6InRlc3QifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("appid=wx1&secret=abc123&js_code=alice", "appid=wx1&secret=***&js_code=alice"),
        ("client_id=x&client_secret=abc123", "client_id=x&client_secret=***"),
        ("clientId=x&clientSecret=abc123", "clientId=x&clientSecret=***"),
        ('{"client_secret": "a\\"b", "tag": "x"}', '{"client_secret": "***", "tag": "x"}'),
        ('{"password":"hunter2"}', '{"password":"***"}'),
        ('{"password":"hunter\\\n2"}', '{"password":"***"}'),
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


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param("-eyJ", id="starts of tokens in one run"),
        pytest.param("eyJ-", id="starts of tokens at the start"),
        pytest.param("eyJa. ", id="tokens with one dot"),
        pytest.param("eyJa.-eyJ ", id="halves of tokens"),
        pytest.param('"access_token":"', id="empty fields"),
        pytest.param('"access_token":"0123456789a', id="fields too short"),
        pytest.param('"secret"' + " " * 50, id="blanks without a colon"),
        pytest.param("&secret=", id="empty parameters"),
        pytest.param("&access_token=012345678", id="short parameters"),
        pytest.param("\\", id="backslashes"),
        pytest.param("=", id="equals signs"),
        pytest.param('"', id="quotes"),
    ],
)
def test_a_megabyte_made_to_be_slow_is_redacted_all_the_same(hostile: str) -> None:
    """A pattern that starts anew at every character and looks at the rest each time would take hours here."""
    megabyte = hostile * (MEGABYTE // len(hostile))

    assert redact(megabyte + ' {"password":"hunter2"}') == megabyte + ' {"password":"***"}'


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        pytest.param("?secret=" * 125_000, "?secret=***", id="parameters in a parameter"),
        pytest.param('"secret":"' + "\\" * MEGABYTE, '"secret":"***', id="backslashes in a secret"),
        pytest.param(
            '"access_token":"' + '\\"' * 500_000, '"access_token":"\\"\\"\\"\\"…\\"\\"', id="quotes in a token"
        ),
        pytest.param("eyJa." * 200_001, "eyJa.eyJ…eyJa." * 66_667, id="tokens without end"),
    ],
)
def test_a_megabyte_of_secrets_is_hidden(hostile: str, shown: str) -> None:
    assert redact(hostile) == shown


PLAIN = re.compile(r"\beyJ[\w-]+\.[\w-]*\.[\w-]*")


def test_tokens_are_found_where_the_plain_pattern_finds_them() -> None:
    texts = ["".join(parts) for size in range(8) for parts in product(("eyJ", "a", "-", ".", " "), repeat=size)]

    assert [text for text in texts if list(jwts_in(text)) != PLAIN.findall(text)] == []
    assert [text for text in texts if is_jwt(text) != bool(PLAIN.fullmatch(text))] == []


def test_a_megabyte_in_a_cookie_or_a_header_is_redacted_all_the_same() -> None:
    cookie = "session_id=abc " * (MEGABYTE // 15)
    header = "-eyJ" * (MEGABYTE // 4)

    assert redact_header("Cookie", cookie + "session_id=0123456789abcdef") == cookie + "session_id=0123…"
    assert redact_header("X-Trace", header) == header
