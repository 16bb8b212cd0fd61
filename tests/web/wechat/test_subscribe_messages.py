"""Subscribe messages: facts/wechat.md 2.6."""

import json
import re

import pytest

from emulator.control.service import ControlService, Refused
from emulator.control.snapshot import restore, take
from emulator.core.limits import DEFAULT_LIMITS
from emulator.wechat.message_values import fits
from emulator.wechat.subscribe_messages import Permits, SubscribeMessages

APPID = "wx0123456789abcdef"
SEND = "/cgi-bin/message/subscribe/send"
TEMPLATE = "NDLFwq_oBGAsSTrjQ9fKyyVmzJmHyiVbeVgJ-Rd8cb4"
DATA = {"thing1": {"value": "两杯拿铁"}, "time2": {"value": "2026-01-01 16:00"}}


@pytest.fixture(name="shop")
def fixture_shop(make_caller):
    """A backend whose mini program declares one template."""
    return make_caller(templates={TEMPLATE: ("thing1", "time2")})


def message(shop, **changes):
    return {"touser": shop.openid("bob"), "template_id": TEMPLATE, "page": "pages/order", "data": DATA} | changes


def permit(shop, persona="bob"):
    return shop.http.post("/_emulator/permits", json={"persona": persona, "template": TEMPLATE})


def test_a_permit_lets_one_message_through(shop):
    permit(shop)

    first, second = shop.said(SEND, message(shop)), shop.said(SEND, message(shop))

    assert first == {"errcode": 0, "errmsg": "ok", "msgid": first["msgid"]}
    assert 0 <= first["msgid"] < 2**63
    assert second == {"errcode": 43101, "errmsg": "user refuse to accept the msg"}
    assert shop.why() == "permit-missing"


@pytest.mark.parametrize("half", [b"\\ud800", b"\xed\xa0\x80"], ids=["escaped", "raw"])
def test_half_a_character_is_not_json_and_spends_nothing(shop, half):
    permit(shop)
    given = json.dumps(message(shop, page="PAGE")).encode().replace(b"PAGE", half)

    refused = shop.said(SEND, given)

    assert (refused, shop.why()) == ({"errcode": 47001, "errmsg": "data format error"}, "body-not-json")
    assert [shop.http.get(f"/_emulator/{one}").status_code for one in ("messages", "state")] == [200, 200]
    assert shop.said(SEND, message(shop))["errcode"] == 0


@pytest.mark.parametrize("left", [0, -1])
def test_a_state_with_a_permit_for_nothing_is_refused(shop, left):
    permit(shop)
    taken = take(shop.world)
    taken["state"]["permits"][0]["left"] = left

    with pytest.raises(ValueError, match=f"'left' is {left}; a permit is for at least one message"):
        restore(shop.world, taken)


def test_permits_add_up(shop):
    left = [permit(shop).json for _ in range(2)]

    sent = [shop.said(SEND, message(shop))["errcode"] for _ in range(3)]

    shown = {"persona": "bob", "appid": APPID, "template": TEMPLATE}
    assert (left, sent) == ([shown | {"left": 1}, shown | {"left": 2}], [0, 0, 43101])


def test_somebody_elses_permit_does_not_count(shop):
    permit(shop, "alice")

    assert shop.said(SEND, message(shop))["errcode"] == 43101


def test_what_was_sent_is_listed_the_latest_first(shop):
    permit(shop)
    permit(shop)
    first = shop.said(SEND, message(shop))["msgid"]
    second = shop.said(SEND, message(shop, page="", miniprogram_state="trial"))["msgid"]

    listed = shop.http.get("/_emulator/messages").json

    shown = {
        "persona": "bob",
        "appid": APPID,
        "template": TEMPLATE,
        "data": {"thing1": "两杯拿铁", "time2": "2026-01-01 16:00"},
        "at": "2026-01-01T08:00:00Z",
    }
    assert listed == {
        "messages": [
            {"msgid": str(second), **shown, "page": "", "miniprogram_state": "trial"},
            {"msgid": str(first), **shown, "page": "pages/order", "miniprogram_state": "formal"},
        ]
    }


REFUSED = {
    "nobody's openid": ({"touser": "oNobody"}, 40003, "invalid openid", "openid-unknown"),
    "no openid": ({"touser": None}, 40003, "invalid openid", "openid-unknown"),
    "an unknown template": ({"template_id": "x"}, 40037, "invalid template_id", "template-unknown"),
    "a missing key": (
        {"data": {"thing1": {"value": "a"}}},
        47003,
        "argument invalid! data.time2.value is emtpy",
        "message-value-missing",
    ),
    "an empty value": (
        {"data": DATA | {"thing1": {"value": ""}}},
        47003,
        "argument invalid! data.thing1.value is emtpy",
        "message-value-missing",
    ),
    "a number for a text": (
        {"data": DATA | {"thing1": {"value": 5}}},
        47003,
        "argument invalid! data.thing1.value is emtpy",
        "message-value-missing",
    ),
    "no data": ({"data": "x"}, 47003, "argument invalid! data.thing1.value is emtpy", "message-value-missing"),
    "a long thing": (
        {"data": DATA | {"thing1": {"value": "长" * 21}}},
        47003,
        "argument invalid! data.thing1.value invalid",
        "message-value-unfit",
    ),
}


@pytest.mark.parametrize(("changes", "errcode", "errmsg", "why"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_message_is_refused_and_spends_no_permit(shop, changes, errcode, errmsg, why):
    permit(shop)

    refused = shop.said(SEND, message(shop, **changes))

    assert (refused, shop.why()) == ({"errcode": errcode, "errmsg": errmsg}, why)
    assert shop.said(SEND, message(shop))["errcode"] == 0


def test_an_error_ends_with_its_request_id_without_a_comma(shop):
    reply = shop.post(SEND, message(shop))

    assert re.fullmatch(
        r'\{"errcode":43101,"errmsg":"user refuse to accept the msg rid: 69562980(-[0-9a-f]{8}){2}"\}', reply.text
    )
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json; encoding=utf-8")


@pytest.mark.parametrize(
    ("body", "errcode", "errmsg"),
    [(b"", 44002, "empty post data"), (b"touser=x", 47001, "data format error"), (b"[]", 47001, "data format error")],
)
def test_what_is_not_a_json_object_is_refused(shop, body, errcode, errmsg):
    assert shop.said(SEND, body) == {"errcode": errcode, "errmsg": errmsg}


def test_a_message_takes_an_access_token_and_a_post(shop):
    assert json.loads(shop.http.post(SEND).text)["errcode"] == 41001
    assert shop.asked(SEND) == {"errcode": 43002, "errmsg": "require POST method"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"persona": "zoe"}, "unknown persona 'zoe'; there are: visitor, alice, bob, carol"),
        ({"appid": "wx0"}, "unknown appid 'wx0'; there are: wx0123456789abcdef"),
        ({"template": "x"}, f"unknown template 'x'; there are: {TEMPLATE}"),
    ],
)
def test_a_permit_names_who_and_what_there_is(shop, given, why):
    reply = shop.http.post("/_emulator/permits", json={"persona": "bob", "template": TEMPLATE} | given)

    assert (reply.status_code, reply.json) == (400, {"error": "bad_request", "message": why})


def test_without_a_template_a_permit_says_how_to_declare_one(world):
    with pytest.raises(Refused, match=f"there are: none; declare one under miniprograms: {APPID}: templates"):
        ControlService(world).give_permit(template="x")


def test_permits_and_messages_outlive_a_snapshot(shop):
    permit(shop)
    permit(shop)
    shop.said(SEND, message(shop))
    taken = take(shop.world)
    ControlService(shop.world).reset()

    restore(shop.world, json.loads(json.dumps(taken)))

    state = shop.world.state
    assert [one.left for one in state.get(Permits).all()] == [1]
    assert [one.data["thing1"] for one in state.get(SubscribeMessages).all()] == ["两杯拿铁"]
    assert take(shop.world) == taken


def test_a_planned_fault_strikes_who_is_written_to(shop):
    fault = {"at": "wechat.subscribe_message", "when": {"persona": "bob"}, "error": -1}
    assert shop.http.post("/_emulator/faults", json=fault).status_code == 201

    struck, spared = (shop.said(SEND, message(shop, touser=shop.openid(who))) for who in ("bob", "alice"))

    assert (struck, spared["errcode"]) == ({"errcode": -1, "errmsg": "system error"}, 43101)


def test_of_too_many_messages_the_oldest_is_forgotten(make_caller):
    shop = make_caller(templates={TEMPLATE: ("thing1",)}, limits=DEFAULT_LIMITS.replace(messages=2))

    for number in range(3):
        permit(shop)
        shop.said(SEND, message(shop, page=f"p{number}"))

    assert [one.page for one in shop.world.state.get(SubscribeMessages).all()] == ["p1", "p2"]


VALUES = {
    "thing1": (["长" * 20, "a 1,"], ["长" * 21]),
    "number12": (["39", "39.50", "-1", "1" * 32], ["1" * 33, "1,000", "3.", "一"]),
    "letter1": (["Ab", "a" * 32], ["a1", "a" * 33, "é"]),
    "symbol1": (["!?#", "。。"], ["a", "!" * 6]),
    "character_string1": (["A-1/2", "a" * 32], ["a" * 33, "号"]),
    "time1": (["15:01", "2019年10月1日 15:01", "2019-10-01 15:01:30", "9:00~10:00"], ["25:01", "2019年10月1日", "now"]),
    "date1": (["2019年10月1日", "2019-10-01", "2019年10月1日 15:01", "2019/10/1~2019/10/2"], ["15:01", "October"]),
    "amount1": (["¥10", "10元", "$1.50", "CNY99.9"], ["ten", "1" * 11]),
    "phone_number1": (["+86-0766-66888866", "13800138000"], ["1" * 18, "12345x"]),
    "car_number1": (["粤A8Z888挂", "粤A12345"], ["粤A8Z8888挂", "A-1"]),
    "name1": (["张三", "Li Lei", "a" * 20, "张A"], ["张" * 11, "a" * 21, "张3", "R2D2"]),
    "phrase1": (["配送中", "已送达了吗"], ["配送中配送中", "ok"]),
}


@pytest.mark.parametrize(("key", "values"), VALUES.items(), ids=VALUES)
def test_a_value_keeps_the_rule_of_its_keys_type(key, values):
    taken, refused = values

    assert ([one for one in taken if not fits(key, one)], [one for one in refused if fits(key, one)]) == ([], [])
