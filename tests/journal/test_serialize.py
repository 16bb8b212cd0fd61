"""Promises about an exchange as JSON; the whole of one is in web/test_control.py."""

import gzip
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from emulator.core.reply import Reply
from emulator.journal.bodies import MAX_SHOWN
from emulator.journal.exchange import Exchange
from emulator.journal.reasons import reason
from emulator.journal.reasons import shown as shown_reason
from emulator.journal.serialize import LazyEntry, instant, serialize_exchange, status_of
from emulator.world.trace import InnerCall

WHY = reason("code-unknown-strict", code="x")


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
        "why": None,
        "notes": (),
        "faults": (),
        "inner": (),
    }
    return Exchange(**(values | changes))


def shown(**changes):
    return serialize_exchange(made(**changes))


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


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_refusal_is_a_failure_and_can_be_read(coding, pack) -> None:
    said = b'{"status": "error", "msg": "Unauthorized operation"}'
    reply = Reply(headers=(("Content-Encoding", coding),), body=pack(said))

    exchange = shown(reply=reply)

    assert (exchange["response"]["body"], exchange["outcome"]) == (
        said.decode(),
        {
            "id": "api-error",
            "params": {"msg": "Unauthorized operation"},
            "failed": True,
            "en": "Unauthorized operation",
            "zh": "Unauthorized operation",
        },
    )


def test_secrets_in_a_compressed_body_are_concealed() -> None:
    reply = Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(b'{"clientSecret": "s3cret"}'))

    assert shown(reply=reply)["response"]["body"] == '{"clientSecret": "***"}'


def test_a_body_that_is_long_once_decompressed_is_shown_in_part() -> None:
    reply = Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(b"a" * (MAX_SHOWN + 1)))

    response = shown(reply=reply)["response"]

    assert (len(response["body"]), response["cut"]) == (MAX_SHOWN, True)


def test_a_reason_is_shown_as_a_text_and_in_full() -> None:
    exchange = shown(why=WHY)

    assert (exchange["why"], exchange["reason"]) == (str(WHY), shown_reason(WHY))


def test_without_a_reason_both_are_null() -> None:
    exchange = shown()

    assert (exchange["why"], exchange["reason"]) == (None, None)


def test_a_call_inside_has_its_own_reason_and_outcome() -> None:
    reply = Reply(body=b'{"errcode": 40029, "errmsg": "invalid code, rid: 1-2"}')
    call = InnerCall(
        operation="wechat.code2session", url="https://w/sns/jscode2session?js_code=x", reply=reply, why=WHY
    )

    (inner,) = shown(inner=(call,))["inner"]

    assert inner == {
        "operation": "wechat.code2session",
        "url": "https://w/sns/jscode2session?js_code=x",
        "response": {"status": 200, "headers": [], "body": reply.text},
        "faults": [],
        "outcome": {
            "id": "wechat-error",
            "params": {"errcode": "40029", "errmsg": "invalid code"},
            "failed": True,
            "en": "40029 invalid code",
            "zh": "40029 invalid code",
        },
        "why": str(WHY),
        "reason": shown_reason(WHY),
    }


def test_a_call_inside_that_only_answers_is_named_by_its_path() -> None:
    call = InnerCall(operation="wechat.code2session", url="https://w/sns/jscode2session?secret=x", reply=Reply())

    (inner,) = shown(inner=(call,))["inner"]

    assert inner["outcome"]["en"] == "GET /sns/jscode2session"


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
    exchange = made(number=7, why=WHY)

    lazy = LazyEntry(exchange)

    assert (lazy["number"], dict(lazy), len(lazy)) == (
        exchange.number,
        serialize_exchange(exchange),
        len(serialize_exchange(exchange)),
    )
