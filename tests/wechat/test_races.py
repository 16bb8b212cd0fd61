"""Exchanges of one code that meet: the interleaving is forced at the repository's door, none is left to luck."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from emulator.scenario.model import scenario_of
from emulator.wechat.access_tokens import AccessTokens
from emulator.wechat.call import WechatCall
from emulator.wechat.code2session import answer
from emulator.wechat.login_codes import LoginCodes, issue_code, meaning_of
from emulator.wechat.operations import OPERATIONS
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import PhoneCodes, issue_phone_code
from emulator.wechat.session_keys import SessionKeys

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
#: Looks like a code of WeChat's, yet nobody gave it out: it means whoever is signed in.
REAL = "023dUeGW1oeGOZ0JXvHW1SDVFW1dUeGu"
#: Seconds after which a test gives up instead of hanging; nothing here takes that long.
PATIENCE = 30


class GatedCodes(LoginCodes):
    """Spends nothing before two exchanges have looked the code up, and the second waits for the first."""

    def __init__(self, state, make_door):
        super().__init__(state)
        self.lock = make_door(state.lock)
        self._both = Barrier(2)
        self._met = False

    def spend_or_add(self, code, *, at, number):
        self._both.wait(PATIENCE)
        self._met = True
        return super().spend_or_add(code, at=at, number=number)

    def _put(self, row):
        if self._met:
            self.lock.hold()
        super()._put(row)


@pytest.fixture(name="gated")
def fixture_gated(world, make_door):
    """The default world, in which two exchanges of a code meet."""
    world.state._repositories[LoginCodes] = GatedCodes(world.state, make_door)
    return world


def exchange_at_once(transactions, code):
    """Exchange a code in both transactions at once; return the winner and the loser, each with its answer."""
    params = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(answer, tx, params) for tx in transactions]
        bodies = [json.loads(call.result(PATIENCE).body) for call in calls]
    return sorted(zip(transactions, bodies, strict=True), key=lambda pair: "errcode" in pair[1])


def test_a_code_spent_twice_at_once_gives_one_session(gated):
    code = issue_code(gated.transaction(), persona="bob", appid=APPID).code

    (winner, session), (loser, refusal) = exchange_at_once((gated.exchange(), gated.exchange()), code)

    assert session["openid"] == gated.state.get(Personas).openid(APPID, "bob")
    assert (refusal["errcode"], "openid" in refusal) == (40163, False)
    assert (
        str(loser.trace.why)
        == f"this code was given to bob at 08:00:00 and used at 08:00:00 in exchange {winner.number}"
    )
    assert [row.value for row in gated.state.get(SessionKeys).all()] == [session["session_key"]]


def test_a_code_that_nobody_gave_out_is_one_persons_however_many_bring_it(gated):
    transactions = gated.exchange(signed_in="bob"), gated.exchange(signed_in="carol")

    (winner, session), (loser, refusal) = exchange_at_once(transactions, REAL)

    assert session["openid"] == gated.state.get(Personas).openid(APPID, winner.signed_in)
    assert refusal["errcode"] == 40163
    assert [tx.trace.persona for tx in (winner, loser)] == [winner.signed_in] * 2
    assert [row.persona for row in gated.state.get(LoginCodes).all()] == [winner.signed_in]
    assert [row.persona for row in gated.state.get(SessionKeys).all()] == [winner.signed_in]


def test_of_two_that_looked_before_either_spent_the_first_to_spend_has_the_code(world):
    codes = world.state.get(LoginCodes)
    issued = issue_code(world.transaction(), persona="bob", appid=APPID)
    first, second = world.exchange(), world.exchange()

    meanings = [meaning_of(tx, issued.code) for tx in (first, second)]
    spent = [codes.spend_or_add(issued, at=tx.at, number=tx.number) for tx in (first, second)]

    assert [(one.persona, one.once) for one in meanings] == [("bob", True)] * 2
    assert [(one.spent_at, one.spent_in) for one in spent] == [(None, 0), (first.at, first.number)]
    assert codes.find(issued.code).spent_in == first.number


class GatedPhoneCodes(PhoneCodes):
    """Writes nothing that is spent before a second exchange stands at the lock."""

    def __init__(self, state, make_door):
        super().__init__(state)
        self.lock = make_door(state.lock)

    def _put(self, row):
        if row.spent_at is not None:
            self.lock.hold()
        super()._put(row)


def test_a_phone_code_spent_twice_at_once_brings_one_number(world, make_door):
    world.state._repositories[PhoneCodes] = GatedPhoneCodes(world.state, make_door)
    code = issue_phone_code(world.transaction(), persona="bob", appid=APPID).code
    token = world.state.get(AccessTokens).issue(world.transaction(), scenario_of(world.state).miniprograms[APPID])
    call = WechatCall(method="POST", params={"access_token": token.text}, body=json.dumps({"code": code}).encode())

    operation = OPERATIONS["/wxa/business/getuserphonenumber"]
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(operation.answer, world.transaction(), call) for _ in range(2)]
        bodies = [json.loads(one.result(PATIENCE).body) for one in calls]

    assert sorted(body["errcode"] for body in bodies) == [0, 40029]
