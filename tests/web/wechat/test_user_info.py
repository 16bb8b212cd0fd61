"""Promises about what a mini program is handed of its user."""

import json

import pytest

from emulator.wechat.crypto import decrypt, sign
from emulator.wechat.people import persona_profile

APPID = "wx0123456789abcdef"
GREY = "http://localhost/_emulator/assets/anonymous.svg"
NOBODY = {"nickName": "微信用户", "gender": 0, "language": "", "city": "", "province": "", "country": ""}


def handed(caller, kind, **more):
    return caller.http.post("/_emulator/user-info", json={"persona": "alice", "kind": kind} | more).json


def session_key(caller):
    """Log alice in and return the session_key that her backend gets."""
    secret = caller.program.secret
    given = {"appid": APPID, "secret": secret, "js_code": "alice", "grant_type": "authorization_code"}
    return json.loads(caller.http.get("/sns/jscode2session", query_string=given).text)["session_key"]


def opened(info, key):
    plain = json.loads(decrypt(info["encryptedData"], session_key=key, iv=info["iv"]))
    assert plain.pop("watermark")["appid"] == APPID
    return plain


def test_user_info_is_anonymous_and_says_whose_it_is(caller):
    key = session_key(caller)

    info = handed(caller, "getUserInfo")

    whose = {"openId": caller.openid("alice"), "unionId": caller.unionid("alice")}
    assert opened(info, key) == whose | NOBODY | {"avatarUrl": GREY}


def test_a_user_profile_does_not_say_whose_it_is(caller):
    key = session_key(caller)

    info = handed(caller, "getUserProfile", avatar="https://example.com/grey.png")

    assert opened(info, key) == NOBODY | {"avatarUrl": "https://example.com/grey.png"}


def test_raw_data_is_signed_under_the_session_key(caller):
    key = session_key(caller)

    info = handed(caller, "getUserProfile")

    assert json.loads(info["rawData"]) == NOBODY | {"avatarUrl": GREY}
    assert info["signature"] == sign(info["rawData"], session_key=key)


def test_a_phone_number_comes_encrypted_alone(caller):
    key = session_key(caller)

    info = handed(caller, "getPhoneNumber")

    phone = persona_profile(caller.world.state, "alice").phone
    assert opened(info, key) == {"phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86"}
    assert sorted(info) == ["appid", "encryptedData", "iv", "kind", "persona"]


def test_another_session_key_does_not_open_what_was_encrypted_before(make_caller):
    caller = make_caller(rotate="always")
    session_key(caller)
    info = handed(caller, "getPhoneNumber")

    later = session_key(caller)

    with pytest.raises(ValueError, match=r"."):
        opened(info, later)


def test_a_login_gets_the_session_key_of_a_user_info_asked_for_before(make_caller):
    caller = make_caller(rotate="never")

    info = handed(caller, "getUserProfile")

    assert opened(info, session_key(caller)) == NOBODY | {"avatarUrl": GREY}


def test_an_expired_session_key_encrypts_nothing(make_caller):
    caller = make_caller(rotate="never")
    old = session_key(caller)
    caller.http.post("/_emulator/clock/advance", json={"by": "3d"})

    info = handed(caller, "getUserProfile")

    assert info["signature"] != sign(info["rawData"], session_key=old)


def test_no_two_replies_share_an_iv(caller):
    ivs = {handed(caller, "getUserInfo")["iv"] for _ in range(3)}

    assert len(ivs) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"persona": "nobody"}, "unknown persona 'nobody'; there are: "),
        ({"appid": "wx1"}, "unknown appid 'wx1'; there are: "),
        ({"kind": "getWeRunData"}, "'kind' is 'getWeRunData'; allowed: getUserInfo, getUserProfile, getPhoneNumber"),
    ],
    ids=["persona", "appid", "kind"],
)
def test_what_is_unknown_is_refused(caller, given, said):
    reply = caller.http.post("/_emulator/user-info", json=given)

    assert reply.status_code == 400
    assert reply.json["message"].startswith(said)


def test_a_recording_asks_for_user_info_again(caller):
    handed(caller, "getUserInfo")

    assert "- wx.getUserInfo:\n    as: alice\n" in caller.http.get("/_emulator/recording").text
