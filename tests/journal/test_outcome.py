"""Promises about what a reply says of how a call went, compressed replies included."""

import gzip
import json
import re
import zlib
from pathlib import Path

import pytest

from emulator.core.phrases import MAX_VALUE, phrases
from emulator.journal import outcome as module
from emulator.journal.bodies import MAX_DECODED, decoded_body
from emulator.journal.exchange import Reply
from emulator.journal.outcome import Outcome, outcome_of, outcome_of_reply

REFUSAL = {"status": "error", "msg": "Unauthorized operation"}
TEXT = json.dumps(REFUSAL).encode()
NOISE = b"".join(zlib.crc32(bytes([one % 256, one // 256])).to_bytes(4, "big") for one in range(2000))


def outcome(body=b"", status=200, failure=None, headers=()):
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    return outcome_of(status=status, failure=failure, headers=headers, body=given, method="GET", path="/x")


def raw_deflate(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("told", "line", "failed"),
    [
        ({"body": {"errcode": 40029, "errmsg": "invalid code, rid: 6-1"}}, "200 40029 invalid code", True),
        ({"body": {"errcode": -1}}, "200 -1", True),
        ({"body": {"errcode": 40029.0, "errmsg": "x"}}, "200 40029 x", True),
        ({"body": b'{"errcode": ' + b"9" * 400 + b"}"}, "200 " + "9" * 400, True),
        ({"body": {"errcode": 0, "openid": "o"}}, "200 openid o", False),
        ({"body": {"error": "invalid_grant", "error_description": "no"}, "status": 400}, "400 invalid_grant: no", True),
        ({"body": {"error": "unknown_world", "message": "no t1"}, "status": 404}, "404 unknown_world: no t1", True),
        ({"body": {"error": "invalid_client"}, "status": 401}, "401 invalid_client", True),
        ({"body": REFUSAL}, "200 Unauthorized operation", True),
        ({"body": {"status": "error", "msg": ""}}, "200 an error without a message", True),
        ({"body": {"status": "ok", "data": {"owner": "test", "name": "alice"}}}, "200 user test/alice", False),
        ({"body": {"status": "ok"}}, "200 ok", False),
        ({"body": {"status": "ok"}, "status": 503}, "503 GET /x", True),
        ({"body": b"<html>", "status": 404}, "404 GET /x", True),
        ({"body": b"[" * 100_000}, "200 GET /x", False),
        ({"body": b'{"a":' * 100_000}, "200 GET /x", False),
        ({"failure": "reset"}, "connection reset", True),
        ({"failure": "truncated"}, "200 the reply breaks off half-way", True),
        ({"failure": "truncated", "status": 0}, "the reply breaks off half-way", True),
        ({"failure": "timeout", "status": 0}, "no answer in time", True),
        ({"failure": "refused", "status": 0}, "connection refused", True),
        ({"failure": "SSLError: bad", "status": 0}, "no reply: SSLError: bad", True),
        ({"status": None}, "GET /x", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reply_says_how_the_call_went(told, line: str, failed: bool) -> None:
    found = outcome(**told)

    assert (found.line("en"), found.failed) == (line, failed)


def test_chinese_readers_get_chinese_sentences() -> None:
    assert outcome({"owner": "test", "name": "alice"}).line("zh") == "200 用户 test/alice"
    assert outcome(failure="truncated").line("zh") == "200 应答中途断开"


def test_json_carries_all_that_a_door_needs() -> None:
    assert outcome({"owner": "test", "name": "alice"}).as_json() == {
        "id": "user",
        "params": {"user": "test/alice"},
        "failed": False,
        "en": "user test/alice",
        "zh": "用户 test/alice",
    }


def test_a_reply_of_the_journal_is_read_the_same_way() -> None:
    reply = Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(TEXT))

    assert outcome_of_reply(reply, method="GET", path="/x") == Outcome(
        id="api-error", params={"msg": "Unauthorized operation"}, failed=True, status=200
    )


def test_secrets_in_an_error_are_concealed_and_long_ones_shortened() -> None:
    said = {"error": "e", "error_description": 'Get "https://w/?secret=s3cret&js_code=' + "c" * 5000}

    description = outcome(said).params["description"]

    assert description.startswith('Get "https://w/?secret=***&js_code=ccc')
    assert len(description) == MAX_VALUE


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", "raw deflate", "deflate, gzip", "identity"])
def test_a_compressed_refusal_is_a_failure(coding: str) -> None:
    packed = {
        "deflate": zlib.compress(TEXT),
        "raw deflate": raw_deflate(TEXT),
        "deflate, gzip": gzip.compress(zlib.compress(TEXT)),
        "identity": TEXT,
    }.get(coding, gzip.compress(TEXT))

    found = outcome(packed, headers=(("content-encoding", coding.removeprefix("raw ")),))

    assert (found.failed, found.line("en")) == (True, "200 Unauthorized operation")


@pytest.mark.parametrize(("name", "value"), [("Content-Type", "gzip"), ("Content-Encoding", "br")])
def test_nothing_is_decoded_unless_a_header_asks_for_it(name: str, value: str) -> None:
    packed = gzip.compress(TEXT)

    assert decoded_body(((name, value),), packed) == packed


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_was_never_compressed_is_read_as_it_is(coding: str) -> None:
    assert decoded_body((("Content-Encoding", coding),), TEXT) == TEXT


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(NOISE)), ("deflate", zlib.compress(NOISE)), ("deflate", raw_deflate(NOISE))],
    ids=["gzip", "zlib", "raw"],
)
def test_of_a_truncated_body_the_beginning_is_read(coding: str, packed: bytes) -> None:
    found = decoded_body((("Content-Encoding", coding),), packed[: len(packed) // 2])

    assert len(found) > len(NOISE) // 3
    assert NOISE.startswith(found)


def test_of_a_damaged_body_what_comes_before_the_damage_is_read() -> None:
    packed = gzip.compress(NOISE + TEXT, mtime=0)

    wrong_sum = decoded_body((("Content-Encoding", "gzip"),), packed[:-8] + bytes(8))
    # A stored block whose length does not match its complement.
    wrong_block = zlib.compressobj(wbits=31)
    broken = wrong_block.compress(NOISE) + wrong_block.flush(zlib.Z_FULL_FLUSH) + b"\x01\x05\x00\x00\x00"

    assert wrong_sum == NOISE + TEXT
    assert decoded_body((("Content-Encoding", "gzip"),), broken) == NOISE


def test_members_of_gzip_are_read_one_after_another() -> None:
    packed = gzip.compress(TEXT[:10]) + gzip.compress(TEXT[10:])

    assert decoded_body((("Content-Encoding", "gzip"),), packed) == TEXT


@pytest.mark.parametrize("damage", [b"", bytes(8)], ids=["whole", "damaged"])
def test_a_bomb_is_read_up_to_a_bound(damage: bytes) -> None:
    packed = gzip.compress(bytes(64 * MAX_DECODED))

    found = decoded_body((("Content-Encoding", "gzip"),), packed[: len(packed) - len(damage)] + damage)

    assert len(found) == MAX_DECODED


def test_many_bombs_in_one_body_share_the_bound() -> None:
    packed = gzip.compress(bytes(MAX_DECODED // 2)) * 5

    assert len(decoded_body((("Content-Encoding", "gzip"),), packed)) == MAX_DECODED


def test_every_sentence_is_used_by_the_code() -> None:
    code = Path(module.__file__).read_text("utf-8")

    assert [name for name in phrases("outcomes") if f'"{name}"' not in code] == []
    assert set(re.findall(r'"((?:broken|http|wechat|oauth|api)-[a-z-]+)"', code)) <= phrases("outcomes").keys()
