"""Promises about the journal as a HAR 1.2 log."""

import base64
import gzip
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.journal.har import har
from emulator.world.trace import InnerCall

BASE = "http://127.0.0.1:8000"


def thing(required, **optional):
    """A closed object of HAR; `comment` and names that begin with _ are allowed everywhere."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional | {"comment": {"type": "string"}},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


TEXT, NUMBER, SIZE = {"type": "string"}, {"type": "number", "minimum": 0}, {"type": "integer", "minimum": -1}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
PAIRS = {"type": "array", "items": thing({"name": TEXT, "value": TEXT})}
MESSAGE = {"httpVersion": TEXT, "cookies": PAIRS, "headers": PAIRS, "headersSize": SIZE, "bodySize": SIZE}
POST_DATA = thing({"mimeType": TEXT}, text=TEXT, params={"type": "array"})
CONTENT = thing({"size": SIZE, "mimeType": TEXT}, text=TEXT, encoding={"const": "base64"}, compression=SIZE)
ENTRY = thing(
    {
        "startedDateTime": INSTANT,
        "time": NUMBER,
        "request": thing(
            MESSAGE | {"method": TEXT, "url": TEXT | {"pattern": "^https?://"}, "queryString": PAIRS},
            postData=POST_DATA,
        ),
        "response": thing(
            MESSAGE | {"status": NUMBER, "statusText": TEXT, "content": CONTENT, "redirectURL": TEXT},
        ),
        "cache": thing({}),
        "timings": thing({"send": NUMBER, "wait": NUMBER, "receive": NUMBER}),
    },
)
#: The essence of http://www.softwareishard.com/blog/har-12-spec/ as a schema.
HAR = thing(
    {
        "log": thing(
            {
                "version": {"const": "1.2"},
                "creator": thing({"name": TEXT, "version": TEXT}),
                "entries": {"type": "array", "items": ENTRY},
            },
            pages={"type": "array"},
        )
    }
)


def entries(*exchanges):
    log = har(exchanges, base=BASE)
    Draft202012Validator(HAR).validate(log)
    return log["log"]["entries"]


def exchange(**changes):
    usual = {
        "number": 7,
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "operation": "casdoor.login",
        "method": "GET",
        "path": "/api/x",
        "query": "",
        "reply": Reply(headers=(("Content-Type", "text/plain"),), body=b"hello"),
    }
    return Exchange(**usual | changes)


def test_an_exchange_is_an_entry() -> None:
    sent = {
        "query": "a=1&b=%E6%9C%B5",
        "method": "POST",
        "raw_headers": (("CONTENT_TYPE", "text/plain"), ("HTTP_COOKIE", "x=1; y=2")),
        "request_body": b"hi",
    }

    (entry,) = entries(exchange(**sent))

    assert entry["startedDateTime"] == "2026-01-01T00:00:00Z"
    assert entry["request"] == {
        "method": "POST",
        "url": f"{BASE}/api/x?a=1&b=%E6%9C%B5",
        "httpVersion": "HTTP/1.1",
        "cookies": [{"name": "x", "value": "1"}, {"name": "y", "value": "2"}],
        "headers": [{"name": "Content-Type", "value": "text/plain"}, {"name": "Cookie", "value": "x=1; y=2"}],
        "queryString": [{"name": "a", "value": "1"}, {"name": "b", "value": "朵"}],
        "postData": {"mimeType": "text/plain", "text": "hi"},
        "headersSize": -1,
        "bodySize": 2,
    }
    assert entry["response"] == {
        "status": 200,
        "statusText": "OK",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": "Content-Type", "value": "text/plain"}],
        "content": {"size": 5, "mimeType": "text/plain", "text": "hello"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": 5,
    }


def test_a_call_inside_is_an_entry_behind_its_exchange() -> None:
    url = "https://api.weixin.qq.com/sns/jscode2session?secret=s3cret&js_code=x"
    call = InnerCall(operation="wechat.code2session", url=url, reply=Reply(body=b"{}"))

    outer, inner = entries(exchange(inner=(call,)))

    assert (outer["_number"], inner["_inside"], inner["_operation"]) == (7, 7, "wechat.code2session")
    assert inner["request"]["url"] == "https://api.weixin.qq.com/sns/jscode2session?secret=***&js_code=x"
    assert inner["request"]["queryString"][0] == {"name": "secret", "value": "***"}


@pytest.mark.parametrize("failure", ["reset", "empty", "hang"])
def test_a_broken_connection_has_status_0_and_says_how(failure) -> None:
    (entry,) = entries(exchange(reply=Reply(failure=failure)))

    assert (entry["response"]["status"], entry["_error"]) == (0, failure)


def test_a_status_without_a_name_is_fine() -> None:
    (entry,) = entries(exchange(reply=Reply(status=599)))

    assert (entry["response"]["status"], entry["response"]["statusText"]) == (599, "")


def test_a_compressed_reply_can_be_read() -> None:
    reply = Reply(headers=(("Content-Encoding", "gzip"),), body=gzip.compress(b'{"a": 1}'))

    (entry,) = entries(exchange(reply=reply))

    assert entry["response"]["content"]["text"] == '{"a": 1}'


def test_bytes_that_are_no_text_are_base64() -> None:
    (entry,) = entries(exchange(reply=Reply(body=b"\xff\x00"), request_body=b"\xfe"))

    content, posted = entry["response"]["content"], entry["request"]["postData"]
    assert (base64.b64decode(content["text"]), content["encoding"]) == (b"\xff\x00", "base64")
    assert (base64.b64decode(posted["text"]), posted["_encoding"]) == (b"\xfe", "base64")


SECRETS = {
    "query": {"query": "secret=s3cret"},
    "header": {"raw_headers": (("HTTP_AUTHORIZATION", "Bearer s3cret"),)},
    "cookie": {"raw_headers": (("HTTP_COOKIE", "casdoor_session_id=0123s3cret"),)},
    "form": {"request_body": b"client_secret=s3cret"},
    "reply": {"reply": Reply(body=b'{"clientSecret": "s3cret"}')},
    "set-cookie": {"reply": Reply(headers=(("Set-Cookie", "casdoor_session_id=0123s3cret; Path=/"),))},
    "location": {"reply": Reply(status=302, headers=(("Location", "/x?secret=s3cret"),))},
}


@pytest.mark.parametrize("sent", SECRETS.values(), ids=SECRETS)
def test_secrets_are_redacted(sent) -> None:
    (entry,) = entries(exchange(**sent))

    assert "s3cret" not in str(entry)


def test_secrets_between_bytes_that_are_no_text_are_redacted() -> None:
    (entry,) = entries(exchange(request_body=b"\xff&client_secret=s3cret"))

    assert base64.b64decode(entry["request"]["postData"]["text"]) == b"\xff&client_secret=***"


def test_the_server_gives_the_log_of_a_login(client) -> None:
    form = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}
    client.post("/api/login/oauth/access_token", data=form)
    client.get("/api/get-account")

    log = client.get("/_emulator/journal.har?operation=casdoor.login")

    Draft202012Validator(HAR).validate(log.json)
    operations = [entry["_operation"] for entry in log.json["log"]["entries"]]
    assert operations == ["casdoor.login", "wechat.code2session"]
    assert log.headers["Content-Disposition"] == 'inline; filename="journal.har"'


def test_the_log_can_be_narrowed_by_persona_status_and_number(client) -> None:
    client.get("/api/health")
    client.get("/api/health")

    def numbers(query):
        return [one["_number"] for one in client.get(f"/_emulator/journal.har?{query}").json["log"]["entries"]]

    assert (numbers("after=1"), numbers("status=404"), numbers("persona=bob")) == ([2], [], [])
