"""Promises about /wxa/checksession and /wxa/resetusersessionkey: facts/wechat.md 2.4 and 2.5."""

from datetime import timedelta

import pytest

from emulator.control.service import ControlService
from emulator.wechat.crypto import hmac_sha256
from emulator.wechat.personas import Personas

APPID = "wx0123456789abcdef"
CHECK, RESET = "/wxa/checksession", "/wxa/resetusersessionkey"
OK = {"errcode": 0, "errmsg": "ok"}
INVALID = {"errcode": 87009, "errmsg": "invalid signature"}


class Backend:
    """A backend that knows alice's openid and the session_key of her last login."""

    def __init__(self, wechat):
        self.wechat = wechat
        self.token = wechat.access_token()
        self.openid = wechat.world.state.get(Personas).openid(APPID, "alice")
        self.key = self.log_in()

    def log_in(self):
        """Return the session_key of one more login."""
        login = self.wechat.ask("/sns/jscode2session", appid=APPID, secret="0123456789abcdef" * 2, js_code="alice")
        return login.json["session_key"]

    def call(self, path, key=None, **changes):
        """Call with a signature of a key."""
        signature = hmac_sha256("", session_key=key or self.key)
        given = {"openid": self.openid, "signature": signature, "sig_method": "hmac_sha256"} | changes
        return self.wechat.ask(path, access_token=self.token, **given)

    def advance(self, **by):
        """Let time pass, and fetch a token that works then."""
        self.wechat.world.state.clock.advance(timedelta(**by))
        self.token = self.wechat.access_token()


@pytest.fixture(name="backend")
def fixture_backend(wechat):
    """A backend into which alice has logged in."""
    return Backend(wechat)


def test_a_signature_of_the_present_key_is_good(backend):
    answer = backend.call(CHECK)

    assert (answer.json, answer.trace.persona) == (OK, "alice")


def test_parameters_may_stand_in_a_body(backend):
    signature = hmac_sha256("", session_key=backend.key)
    given = {"openid": backend.openid, "signature": signature, "sig_method": "hmac_sha256"}

    answers = [
        backend.wechat.ask(CHECK, method=method, json_body=given, access_token=backend.token)
        for method in ("GET", "POST")
    ]

    assert [one.json for one in answers] == [OK, OK]


def test_a_signature_of_an_older_key_is_not_good(backend, refusal):
    old = backend.key
    backend.advance(minutes=2)
    backend.key = backend.log_in()

    answer = backend.call(CHECK, old)

    assert (refusal(answer), backend.call(CHECK).json) == (INVALID, OK)
    assert answer.trace.why.id == "signature-other"


def test_a_key_expires_after_three_days(backend, refusal):
    backend.advance(days=3, seconds=-1)
    last = backend.call(CHECK).json
    backend.advance(seconds=1)
    answer = backend.call(CHECK)

    assert (last, refusal(answer)) == (OK, INVALID)
    assert str(answer.trace.why) == "the session_key of alice expired at 2026-01-04 08:00:00"


@pytest.mark.parametrize("path", [CHECK, RESET])
@pytest.mark.parametrize(
    ("changes", "errcode", "errmsg", "why"),
    [
        pytest.param({"openid": "o_nobody"}, 40003, "invalid openid", "openid-unknown", id="nobody's openid"),
        pytest.param({"openid": ""}, 40003, "invalid openid", "openid-unknown", id="no openid"),
        pytest.param({"sig_method": "sha1"}, 87008, "invalid sig_method", "sig-method-other", id="another method"),
        pytest.param({"sig_method": ""}, 87008, "invalid sig_method", "sig-method-other", id="no method"),
        pytest.param({"signature": "ff"}, 87009, "invalid signature", "signature-other", id="a wrong signature"),
        pytest.param({"signature": "签名"}, 87009, "invalid signature", "signature-other", id="not a signature"),
    ],
)
def test_what_does_not_fit_is_refused(backend, refusal, path, changes, errcode, errmsg, why):
    answer = backend.call(path, **changes)

    assert (refusal(answer), answer.trace.why.id) == ({"errcode": errcode, "errmsg": errmsg}, why)


def test_somebody_who_never_logged_in_has_no_key(backend, refusal):
    bob = backend.wechat.world.state.get(Personas).openid(APPID, "bob")

    answer = backend.call(CHECK, openid=bob)

    assert (refusal(answer), str(answer.trace.why)) == (
        INVALID,
        f"bob never logged in to {APPID}, so there is no session_key",
    )


def test_a_reset_gives_a_new_key_and_ends_the_old_one(backend, refusal):
    answer = backend.call(RESET)

    fresh = answer.json["session_key"]
    assert answer.json == {"errcode": 0, "errmsg": "ok", "openid": backend.openid, "session_key": fresh}
    assert fresh != backend.key
    assert [refusal(backend.call(path)) for path in (CHECK, RESET)] == [INVALID, INVALID]
    assert (backend.call(CHECK, fresh).json, backend.log_in()) == (OK, fresh)


def test_the_new_key_inherits_the_end_of_the_old_one(backend, refusal):
    backend.advance(days=2)
    fresh = backend.call(RESET).json["session_key"]
    backend.advance(days=1)

    assert refusal(backend.call(CHECK, fresh)) == INVALID


def test_a_token_is_needed(backend, refusal):
    backend.token = ""

    assert refusal(backend.call(CHECK)) == {"errcode": 41001, "errmsg": "access_token missing"}


def test_a_fault_finds_the_person_behind_an_openid(backend, refusal):
    ControlService(backend.wechat.world).plan_fault(
        {"at": "wechat.check_session", "when": {"persona": "alice"}, "error": 45011}
    )

    answer = backend.call(CHECK)

    errmsg = "api minute-quota reach limit, must slower, retry next minute"
    assert refusal(answer) == {"errcode": 45011, "errmsg": errmsg}
    assert (answer.trace.persona, "openid" in backend.call(RESET).json) == ("alice", True)
