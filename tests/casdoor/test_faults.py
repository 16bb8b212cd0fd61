"""Planned faults at Casdoor's own endpoints: design.md 7."""

import json
import re
from datetime import timedelta

import jwt
import pytest

from emulator.casdoor.repositories import Providers
from emulator.core.errors import Unreachable
from emulator.faults.effects import (
    ApiFailure,
    BrokenConnection,
    DamagedBody,
    Delay,
    DroppedKeys,
    Fault,
    FixedReply,
    Limit,
    StatusOnly,
    TamperedToken,
    TokenFailure,
)
from emulator.web.responses import CONNECTION, Pause

LOGIN = "/api/login/oauth/access_token"
ENVELOPE = {"status": "error", "msg": "x", "sub": "", "name": "", "data": None, "data2": None, "data3": None}


def planned(casdoor, effect, at="casdoor.login", profile="docs", **window):
    return casdoor(profile, faults=(Fault(id="f", at=at, effect=effect, **window),))


@pytest.mark.parametrize(
    ("effect", "status", "body"),
    [
        pytest.param(
            TokenFailure(error="e", description="d"), 400, {"error": "e", "error_description": "d"}, id="oauth"
        ),
        pytest.param(TokenFailure(error="invalid_client"), 401, {"error": "invalid_client"}, id="oauth 401"),
        pytest.param(ApiFailure(msg="x"), 200, ENVELOPE, id="envelope"),
        pytest.param(FixedReply(status=418, json={"a": 1}, has_json=True), 418, {"a": 1}, id="words"),
    ],
)
def test_an_effect_answers_instead_of_casdoor(casdoor, effect, status, body):
    reply = planned(casdoor, effect).login()

    assert (reply.status_code, reply.get_json()) == (status, body)


def test_a_gateways_page_is_html(casdoor):
    reply = planned(casdoor, StatusOnly(status=502)).login()

    assert (reply.status_code, reply.mimetype) == (502, "text/html")


@pytest.mark.parametrize("kind", ["reset", "empty", "hang"])
def test_a_connection_can_break(casdoor, kind):
    with pytest.raises(Unreachable, match=kind):
        planned(casdoor, BrokenConnection(kind=kind)).login()


def test_a_malformed_body_is_half_of_one(casdoor):
    whole = casdoor("docs").login().data

    assert planned(casdoor, DamagedBody(kind="malformed")).login().data == whole[: len(whole) // 2]


def test_keys_can_be_dropped(casdoor):
    reply = planned(casdoor, DroppedKeys(keys=("refresh_token", "id_token"))).login()

    assert list(reply.get_json()) == ["access_token", "token_type", "expires_in", "scope"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", jwt.ExpiredSignatureError),
        ("bad_signature", jwt.InvalidSignatureError),
        ("wrong_issuer", jwt.InvalidIssuerError),
        ("wrong_audience", jwt.InvalidAudienceError),
    ],
)
def test_a_spoiled_token_fails_verification_as_it_should(casdoor, kind, error):
    server = planned(casdoor, TamperedToken(kind=kind))
    jwks = jwt.PyJWKSet.from_dict(server.get("/.well-known/jwks").get_json())
    token = server.token()

    with pytest.raises(error):
        jwt.decode(
            token,
            jwks["cert-built-in"].key,
            algorithms=["RS256"],
            audience="6825f4f0af45554c8952",
            issuer="http://localhost",
            options={"verify_exp": kind == "expired", "verify_nbf": False, "verify_iat": False},
        )


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param({"persona": "bob"}, [200, 503], id="by persona"),
        pytest.param({"code": "bob"}, [200, 503], id="by code"),
        pytest.param({"client_id": "other"}, [200, 200], id="by another client"),
        pytest.param({"appid": "wx0123456789abcdef"}, [503, 503], id="by appid"),
        pytest.param({"body.tag": "wechat_miniprogram"}, [503, 503], id="by a field"),
        pytest.param({"header.content-type": "application/x-www-form-urlencoded"}, [503, 503], id="by a header"),
    ],
)
def test_a_fault_strikes_only_when(casdoor, when, expected):
    server = planned(casdoor, StatusOnly(status=503), when=when)

    assert [server.login(code).status_code for code in ("alice", "bob")] == expected


def test_a_fault_finds_the_persona_behind_a_token(casdoor):
    server = planned(casdoor, StatusOnly(status=503), at="casdoor.get_account", when={"persona": "bob"})
    tokens = [server.token(code) for code in ("alice", "bob")]

    assert [server.get("/api/get-account", token).status_code for token in tokens] == [200, 503]


def test_a_limit_answers_the_rest(casdoor):
    limit = Limit(requests=1, per=timedelta(minutes=1), failure=TokenFailure(error="slow_down"))
    server = planned(casdoor, limit)

    assert [server.login().status_code for _ in range(2)] == [200, 400]


def test_the_journal_names_the_fault_that_struck(casdoor):
    server = planned(casdoor, StatusOnly(status=503))
    server.login()

    entry = server.client.get("/_emulator/journal").get_json()["exchanges"][0]

    assert (entry["faults"], entry["why"]) == (["f"], "the planned fault f struck")


def test_a_wechat_fault_reaches_the_mini_program_through_casdoor(casdoor):
    fault = Fault(id="f", at="wechat.*", effect=DamagedBody(kind="malformed"))

    reply = casdoor("current", faults=(fault,)).login()

    assert reply.get_json() == {
        "error": "invalid_grant",
        "error_description": "get wechat mini program session error: unexpected end of JSON input",
    }


WECHAT = "https://api.weixin.qq.com/sns/jscode2session"


def url_of(server, code):
    (provider, *_) = server.world.state.get(Providers).all()
    credentials = f"appid={provider.text('clientId')}&secret={provider.text('clientSecret')}"
    return f"{WECHAT}?{credentials}&js_code={code}&grant_type=authorization_code"


@pytest.mark.parametrize(
    ("kind", "description"),
    [
        ("reset", r'Get "{url}": read tcp 127\.0\.0\.1:\d{{5}}->127\.0\.0\.1:443: read: connection reset by peer'),
        ("empty", r'Get "{url}": EOF'),
        ("truncated", "unexpected EOF"),
    ],
)
def test_a_broken_connection_to_wechat_shows_gos_words(casdoor, kind, description):
    server = casdoor("current", faults=(Fault(id="f", at="wechat.*", effect=BrokenConnection(kind=kind)),))

    body = server.login("x").get_json()

    wanted = "get wechat mini program session error: " + description.format(url=re.escape(url_of(server, "x")))
    assert list(body) == ["error", "error_description"]
    assert body["error"] == "invalid_grant"
    assert re.fullmatch(wanted, body["error_description"])


def test_every_reset_connection_had_an_ephemeral_port_of_its_own(casdoor):
    fault = Fault(id="f", at="wechat.*", effect=BrokenConnection(kind="reset"))
    first, second = (casdoor("current", faults=(fault,)) for _ in range(2))

    ports = [
        re.search(r":(\d+)->", server.login().get_json()["error_description"])[1] for server in (first, first, second)
    ]

    assert ports[0] != ports[1]
    assert ports[0] == ports[2]
    assert all(32768 <= int(port) < 61000 for port in ports)


def test_a_hanging_wechat_hangs_the_login(casdoor):
    with pytest.raises(Unreachable, match="hang"):
        casdoor("current", faults=(Fault(id="f", at="wechat.*", effect=BrokenConnection(kind="hang")),)).login()


def test_a_delay_reaches_the_reply(casdoor):
    second = timedelta(seconds=1)
    server = casdoor("docs", faults=(Fault(id="f", at="wechat.*", delay=Delay(shortest=second, longest=second)),))
    played = []

    def play(steps):
        played.extend(steps)
        raise Unreachable("empty")  # a played connection does not return

    with pytest.raises(Unreachable):
        server.client.post(LOGIN, data=server.form(), environ_overrides={CONNECTION: play})

    assert played[0] == Pause(second.total_seconds())
    assert json.loads(b"".join(played[1:])).keys() >= {"access_token", "refresh_token"}
