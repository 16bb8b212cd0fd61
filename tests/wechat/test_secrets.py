"""Promises about a reset secret that takes its time: facts/wechat.md 6, pain 17."""

from datetime import timedelta

import pytest

from emulator.scenario.model import MiniProgram, SecretReset

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
NEW = "fedcba9876543210fedcba9876543210"
TEN_MINUTES = timedelta(minutes=10)
ASKED = {
    "wechat.code2session": lambda wechat, secret: session(wechat, "/sns/jscode2session", secret, js_code="alice"),
    "wechat.web_login": lambda wechat, secret: session(wechat, "/sns/oauth2/access_token", secret, code="alice"),
    "wechat.token": lambda wechat, secret: wechat.token(secret=secret),
    "wechat.stable_token": lambda wechat, secret: wechat.stable(secret=secret),
}


@pytest.fixture(name="reset")
def fixture_reset(make_world, wechat_of):
    """WeChat just after a mini program's secret was reset."""

    def make(at="*"):
        new = SecretReset(new=NEW, takes=TEN_MINUTES, at=at)
        program = MiniProgram(appid=APPID, secret=SECRET, secret_reset=new)
        return wechat_of(make_world(miniprograms={APPID: program}))

    return make


def session(wechat, path, secret, **code):
    return wechat.ask(path, appid=APPID, secret=secret, grant_type="authorization_code", **code)


def told(answer):
    """Return a reply's errcode and the reason of a refusal."""
    return answer.json.get("errcode", 0), answer.trace.why and answer.trace.why.id


@pytest.mark.parametrize("operation", ASKED)
def test_until_the_reset_has_arrived_only_the_old_secret_is_good(reset, operation):
    wechat = reset()
    wechat.world.state.clock.advance(TEN_MINUTES - timedelta(seconds=1))

    answers = [told(ASKED[operation](wechat, secret)) for secret in (SECRET, NEW, "x")]

    assert answers == [(0, None), (40125, "secret-not-here-yet"), (40125, "secret-wrong")]


@pytest.mark.parametrize("operation", ASKED)
def test_from_then_on_only_the_new_secret_is_good(reset, operation):
    wechat = reset()
    wechat.world.state.clock.advance(TEN_MINUTES)

    answers = [told(ASKED[operation](wechat, secret)) for secret in (SECRET, NEW, "x")]

    assert answers == [(40125, "secret-replaced"), (0, None), (40125, "secret-wrong")]


def test_operations_that_are_not_named_know_the_new_secret_at_once(reset):
    wechat = reset(at="wechat.*token")

    good = {operation for operation, ask in ASKED.items() if told(ask(wechat, NEW))[0] == 0}

    assert good == {"wechat.code2session", "wechat.web_login"}


def test_a_reset_of_the_world_begins_the_wait_anew(reset):
    wechat = reset()
    wechat.world.state.clock.advance(TEN_MINUTES)
    state = wechat.world.state
    wechat.world.replace_state(wechat.world.fresh_state(state.setting, profile=state.profile))

    assert told(wechat.token(secret=NEW)) == (40125, "secret-not-here-yet")
