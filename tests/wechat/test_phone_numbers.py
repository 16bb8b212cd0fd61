"""Promises about phone codes and the numbers that they bring: facts/wechat.md 2.3."""

import json
import re
from datetime import timedelta

import pytest

from emulator.control.service import ControlService, Refused
from emulator.scenario.model import MiniProgram, Persona, scenario_of
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import PhoneCodes
from emulator.wechat.phone_numbers import phone_fields

APPID = "wx0123456789abcdef"
OTHER = "wx1111111111111111"
PATH = "/wxa/business/getuserphonenumber"
REAL_LOGIN_CODE = "023dUeGW1oeGOZ0JXvHW1SDVFW1dUeGu"


def give(world, persona="ming", appid=APPID):
    """Return a code that the button gives."""
    return ControlService(world).issue_phone_code(persona=persona, appid=appid).code


@pytest.fixture(name="wechat")
def fixture_wechat(make_world, wechat_of):
    """WeChat in a world with somebody whose phone number is known, and a second mini program."""
    scenario = scenario_of(make_world().state)
    people = {"ming": Persona(name="ming", phone="13800138000"), **scenario.personas}
    programs = scenario.miniprograms | {OTHER: MiniProgram(appid=OTHER, secret="other")}
    return wechat_of(make_world(personas=people, miniprograms=programs))


@pytest.fixture(name="trade")
def fixture_trade(wechat):
    """Trade a phone code."""
    token = wechat.access_token()
    return lambda code, access_token=token, **more: wechat.post(PATH, {"code": code, **more}, access_token=access_token)


def refused(answer):
    """Assert that a code is invalid, with a hint and a rid in their shapes; return why."""
    assert list(answer.json) == ["errcode", "errmsg"]
    assert answer.json["errcode"] == 40029
    shape = r"invalid code hint: \[[0-9A-Za-z]{9}-[0-9A-Za-z]{6}\] rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"
    assert re.fullmatch(shape, answer.json["errmsg"])
    return str(answer.trace.why)


def test_a_code_brings_the_persons_number(wechat, trade):
    answer = trade(give(wechat.world))

    assert answer.json == {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": "13800138000",
            "purePhoneNumber": "13800138000",
            "countryCode": "86",
            "watermark": {"timestamp": 1767254400, "appid": APPID},
        },
    }
    assert (answer.trace.persona, answer.reply.headers) == (
        "ming",
        (("Content-Type", "application/json; encoding=utf-8"),),
    )


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", ("13800138000", "13800138000", "86")),
        ("+8613800138000", ("13800138000", "13800138000", "86")),
        ("+85291234567", ("85291234567", "91234567", "852")),
        ("+nonsense", ("+nonsense", "+nonsense", "86")),
    ],
)
def test_a_foreign_number_carries_its_country(phone, shown):
    assert tuple(phone_fields(phone).values()) == shown


def test_a_code_is_64_hex_digits_and_no_two_are_alike(world):
    codes = {give(world, "alice") for _ in range(5)}

    assert len(codes) == 5
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in codes)


def test_a_code_works_once(wechat, trade):
    code = give(wechat.world)
    trade(code)

    # Exchange 1 fetched the access_token.
    assert refused(trade(code)) == "this code was given to ming at 08:00:00 and used at 08:00:00 in exchange 2"


def test_a_code_works_for_five_minutes(wechat, trade):
    good, late = give(wechat.world), give(wechat.world)
    wechat.world.state.clock.advance(timedelta(seconds=299))
    in_time = trade(good)
    wechat.world.state.clock.advance(timedelta(seconds=1))

    assert in_time.json["errmsg"] == "ok"
    assert refused(trade(late)) == (
        "this code was given to ming at 08:00:00 and lived for 5 minutes; it is 08:05:00 now"
    )


def test_a_code_of_another_mini_program_is_refused_and_spent(wechat, trade):
    code = give(wechat.world)
    others = wechat.access_token(appid=OTHER, secret="other")

    why = refused(trade(code, others))

    assert why == f"this code was given to ming at 08:00:00 for {APPID}, not for {OTHER}; it is spent now"
    assert refused(trade(code)).startswith("this code was given to ming at 08:00:00 and used at 08:00:00")


def test_an_openid_beside_the_code_must_be_its_owners(wechat, trade):
    people = wechat.world.state.get(Personas)
    own, others = people.openid(APPID, "ming"), people.openid(APPID, "bob")

    assert trade(give(wechat.world), openid=own).json["errmsg"] == "ok"
    assert refused(trade(give(wechat.world), openid=others)) == (
        f"this phone code was given to ming, whose openid is {own}, not {others}"
    )


def test_codes_that_nobody_was_given_are_refused_with_a_reason(trade):
    assert refused(trade("0" * 64)) == f"nobody was given the phone code '{'0' * 64}'"
    assert refused(trade("")) == "the parameter code is missing or empty"
    assert refused(trade(7)) == "the parameter code is missing or empty"


def test_a_login_code_is_not_a_phone_code(wechat, trade):
    issued = ControlService(wechat.world).issue_login_code(persona="ming").code

    assert [refused(trade(code)) for code in (issued, REAL_LOGIN_CODE)] == [
        f"{code!r} is a login code, from wx.login; getuserphonenumber takes the code of the getPhoneNumber button, "
        "64 hex digits"
        for code in (issued, REAL_LOGIN_CODE)
    ]
    login = wechat.ask("/sns/jscode2session", appid=APPID, secret="0123456789abcdef" * 2, js_code=issued)
    assert "openid" in login.json


def test_a_phone_code_is_not_a_login_code(wechat, trade):
    code = give(wechat.world)

    login = wechat.ask("/sns/jscode2session", appid=APPID, secret="0123456789abcdef" * 2, js_code=code)

    assert (login.json["errcode"], login.json["errmsg"].partition(" rid: ")[0]) == (40029, "invalid code,")
    assert str(login.trace.why) == (
        "this is a phone code: 64 hex digits from the getPhoneNumber button, for getuserphonenumber; "
        "jscode2session takes the code of wx.login"
    )
    assert trade(code).json["errmsg"] == "ok"


def test_the_endpoint_wants_post(wechat, refusal):
    answer = wechat.ask(PATH, access_token=wechat.access_token())

    assert refusal(answer) == {"errcode": 43002, "errmsg": "require POST method"}


def test_a_fault_finds_the_person_behind_a_code_without_spending_it(wechat, trade, refusal):
    fault = {"at": "wechat.phone_number", "when": {"persona": "ming"}, "error": -1, "times": 1}
    ControlService(wechat.world).plan_fault(fault)
    code = give(wechat.world)

    busy = trade(code)

    assert refusal(busy) == {"errcode": -1, "errmsg": "system error"}
    assert (busy.trace.persona, trade(code).json["errmsg"]) == ("ming", "ok")


def test_a_planned_invalid_code_has_a_hint_as_well(wechat, trade):
    ControlService(wechat.world).plan_fault({"at": "wechat.phone_number", "error": 40029})

    assert refused(trade(give(wechat.world))) == "the planned fault fault-1 struck"


@pytest.mark.parametrize(
    ("persona", "appid", "message"),
    [
        ("nobody", APPID, "unknown persona 'nobody'; there are: visitor, alice, bob, carol"),
        ("alice", "wxnope", f"unknown appid 'wxnope'; there are: {APPID}"),
    ],
)
def test_a_code_for_nobody_or_nothing_is_refused(world, persona, appid, message):
    with pytest.raises(Refused, match=f"^{message}$"):
        give(world, persona, appid)


def test_the_oldest_codes_are_forgotten(make_world):
    world = make_world()
    small = make_world(limits=world.limits.replace(phone_codes=2))
    codes = [give(small, "alice") for _ in range(3)]

    assert [one.code for one in small.state.get(PhoneCodes).all()] == codes[1:]


def test_the_control_api_gives_codes_out_and_the_journal_hides_tokens(client):
    given = client.post("/_emulator/phone-codes", json={"persona": "bob"}).json
    query = {"grant_type": "client_credential", "appid": APPID, "secret": "0123456789abcdef" * 2}
    token = client.get("/cgi-bin/token", query_string=query).json["access_token"]

    reply = client.post(f"{PATH}?access_token={token}", data=json.dumps({"code": given["code"]}))

    assert given == {
        "code": given["code"],
        "persona": "bob",
        "appid": APPID,
        "expires_at": "2026-01-01T08:05:00Z",
    }
    assert reply.json["phone_info"]["countryCode"] == "86"
    journal = client.get("/_emulator/journal")
    assert [(one["operation"], one["persona"]) for one in journal.json["exchanges"]] == [
        ("wechat.token", None),
        ("wechat.phone_number", "bob"),
    ]
    assert (token in journal.text, "0123456789abcdef" * 2 in journal.text) == (False, False)
