"""Promises about an exchange as JSON; the whole of one is in web/test_control.py."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.journal.serialize import LazyEntry, entry, instant, status_of


def made(**changes):
    values = {
        "number": 1,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "operation": "wechat.code2session",
        "method": "GET",
        "path": "/",
        "query": "",
        "raw_headers": (),
        "request_body": b"",
        "reply": Reply(),
        "persona": "",
        "why": "",
        "notes": (),
        "faults": (),
        "inner": (),
    }
    return Exchange(**(values | changes))


def shown(**changes):
    return entry(made(**changes))


@pytest.mark.parametrize(
    ("failure", "status"), [(None, 200), ("truncated", 200), ("reset", None), ("empty", None), ("hang", None)]
)
def test_a_connection_that_breaks_before_a_status_has_none(failure, status) -> None:
    assert status_of(Reply(failure=failure)) == status


def test_a_broken_connection_says_how() -> None:
    assert shown(reply=Reply(failure="reset"))["response"] == {
        "status": None,
        "headers": [],
        "body": "",
        "failure": "reset",
    }


def test_a_body_kept_in_part_says_so() -> None:
    exchange = shown(request_body=b"aa", cut=("request",))

    assert (exchange["request"], exchange["response"]["body"]) == ({"headers": [], "body": "aa", "cut": True}, "")


def test_bytes_that_are_no_text_are_shown_as_replaced() -> None:
    assert shown(request_body=b"\xff\x00")["request"]["body"] == "�\x00"


def test_a_note_that_nobody_knows_keeps_its_id() -> None:
    assert shown(notes=("unheard-of",))["notes"] == [{"id": "unheard-of"}]


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 1500, tzinfo=UTC), "2026-01-01T00:00:00.001Z"),
        (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8))), "2026-01-01T00:00:00+08:00"),
    ],
    ids=str,
)
def test_instants_are_rfc_3339(at, text) -> None:
    assert instant(at) == text


def test_a_lazy_entry_is_the_same_as_a_whole_one() -> None:
    exchange = made(number=7, why="because")

    lazy = LazyEntry(exchange)

    assert (lazy["number"], dict(lazy), len(lazy)) == (exchange.number, entry(exchange), len(entry(exchange)))
