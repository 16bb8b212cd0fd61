"""Promises about the line that a person reads for each exchange."""

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime

import pytest

from emulator.core.reply import Reply
from emulator.journal.console_log import ConsoleLog
from emulator.journal.exchange import Exchange
from emulator.journal.notes import catalogue
from emulator.journal.reasons import reason

NOTE = next(iter(catalogue().values()))
WHY = reason("secret-wrong", appid="wx1")


def exchange(**changes):
    reply = changes.pop("reply", None) or Reply(
        status=changes.pop("status", 200), body=json.dumps(changes.pop("json", {})).encode()
    )
    values = {
        "number": 1,
        "at": datetime(2026, 1, 1, 8, 0, 5, tzinfo=UTC),
        "operation": "casdoor.login",
        "method": "POST",
        "path": "/api/login/oauth/access_token",
        "query": "",
        "raw_headers": (),
        "request_body": b"",
        "reply": reply,
        "persona": "alice",
        "why": None,
        "notes": (),
        "faults": (),
        "inner": (),
    }
    return Exchange(**(values | changes))


def jwt(claims):
    return (
        "eyJhbGciOiJSUzI1NiJ9." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".c2ln"
    )


def test_a_reason_that_the_reply_gives_already_is_not_repeated() -> None:
    why = reason("world-unknown", name="x", known="main")
    refused = exchange(status=404, json={"error": "unknown_world", "message": str(why)}, why=why)

    assert ConsoleLog().line(refused).count(str(why)) == 1


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ({"json": {"openid": "oAlice", "session_key": "k"}}, "200 openid oAlice"),
        ({"json": {"errcode": 40029, "errmsg": "invalid code, rid: 6-1-2"}}, "200 40029 invalid code"),
        ({"json": {"errcode": 40001, "errmsg": "invalid credential rid: 6-1-2"}}, "200 40001 invalid credential"),
        ({"json": {"errcode": -1, "errmsg": "system error"}}, "200 -1 system error"),
        (
            {"json": {"error": "invalid_grant", "error_description": "no"}, "status": 400},
            "400 invalid_grant: no",
        ),
        ({"json": {"error": "invalid_client"}, "status": 401}, "401 invalid_client"),
        ({"json": {"status": "error", "msg": "Unauthorized operation"}}, "200 Unauthorized operation"),
        ({"json": {"access_token": jwt({"owner": "test", "name": "alice"})}}, "200 user test/alice"),
        ({"json": {"access_token": "not.a.token"}}, "200 POST /api/login/oauth/access_token"),
        ({"json": {"accessToken": "x", "organization": "test", "user": "alice"}}, "200 user test/alice"),
        ({"json": {"status": "ok", "data": {"owner": "test", "name": "alice"}}}, "200 user test/alice"),
        ({"json": {"status": "ok", "data": "Affected"}}, "200 ok"),
        ({"reply": Reply(status=404, body=b"<html>")}, "404 POST /api/login/oauth/access_token"),
        ({"reply": Reply(body=b"{broken")}, "200 POST /api/login/oauth/access_token"),
        ({"reply": Reply(failure="reset")}, "connection reset"),
        ({"reply": Reply(failure="empty")}, "connection closed without an answer"),
        ({"reply": Reply(failure="hang")}, "no answer, the connection hangs"),
        ({"reply": Reply(failure="truncated")}, "200 the reply breaks off half-way"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_line_tells_time_operation_persona_and_outcome(told, outcome) -> None:
    assert ConsoleLog().line(exchange(**told)) == f"08:00:05 casdoor.login          alice    {outcome}"


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_refusal_is_red(coding, pack) -> None:
    body = pack(b'{"status": "error", "msg": "Unauthorized operation"}')
    reply = Reply(headers=(("Content-Encoding", coding),), body=body)

    line = ConsoleLog(colour=True).line(exchange(reply=reply))

    assert line.endswith("\x1b[31m200 Unauthorized operation\x1b[0m")


def test_chinese_readers_get_chinese_outcomes() -> None:
    line = ConsoleLog(language="zh").line(exchange(reply=Reply(failure="hang")))

    assert line.endswith("没有应答，连接挂起")


def test_secrets_in_an_error_stay_off_the_terminal() -> None:
    said = {"error": "invalid_grant", "error_description": 'Get "https://w/?secret=s3cret&js_code=a": EOF'}

    line = ConsoleLog().line(exchange(json=said, status=400))

    assert line.endswith('400 invalid_grant: Get "https://w/?secret=***&js_code=a": EOF')


def test_a_refusal_tells_why() -> None:
    line = ConsoleLog().line(exchange(persona="", json={"errcode": 40125, "errmsg": "invalid appsecret"}, why=WHY))

    refusal = "200 40125 invalid appsecret · the secret is not the one of wx1"
    assert line == f"08:00:05 casdoor.login          -        {refusal}"


def test_chinese_readers_get_chinese_reasons() -> None:
    line = ConsoleLog(language="zh").line(exchange(json={"errcode": 40125, "errmsg": "invalid appsecret"}, why=WHY))

    assert line.endswith("200 40125 invalid appsecret · secret 与 wx1 的不符")


def test_a_note_is_explained_once_and_named_afterwards() -> None:
    narrator = ConsoleLog()

    lines = [narrator.line(exchange(json={"status": "ok"}, notes=(NOTE.id,))) for _ in range(2)]

    start = "08:00:05 casdoor.login          alice    200 ok"
    assert lines == [f"{start} · note {NOTE.id}: {NOTE.en}", f"{start} · note {NOTE.id} (as above)"]


def test_chinese_readers_get_chinese_notes() -> None:
    line = ConsoleLog(language="zh").line(exchange(notes=(NOTE.id,)))

    assert line.endswith(f"· 提示 {NOTE.id}: {NOTE.zh}")


def test_secrets_and_control_characters_stay_off_the_terminal() -> None:
    why = reason("secret-wrong", appid="\x1b[1m&secret=abc")

    line = ConsoleLog().line(exchange(path="/\x1b[2J\nx", why=why, json={}))

    told = "200 POST /�[2J x · the secret is not the one of �[1m&secret=***"
    assert line == f"08:00:05 casdoor.login          alice    {told}"


def test_colour_is_used_only_when_asked_for() -> None:
    line = ConsoleLog(colour=True).line(exchange(json={"error": "invalid_client"}, status=401))

    assert line == "\x1b[2m08:00:05\x1b[0m casdoor.login          alice    \x1b[31m401 invalid_client\x1b[0m"
