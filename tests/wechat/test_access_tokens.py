"""Promises about WeChat's access tokens: facts/wechat.md 0.1, 2.1 and 2.2."""

import re
from datetime import timedelta

import pytest

from emulator.control.service import ControlService
from emulator.scenario.model import MiniProgram, scenario_of

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "wx1111111111111111"
PHONE = "/wxa/business/getuserphonenumber"
MORE = "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
NOT_LATEST = {"errcode": 40001, "errmsg": f"invalid credential, access_token is invalid or not latest, {MORE}"}
EXPIRED = {"errcode": 42001, "errmsg": "access_token expired"}
#: What an endpoint says to a call whose token is good.
GOOD = {"errcode": 44002, "errmsg": "empty post data"}
QUOTA = {"errcode": 45009, "errmsg": f"reach max api daily quota limit, {MORE}"}


@pytest.fixture(name="wechat_with")
def fixture_wechat_with(make_world, wechat_of):
    """WeChat with a mini program of certain keys, and another one."""

    def make(*, limits=None, **keys):
        programs = {
            APPID: MiniProgram(appid=APPID, secret=SECRET, **keys),
            OTHER: MiniProgram(appid=OTHER, secret="other"),
        }
        return wechat_of(make_world(miniprograms=programs, limits=limits))

    return make


@pytest.fixture(name="state_of_token")
def fixture_state_of_token(refusal):
    """Return what an endpoint that needs a token says to one."""
    return lambda wechat, token: refusal(wechat.post(PHONE, access_token=token))


def advance(wechat, by):
    wechat.world.state.clock.advance(timedelta(seconds=by))


def test_a_token_comes_with_its_life_and_no_errcode(wechat):
    answer = wechat.token()

    token = answer.json["access_token"]
    assert answer.json == {"access_token": token, "expires_in": 7200}
    assert re.fullmatch(r"97_[0-9A-Za-z_-]{140}", token)
    assert answer.reply.headers == (("Content-Type", "application/json; encoding=utf-8"),)
    assert answer.reply.body.decode() == f'{{"access_token":"{token}","expires_in":7200}}'


@pytest.mark.parametrize(
    ("changes", "errcode", "errmsg"),
    [
        pytest.param({"appid": None, "secret": None}, 41002, "appid missing", id="no appid comes before all"),
        pytest.param({"appid": "wxnope", "grant_type": None}, 40013, "invalid appid", id="appid before grant type"),
        pytest.param({"secret": "", "grant_type": "x"}, 41004, "appsecret missing", id="no secret"),
        pytest.param({"grant_type": None}, 40002, "invalid grant_type", id="no grant type"),
        pytest.param({"grant_type": "authorization_code"}, 40002, "invalid grant_type", id="another grant type"),
        pytest.param({"secret": "wrong"}, 40125, "invalid appsecret", id="a wrong secret"),
    ],
)
@pytest.mark.parametrize("kind", ["token", "stable"])
def test_wrong_credentials_are_refused_in_wechats_order(wechat, refusal, kind, changes, errcode, errmsg):
    answer = getattr(wechat, kind)(**changes)

    assert refusal(answer) == {"errcode": errcode, "errmsg": errmsg}
    assert answer.trace.why is not None


def test_a_json_body_is_not_read_by_the_plain_endpoint(wechat, refusal):
    answer = wechat.post("/cgi-bin/token", {"grant_type": "client_credential", "appid": APPID, "secret": SECRET})

    assert refusal(answer) == {"errcode": 41002, "errmsg": "appid missing"}


@pytest.mark.parametrize(
    ("asked", "errcode", "errmsg"),
    [
        pytest.param({"method": "GET"}, 43002, "require POST method", id="GET"),
        pytest.param({"method": "POST"}, 44002, "empty post data", id="nothing"),
        pytest.param({"method": "POST", "body": b"grant_type=x"}, 47001, "data format error", id="a form"),
        pytest.param({"method": "POST", "body": b"[]"}, 47001, "data format error", id="a list"),
    ],
)
def test_the_stable_endpoint_wants_a_json_object(wechat, refusal, asked, errcode, errmsg):
    assert refusal(wechat.ask("/cgi-bin/stable_token", **asked)) == {"errcode": errcode, "errmsg": errmsg}


def test_a_call_without_a_token_or_with_a_made_up_one_is_refused(wechat, refusal):
    answers = [wechat.post(PHONE), wechat.post(PHONE, access_token="made up")]

    assert [refusal(one) for one in answers] == [{"errcode": 41001, "errmsg": "access_token missing"}, NOT_LATEST]
    assert [one.trace.why.id for one in answers] == ["parameter-missing", "access-token-unknown"]


def test_the_plain_token_before_the_newest_works_for_five_minutes(wechat, state_of_token):
    first, second = wechat.access_token(), wechat.access_token()
    before = [state_of_token(wechat, one) for one in (first, second)]
    advance(wechat, 299)
    in_grace = state_of_token(wechat, first)
    advance(wechat, 1)

    assert (first != second, before, in_grace) == (True, [GOOD, GOOD], GOOD)
    assert [state_of_token(wechat, one) for one in (first, second)] == [NOT_LATEST, GOOD]


def test_a_further_plain_token_does_not_prolong_an_older_ones_grace(wechat, state_of_token):
    first = wechat.access_token()
    wechat.access_token()
    advance(wechat, 200)
    wechat.access_token()
    advance(wechat, 100)

    assert state_of_token(wechat, first) == NOT_LATEST


def test_a_token_expires(wechat, state_of_token):
    token = wechat.access_token()
    advance(wechat, 7199)
    last = state_of_token(wechat, token)
    advance(wechat, 1)
    answer = wechat.post(PHONE, access_token=token)

    assert (last, state_of_token(wechat, token)) == (GOOD, EXPIRED)
    assert str(answer.trace.why) == "the access_token lived until 10:00:00"


def test_a_newer_token_does_not_bring_an_expired_one_back(wechat, state_of_token):
    token = wechat.access_token()
    advance(wechat, 7200)
    wechat.access_token()

    assert state_of_token(wechat, token) == EXPIRED


def test_the_stable_token_stays_the_same_and_says_what_is_left(wechat):
    first = wechat.stable().json
    advance(wechat, 6899)

    assert first == {"access_token": first["access_token"], "expires_in": 7200}
    assert wechat.stable().json == {"access_token": first["access_token"], "expires_in": 301}


def test_in_its_last_five_minutes_a_new_stable_token_comes_and_both_work(wechat, state_of_token):
    first = wechat.stable().json["access_token"]
    advance(wechat, 7100)
    second = wechat.stable().json
    advance(wechat, 299)  # beyond the first one's own end
    both = [state_of_token(wechat, one) for one in (first, second["access_token"])]
    advance(wechat, 1)

    assert second["expires_in"] == 7200
    assert both == [GOOD, GOOD]
    assert [state_of_token(wechat, one) for one in (first, second["access_token"])] == [NOT_LATEST, GOOD]


def test_plain_and_stable_tokens_leave_each_other_alone(wechat, state_of_token):
    stable, plain = wechat.stable().json["access_token"], wechat.access_token()
    wechat.access_token()
    wechat.stable(force_refresh=True)
    advance(wechat, 60)

    assert [state_of_token(wechat, one) for one in (stable, plain)] == [NOT_LATEST, GOOD]
    assert wechat.stable().json["access_token"] != stable


def test_force_ends_the_stable_token_at_once(wechat, state_of_token):
    first = wechat.stable().json["access_token"]
    second = wechat.stable(force_refresh=True).json

    assert second["expires_in"] == 7200
    assert [state_of_token(wechat, one) for one in (first, second["access_token"])] == [NOT_LATEST, GOOD]


def test_force_soon_after_force_gives_the_present_token(wechat):
    first = wechat.stable(force_refresh=True).json["access_token"]
    advance(wechat, 29)
    soon = wechat.stable(force_refresh=True).json
    advance(wechat, 1)

    assert soon == {"access_token": first, "expires_in": 7171}
    assert wechat.stable(force_refresh=True).json["access_token"] != first


def test_force_works_twenty_times_a_day(wechat, refusal):
    for _ in range(20):
        assert "errcode" not in wechat.stable(force_refresh=True).json
        advance(wechat, 30)
    refused = wechat.stable(force_refresh=True)
    usual = wechat.stable().json
    advance(wechat, 24 * 3600)

    assert refusal(refused) == {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    assert (refused.trace.why.id, list(usual)) == ("token-forced-too-often", ["access_token", "expires_in"])
    assert "errcode" not in wechat.stable(force_refresh=True).json


def test_tokens_of_two_mini_programs_leave_each_other_alone(wechat_with, state_of_token):
    wechat = wechat_with()
    token = wechat.access_token()
    wechat.token(appid=OTHER, secret="other")
    advance(wechat, 300)

    assert state_of_token(wechat, token) == GOOD


def test_a_quota_bounds_the_plain_tokens_of_a_day(wechat_with, refusal):
    wechat = wechat_with(token_quota=2)
    answers = [wechat.token() for _ in range(3)]
    advance(wechat, 24 * 3600)

    assert [list(one.json) for one in answers[:2]] == [["access_token", "expires_in"]] * 2
    assert refusal(answers[2]) == QUOTA
    assert str(answers[2].trace.why) == f"{APPID} may fetch 2 plain access_tokens a day"
    assert list(wechat.token().json) == ["access_token", "expires_in"]


def test_a_day_ends_at_midnight_in_beijing(wechat_with, refusal):
    wechat = wechat_with(token_quota=1)
    wechat.token()
    advance(wechat, 8 * 3600 - 1)  # it was 16:00 in Beijing
    refused = refusal(wechat.token())
    advance(wechat, 1)

    assert (refused, list(wechat.token().json)) == (QUOTA, ["access_token", "expires_in"])


def test_token_life_is_a_setting(wechat_with, state_of_token):
    wechat = wechat_with(token_life=timedelta(minutes=1))
    answer = wechat.token().json
    advance(wechat, 60)

    assert answer == {"access_token": answer["access_token"], "expires_in": 60}
    assert state_of_token(wechat, answer["access_token"]) == EXPIRED


def test_an_address_that_is_not_listed_is_named(wechat_with, refusal):
    wechat = wechat_with(ip_allow_list=("203.0.113.7",))
    answer = wechat.token(address="198.51.100.1")

    errmsg = "invalid ip 198.51.100.1 ipv6 ::ffff:198.51.100.1, not in whitelist"
    assert refusal(answer) == {"errcode": 40164, "errmsg": errmsg}
    assert str(answer.trace.why) == (
        f"the request came from 198.51.100.1, and the ip_allow_list of {APPID} holds: 203.0.113.7"
    )
    assert list(wechat.token(address="203.0.113.7").json) == ["access_token", "expires_in"]


def test_the_oldest_tokens_are_forgotten(wechat_with, world, state_of_token):
    wechat = wechat_with(limits=world.limits.replace(access_tokens=2))
    tokens = [wechat.access_token() for _ in range(3)]

    assert [state_of_token(wechat, one) for one in tokens] == [NOT_LATEST, GOOD, GOOD]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param({"error": 45009}, QUOTA, id="the token endpoint's own text"),
        pytest.param({"error": -1, "when": {"appid": APPID}}, {"errcode": -1, "errmsg": "system error"}, id="by appid"),
        pytest.param(
            {"error": 50004},
            {"errcode": 50004, "errmsg": "user not allow to use accesstoken, maybe for punishment"},
            id="punished",
        ),
    ],
)
def test_a_fault_strikes_a_token_call(wechat, refusal, fault, expected):
    ControlService(wechat.world).plan_fault({"at": "wechat.token", **fault})

    assert refusal(wechat.token()) == expected


def test_a_fault_finds_the_mini_program_behind_a_token(wechat, refusal):
    token = wechat.access_token()
    ControlService(wechat.world).plan_fault({"at": "wechat.*", "when": {"appid": APPID}, "error": 45011})

    answer = wechat.post(PHONE, access_token=token)

    errmsg = "api minute-quota reach limit, must slower, retry next minute"
    assert refusal(answer) == {"errcode": 45011, "errmsg": errmsg}


def test_tokens_are_derived_so_that_two_worlds_agree(make_world, wechat_of):
    tokens = {wechat_of(make_world()).access_token() for _ in range(2)}

    assert len(tokens) == 1
    assert scenario_of(make_world().state).miniprograms[APPID].token_life == timedelta(hours=2)
