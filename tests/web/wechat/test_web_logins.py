"""Logins of web sites and apps: facts/wechat.md 2.9 and 2.10."""

import json
import re

import pytest

from emulator.control.service import ControlService
from emulator.control.snapshot import restore, take
from emulator.wechat.people import persona_profile

APPID = "wx0123456789abcdef"
LOGIN, REFRESH, AUTH, INFO = ("/sns/oauth2/access_token", "/sns/oauth2/refresh_token", "/sns/auth", "/sns/userinfo")
INVALID = {"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"}


@pytest.fixture(name="site")
def fixture_site(make_caller):
    """A backend whose application hangs on an Open Platform account."""
    return make_caller(open_platform="op")


def query(site, **changes):
    given = {"appid": APPID, "secret": site.program.secret, "code": "bob", "grant_type": "authorization_code"}
    return {name: value for name, value in (given | changes).items() if value is not None}


def sign_in(site, **changes):
    return json.loads(site.http.get(LOGIN, query_string=query(site, **changes)).text)


def refresh(site, signed_in):
    return site.asked(REFRESH, appid=APPID, grant_type="refresh_token", refresh_token=signed_in["refresh_token"])


def test_a_code_is_traded_for_tokens(site):
    reply = site.http.get(LOGIN, query_string=query(site))

    token = r"97_[0-9A-Za-z_-]{86}"
    assert re.fullmatch(
        rf'\{{"access_token":"{token}","expires_in":7200,"refresh_token":"{token}","openid":"{site.openid("bob")}",'
        rf'"scope":"snsapi_login","unionid":"{site.unionid("bob")}"\}}',
        reply.text,
    )
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/plain")


def test_without_an_open_platform_account_the_key_unionid_is_absent(make_caller):
    site = make_caller(open_platform=None)

    assert list(sign_in(site)) == ["access_token", "expires_in", "refresh_token", "openid", "scope"]


@pytest.mark.parametrize(
    ("changes", "errcode", "errmsg", "why"),
    [
        ({"appid": None}, 41002, "appid missing", "parameter-missing"),
        ({"appid": "wx0", "secret": "x", "code": "?"}, 40013, "invalid appid", "appid-unknown"),
        ({"secret": None}, 41004, "appsecret missing", "parameter-missing"),
        ({"secret": "x", "code": "?"}, 40125, "invalid appsecret", "secret-wrong"),
        ({"code": None}, 41008, "missing code", "parameter-missing"),
        ({"grant_type": "x"}, 40002, "invalid grant_type", "grant-type-other"),
        ({"code": "?"}, 40029, "invalid code", "code-unknown"),
    ],
)
def test_a_wrong_login_is_refused(site, changes, errcode, errmsg, why):
    given = query(site, **changes)

    reply = site.http.get(LOGIN, query_string=given)

    text = rf'\{{"errcode":{errcode},"errmsg":"{errmsg}, rid: 69562980(-[0-9a-f]{{8}}){{2}}"\}}'
    assert (bool(re.fullmatch(text, reply.text)), site.why()) == (True, why)


def test_a_code_that_was_given_out_works_once(site):
    code = ControlService(site.world).issue_login_code(persona="bob").code

    first, second = sign_in(site, code=code), sign_in(site, code=code)

    assert (first["openid"], second["errcode"]) == (site.openid("bob"), 40163)


def test_who_logged_in_is_shown(site):
    signed_in = sign_in(site)

    reply = site.http.get(INFO, query_string=signed_in)

    avatar = "http:\\/\\/localhost\\/_emulator\\/avatars\\/bob.svg"
    nickname = persona_profile(site.world.state, "bob").nickname
    assert reply.text == (
        f'{{"openid":"{site.openid("bob")}","nickname":"{nickname}","sex":0,"language":"","city":"","province":"",'
        f'"country":"","headimgurl":"{avatar}","privilege":[],"unionid":"{site.unionid("bob")}"}}'
    )
    assert site.http.get(json.loads(reply.text)["headimgurl"]).mimetype == "image/svg+xml"


def test_a_picture_of_another_world_is_at_its_address(site):
    site.http.post("/_emulator/worlds", json={"name": "t1"})
    signed_in = json.loads(site.http.get(f"/@t1{LOGIN}", query_string=query(site)).text)

    shown = json.loads(site.http.get(f"/@t1{INFO}", query_string=signed_in).text)

    assert shown["headimgurl"] == "http://localhost/@t1/_emulator/avatars/bob.svg"


def test_a_token_is_good_for_its_own_openid(site):
    signed_in = sign_in(site)

    good, others = site.http.get(AUTH, query_string=signed_in), site.asked(AUTH, **signed_in | {"openid": "o"})

    assert (good.text, others) == ('{"errcode":0,"errmsg":"ok"}', {"errcode": 40003, "errmsg": "invalid openid"})


@pytest.mark.parametrize("path", [AUTH, INFO])
def test_a_token_lives_two_hours(site, path):
    signed_in = sign_in(site)
    control = ControlService(site.world)

    control.advance("1h59m")
    alive = site.asked(path, **signed_in)
    control.advance("1m")

    assert (alive.get("errcode", 0), site.asked(path, **signed_in)) == (
        0,
        {"errcode": 42001, "errmsg": "access_token expired"},
    )


@pytest.mark.parametrize(
    ("token", "refused", "why"),
    [
        ("", {"errcode": 41001, "errmsg": "access_token missing"}, "parameter-missing"),
        ("x", INVALID, "web-token-unknown"),
        ("token of /cgi-bin/token", INVALID, "web-token-unknown"),
    ],
)
def test_another_token_is_refused(site, token, refused, why):
    sent = site.token if token.startswith("token of") else token

    assert (site.asked(INFO, access_token=sent, openid=site.openid("bob")), site.why()) == (refused, why)


def test_a_web_token_is_not_one_of_the_server_api(site):
    token = sign_in(site)["access_token"]

    refused = site.asked("/wxa/getpaidunionid", access_token=token)

    assert refused["errcode"] == 40001


@pytest.mark.parametrize("openid", ["%!s(<nil>)", "", "\x00", "中文"])
def test_a_malformed_openid_is_refused(site, openid):
    refused = site.asked(INFO, **sign_in(site) | {"openid": openid})

    assert refused == {"errcode": 40003, "errmsg": "invalid openid"}


def test_a_living_token_is_refreshed_as_it_is(site):
    signed_in = sign_in(site)
    control = ControlService(site.world)
    control.advance("1h")

    refreshed = refresh(site, signed_in)

    control.advance("1h30m")
    assert refreshed == signed_in
    assert site.asked(AUTH, **signed_in) == {"errcode": 0, "errmsg": "ok"}


def test_an_expired_token_is_replaced(site):
    signed_in = sign_in(site)
    ControlService(site.world).advance("3h")

    refreshed = refresh(site, signed_in)

    assert refreshed == signed_in | {"access_token": refreshed["access_token"]}
    assert [site.asked(AUTH, **one) for one in (refreshed, signed_in)] == [{"errcode": 0, "errmsg": "ok"}, INVALID]


def test_a_refresh_token_given_out_at_the_end_of_time_works(site):
    signed_in = sign_in(site)
    taken = take(site.world)
    taken["state"]["web_logins"][0]["issued_at"] = "9999-12-31T00:00:00Z"
    restore(site.world, taken)

    assert refresh(site, signed_in) == signed_in


def test_a_refresh_token_lives_thirty_days(site):
    signed_in = sign_in(site)
    control = ControlService(site.world)

    control.advance("719h59m")
    in_time = refresh(site, signed_in)["expires_in"]
    control.advance("1m")

    assert (in_time, refresh(site, signed_in)) == (7200, {"errcode": 42002, "errmsg": "refresh_token expired"})


@pytest.mark.parametrize(
    ("given", "errcode", "errmsg"),
    [
        ({"appid": "wx0"}, 40013, "invalid appid"),
        ({"grant_type": "authorization_code"}, 40002, "invalid grant_type"),
        ({"refresh_token": ""}, 41003, "refresh_token missing"),
        ({"refresh_token": "x"}, 40030, "invalid refresh_token"),
    ],
)
def test_a_wrong_refresh_is_refused(site, given, errcode, errmsg):
    whole = {"appid": APPID, "grant_type": "refresh_token", "refresh_token": sign_in(site)["refresh_token"]}

    assert site.asked(REFRESH, **whole | given) == {"errcode": errcode, "errmsg": errmsg}


def test_web_logins_outlive_a_snapshot(site):
    signed_in, taken = sign_in(site), take(site.world)
    ControlService(site.world).reset()

    restore(site.world, json.loads(json.dumps(taken)))

    assert site.asked(AUTH, **signed_in) == {"errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize(("path", "operation"), [(LOGIN, "web_login"), (INFO, "user_info")])
def test_a_planned_fault_strikes_the_persona_behind_a_call(site, path, operation):
    signed_in = sign_in(site)
    site.http.post("/_emulator/faults", json={"at": f"wechat.{operation}", "when": {"persona": "bob"}, "error": -1})

    struck = site.asked(path, **query(site) | {"access_token": signed_in["access_token"]})

    assert struck == {"errcode": -1, "errmsg": "system error"}
