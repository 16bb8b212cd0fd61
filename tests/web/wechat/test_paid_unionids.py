"""The unionid of somebody who paid: facts/wechat.md 2.11."""

import json

import pytest

from emulator.control.service import ControlService
from emulator.control.snapshot import restore, take
from emulator.wechat.payments import Payments

GET = "/wxa/getpaidunionid"
TRADE = {"errcode": 89300, "errmsg": "invalid trade"}


@pytest.fixture(name="shop")
def fixture_shop(make_caller):
    """A backend whose mini program hangs on an Open Platform account."""
    return make_caller(open_platform="op")


def pay(shop, persona="bob"):
    return shop.http.post("/_emulator/payments", json={"persona": persona}).json


def by_number(paid):
    return {"transaction_id": paid["transaction_id"]}


def by_trade(paid):
    return {name: paid[name] for name in ("mch_id", "out_trade_no")}


@pytest.mark.parametrize("numbers", [by_number, by_trade])
def test_who_has_paid_gets_a_unionid(shop, numbers):
    query = {"access_token": shop.token, "openid": shop.openid("bob")} | numbers(pay(shop))

    reply = shop.http.get(GET, query_string=query)

    assert reply.text == f'{{"unionid":"{shop.unionid("bob")}","errcode":0,"errmsg":"ok"}}'


def test_a_payment_has_numbers_of_its_own(shop):
    first, second = pay(shop), pay(shop, "alice")

    assert first == {
        "persona": "bob",
        "appid": "wx0123456789abcdef",
        "transaction_id": first["transaction_id"],
        "mch_id": second["mch_id"],
        "out_trade_no": first["out_trade_no"],
        "expires_at": "2026-01-01T08:05:00Z",
    }
    assert (len(first["transaction_id"]), len(first["mch_id"]), len(first["out_trade_no"])) == (28, 10, 24)
    assert (first["transaction_id"] != second["transaction_id"], first["out_trade_no"] != second["out_trade_no"]) == (
        True,
        True,
    )


def test_five_minutes_after_a_payment_it_is_too_late(shop):
    asked = {"openid": shop.openid("bob")} | by_number(pay(shop))
    control = ControlService(shop.world)

    control.advance("5m")
    in_time = shop.asked(GET, **asked)["errcode"]
    control.advance("1s")

    assert (in_time, shop.asked(GET, **asked), shop.why()) == (0, TRADE, "payment-too-old")


def test_somebody_elses_payment_is_no_trade_of_mine(shop):
    paid = pay(shop, "alice")

    assert shop.asked(GET, openid=shop.openid("bob"), **by_number(paid)) == TRADE


INVALID = {"errcode": 40097, "errmsg": "invalid args"}


@pytest.mark.parametrize(
    ("given", "refused", "why"),
    [
        ({"transaction_id": "1"}, TRADE, "payment-unknown"),
        ({"mch_id": "1", "out_trade_no": "2"}, TRADE, "payment-unknown"),
        ({}, INVALID, "payment-numbers"),
        ({"mch_id": "1"}, INVALID, "payment-numbers"),
        ({"transaction_id": "1", "mch_id": "1", "out_trade_no": "2"}, INVALID, "payment-numbers"),
        ({"openid": "oNobody"}, {"errcode": 40003, "errmsg": "invalid openid"}, "openid-unknown"),
    ],
)
def test_a_call_names_a_user_and_one_payment(shop, given, refused, why):
    assert (shop.asked(GET, **({"openid": shop.openid("bob")} | given)), shop.why()) == (refused, why)


def test_without_an_open_platform_account_there_is_no_unionid(make_caller):
    shop = make_caller(open_platform=None)

    refused = shop.asked(GET, openid=shop.openid("bob"), **by_number(pay(shop)))

    assert (refused, shop.why()) == ({"errcode": 89002, "errmsg": "open not exists"}, "unionid-none")


def test_a_post_is_refused(shop):
    assert shop.said(GET, {}) == {"errcode": 43001, "errmsg": "require GET method"}


def test_payments_outlive_a_snapshot(shop):
    pay(shop)
    paid, taken = shop.world.state.get(Payments).all(), take(shop.world)
    ControlService(shop.world).reset()

    restore(shop.world, json.loads(json.dumps(taken)))

    assert shop.world.state.get(Payments).all() == paid
