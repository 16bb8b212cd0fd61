"""wechatpy, as it comes from PyPI, calling WeChat's server API with access tokens that it fetches by itself."""

import re
from io import BytesIO
from pathlib import Path

import pytest
import requests
import wechatpy
from PIL import Image
from wechatpy import WeChatClient, WeChatOAuth
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from zxingcpp import read_barcode

from emulator.wechat.operations import OPERATIONS

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
DATA = {"thing1": {"value": "两杯拿铁"}, "time2": {"value": "2026-01-01 16:00"}}
SCENARIO = f"""
version: 1
miniprograms:
  {APPID}:
    pages: [pages/index]
    templates: {{{TEMPLATE}: [thing1, time2]}}
forbidden_words: {{赌博: 20006}}
"""
#: What is played and wechatpy 1.8.18 has no method for; its `post` and `get` reach these with a whole address.
NOT_OFFERED = {
    "/cgi-bin/stable_token",
    "/wxa/business/getuserphonenumber",
    "/wxa/checksession",
    "/wxa/resetusersessionkey",
}


@pytest.fixture(name="url", scope="module")
def fixture_url(running, tmp_path_factory):
    """The address of a world with a template and a forbidden word, served once; each test has a fresh one."""
    path = tmp_path_factory.mktemp("world") / "server-api.yaml"
    path.write_text(SCENARIO, "utf-8")
    with running(path) as url:
        yield url


@pytest.fixture(name="make_client")
def fixture_make_client(url, monkeypatch):
    """Make a client that calls the emulator.

    API_BASE_URL moves every call but one: the address of the token is hard-coded in `fetch_access_token`, which a
    client of one's own overrides, as wechatpy's own WeChatComponentClient does. What fetches, keeps and renews the
    token is wechatpy's.
    """
    requests.post(f"{url}/_emulator/reset", timeout=5).raise_for_status()
    monkeypatch.setattr(WeChatWxa, "API_BASE_URL", f"{url}/")

    class Client(WeChatClient):
        API_BASE_URL = f"{url}/cgi-bin/"

        def fetch_access_token(self):
            given = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            return self._fetch_access_token(f"{url}/cgi-bin/token", given)

    return lambda secret=SECRET, **options: Client(APPID, secret, **options)


@pytest.fixture(name="oauth")
def fixture_oauth(url, monkeypatch):
    """What wechatpy offers for logins on web sites."""
    requests.post(f"{url}/_emulator/reset", timeout=5).raise_for_status()
    monkeypatch.setattr(WeChatOAuth, "API_BASE_URL", f"{url}/")
    return WeChatOAuth(APPID, SECRET, "https://example.com/callback")


def test_the_client_fetches_a_token_once_and_keeps_it(make_client, url):
    client = make_client()

    tokens = {client.access_token for _ in range(3)}
    client.wxa.check_text_security("你好")

    assert (len(tokens), len(client.access_token), called(url, "wechat.token")) == (1, 143, 1)


def test_a_wrong_secret_gives_no_token(make_client):
    refusal = refused(lambda: make_client(secret="wrong").access_token)

    assert refusal == (40125, "invalid appsecret")


def test_a_login_with_the_clients_own_token_gives_a_session(make_client):
    session = make_client().wxa.code_to_session("bob")

    assert (sorted(session), len(session["openid"])) == (["openid", "session_key", "unionid"], 28)


def test_an_expired_token_is_fetched_again(make_client, url):
    client = make_client()
    first = client.access_token
    control(url, "clock/advance", by="2h")

    checked = client.wxa.check_text_security("你好")

    assert checked == {"errcode": 0, "errmsg": "ok"}
    assert (client.access_token != first, called(url, "wechat.token")) == (True, 2)


def test_a_token_that_somebody_else_replaced_is_fetched_again(make_client, url):
    client, other = make_client(), make_client()
    first = client.access_token
    assert other.access_token != first
    control(url, "clock/advance", by="5m")

    client.wxa.check_text_security("你好")

    assert (client.access_token not in (first, other.access_token), called(url, "wechat.token")) == (True, 3)


def test_without_auto_retry_an_expired_token_is_raised(make_client, url):
    client = make_client(auto_retry=False)
    assert client.access_token
    control(url, "clock/advance", by="2h")

    assert refused(client.wxa.check_text_security, "你好") == (42001, "access_token expired")


def test_a_phone_code_gives_the_phone_number(make_client, url):
    client, code = make_client(), control(url, "phone-codes", persona="bob")["code"]
    address = f"{url}/wxa/business/getuserphonenumber"

    given = client.post(address, data={"code": code})

    phone = given["phone_info"]
    assert (given["errcode"], phone["watermark"]["appid"], phone["countryCode"]) == (0, APPID, "86")
    assert len(phone["purePhoneNumber"]) == 11
    assert refused(client.post, address, data={"code": code}) == (40029, "invalid code")


def test_a_subscribe_message_arrives_once_for_one_permit(make_client, url):
    client = make_client()
    openid = client.wxa.code_to_session("bob")["openid"]
    control(url, "permits", persona="bob", template=TEMPLATE)

    sent = client.wxa.send_subscribe_message(openid, TEMPLATE, DATA, page="pages/index")

    (kept,) = requests.get(f"{url}/_emulator/messages", timeout=5).json()["messages"]
    assert (kept["msgid"], kept["persona"], kept["page"]) == (str(sent["msgid"]), "bob", "pages/index")
    assert kept["data"] == {"thing1": "两杯拿铁", "time2": "2026-01-01 16:00"}
    again = refused(client.wxa.send_subscribe_message, openid, TEMPLATE, DATA)
    assert again == (43101, "user refuse to accept the msg")


def test_a_code_of_a_page_can_be_scanned(make_client):
    reply = make_client().wxa.get_wxa_code_unlimited("id=7", page="pages/index", width=300)

    image = Image.open(BytesIO(reply.content))
    assert (reply.headers["Content-Type"], image.size) == ("image/jpeg", (300, 300))
    assert read_barcode(image).text == "pages/index?scene=id%3D7"


def test_a_page_that_is_not_there_is_raised(make_client):
    errcode, _ = refused(make_client().wxa.get_wxa_code_unlimited, "a", page="pages/none")

    assert errcode == 41030


def test_a_forbidden_word_is_raised(make_client):
    client = make_client()

    assert client.wxa.check_text_security("你好") == {"errcode": 0, "errmsg": "ok"}
    assert refused(client.wxa.check_text_security, "来赌博吧")[0] == 87014


def test_the_second_version_of_the_check_gives_a_label(make_client, url):
    client = make_client()
    openid = client.wxa.code_to_session("bob")["openid"]
    question = {"version": 2, "scene": 2, "openid": openid, "content": "来赌博吧"}

    checked = client.post(f"{url}/wxa/msg_sec_check", data=question)

    assert checked["result"] == {"suggest": "risky", "label": 20006}


def test_who_paid_gets_a_unionid(make_client, url):
    client, paid = make_client(), control(url, "payments", persona="bob")
    session = client.wxa.code_to_session("bob")

    unionid = client.wxa.get_paid_unionid(session["openid"], transaction_id=paid["transaction_id"])

    assert unionid == session["unionid"]


def test_a_web_login_is_refreshed_and_shows_who_it_is(oauth):
    first = oauth.fetch_access_token("bob")
    oauth.refresh_access_token(first["refresh_token"])

    person = oauth.get_user_info()

    assert (oauth.check_access_token(), person["openid"], person["unionid"]) == (
        True,
        first["openid"],
        first["unionid"],
    )


def test_a_wrong_code_of_a_web_login_is_raised(oauth):
    with pytest.raises(WeChatOAuthException) as raised:
        oauth.fetch_access_token("nobody")

    assert raised.value.errcode == 40029


def test_what_wechatpy_has_no_method_for_is_listed():
    folder = Path(wechatpy.__file__).parent
    files = [folder / "oauth.py", *(folder / "client").rglob("*.py")]
    source = "\n".join(file.read_text("utf-8") for file in files)

    assert {path for path in OPERATIONS if f"{path[1:]}'" not in source} == NOT_OFFERED


def control(url, path, **given):
    """Make a control call and return its JSON."""
    reply = requests.post(f"{url}/_emulator/{path}", json=given, timeout=5)
    reply.raise_for_status()
    return reply.json()


def called(url, operation):
    """Return how often an operation was called."""
    exchanges = requests.get(f"{url}/_emulator/journal", timeout=5).json()["exchanges"]
    return sum(one["operation"] == operation for one in exchanges)


def refused(call, *given, **named):
    """Return errcode and errmsg, without the rid or the hint at its end, of what wechatpy raises."""
    with pytest.raises(WeChatClientException) as raised:
        call(*given, **named)
    return raised.value.errcode, re.split(r",? (?:rid|hint): ", raised.value.errmsg)[0]
