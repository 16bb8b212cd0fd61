"""Promises about who may use the control API."""

import pytest
from werkzeug.datastructures import Headers

from emulator.web.guard import refusal

TOKEN = "s3cret"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:8000"},
        {"Host": "localhost:8000"},
        {"Host": "app.localhost"},
        {"Host": "[::1]:8000"},
        {"Host": "127.3.2.1"},
        {},
        {"Host": "localhost:8000", "Origin": "http://localhost:8000"},
        {"Host": "LOCALHOST:80", "Origin": "http://localhost"},
    ],
    ids=str,
)
def test_this_machine_may_change_an_emulator_on_loopback(headers: dict[str, str]) -> None:
    assert refusal(Headers(headers), mutating=True, loopback=True, token="") is None


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Host": "evil.example"}, "the Host 'evil.example' is not this machine; use localhost or 127.0.0.1"),
        ({"Host": "127.0.0.1.evil.example:8000"}, "is not this machine"),
        ({"Host": "127.0.0.evil"}, "is not this machine"),
        ({"Host": "localhost:x"}, "is not this machine"),
        (
            {"Host": "localhost:8000", "Origin": "https://evil.example"},
            "a page of 'https://evil.example' may not change this emulator; only pages of http://localhost:8000 may",
        ),
        ({"Host": "localhost:8000", "Origin": "http://localhost:5173"}, "may not change this emulator"),
        ({"Host": "localhost:8000", "Origin": "null"}, "may not change this emulator"),
        ({"Host": "localhost:8000", "Origin": ""}, "may not change this emulator"),
    ],
    ids=str,
)
def test_foreign_pages_and_names_may_not(headers: dict[str, str], reason: str) -> None:
    assert reason in str(refusal(Headers(headers), mutating=True, loopback=True, token=""))


def test_foreign_pages_may_ask_but_not_for_changes() -> None:
    headers = Headers({"Host": "localhost:8000", "Origin": "https://elsewhere.example"})

    assert refusal(headers, mutating=False, loopback=True, token="") is None


def test_a_name_that_was_made_to_resolve_here_may_not_even_look() -> None:
    headers = Headers({"Host": "rebound.example:8000", "Origin": "http://rebound.example:8000"})

    assert "is not this machine" in str(refusal(headers, mutating=False, loopback=True, token=""))


@pytest.mark.parametrize("mutating", [False, True])
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"X-Mockdoor-Token": ""}]
)
def test_off_loopback_every_call_needs_the_token(headers: dict[str, str], mutating: bool) -> None:
    why = refusal(Headers({"Host": "box:8000", **headers}), mutating=mutating, loopback=False, token=TOKEN)

    assert "control calls need the token that it printed at start" in str(why)


@pytest.mark.parametrize("headers", [{"Authorization": f"Bearer {TOKEN}"}, {"X-Mockdoor-Token": TOKEN}])
def test_off_loopback_the_token_opens_under_any_host(headers: dict[str, str]) -> None:
    given = Headers({"Host": "box:8000", **headers})

    assert refusal(given, mutating=True, loopback=False, token=TOKEN) is None


def test_off_loopback_a_forgotten_token_opens_nothing() -> None:
    assert refusal(Headers({"X-Mockdoor-Token": ""}), mutating=False, loopback=False, token="") is not None
