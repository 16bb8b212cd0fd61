"""wechatpy, as it comes from PyPI, against a running emulator."""

import pytest
import requests
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import WeChatClientException

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(name="url", scope="module")
def fixture_url(running_default):
    with running_default() as url:
        yield url


@pytest.fixture(name="make_client")
def fixture_make_client(url, monkeypatch):
    """Make a client that calls the emulator; the token that it wants for every call is given (facts/wechat.md 5)."""
    monkeypatch.setattr(WeChatWxa, "API_BASE_URL", f"{url}/")
    return lambda appid=APPID, secret=SECRET: WeChatClient(appid, secret, access_token="unused")


def test_a_code_gives_openid_session_key_and_unionid(make_client):
    session = make_client().wxa.code_to_session("alice")

    assert sorted(session) == ["openid", "session_key", "unionid"]
    assert (len(session["openid"]), len(session["session_key"])) == (28, 24)


def test_a_person_without_unionid_gets_none(make_client):
    session = make_client().wxa.code_to_session("visitor")

    assert sorted(session) == ["openid", "session_key"]
    assert session["openid"] == "oGk3T5tIiMFo3SazCO75f0HEiE7Q"


def test_an_issued_code_is_its_persons_once(make_client, url):
    client, code = make_client(), _issue(url, "bob")
    first = client.wxa.code_to_session(code)

    refusal = _refused(client, code)

    assert first == client.wxa.code_to_session("bob")
    assert refusal == (40163, "code been used")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("nobody", (40029, "invalid code")),
        ("errcode-45011", (45011, "api minute-quota reach limit, must slower, retry next minute")),
        ("errcode--1", (-1, "system error")),
        ("errcode-40226", (40226, "code blocked")),
    ],
)
def test_a_refusal_is_raised_with_its_errcode(make_client, code, expected):
    assert _refused(make_client(), code) == expected


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"appid": "wxffffffffffffffff"}, (40013, "invalid appid")),
        ({"secret": "wrong"}, (40125, "invalid appsecret")),
    ],
    ids=["appid", "secret"],
)
def test_wrong_credentials_are_refused(make_client, credentials, expected):
    assert _refused(make_client(**credentials), "alice") == expected


def _issue(url, persona):
    reply = requests.post(f"{url}/_emulator/login-codes", json={"persona": persona}, timeout=5)
    return reply.json()["code"]


def _refused(client, code):
    """Return errcode and errmsg, without the rid, of what wechatpy raises."""
    with pytest.raises(WeChatClientException) as raised:
        client.wxa.code_to_session(code)
    return raised.value.errcode, raised.value.errmsg.partition(", rid: ")[0]
