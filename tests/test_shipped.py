"""Each shipped scenario makes its situation happen to whatever client calls."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from emulator.control.worlds import open_world
from emulator.core.errors import Unreachable
from emulator.journal.journal import Journal
from emulator.scenario import load, shipped
from emulator.scenario.model import scenario_of
from emulator.web import create_app
from emulator.wechat.code2session import answer

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
LOGIN = "/api/login/oauth/access_token"
DEVTOOLS = "the code is a mock one"
SESSION = "get wechat mini program session error: "


class Client:
    """A mini program that does what the docs page says, and its backend."""

    def __init__(self, name):
        self.scenario = load(shipped()[name])
        self.world = open_world(self.scenario, wall=lambda: START)
        self.client = create_app(self.world).test_client(use_cookies=False)

    def login(self, client_id="6825f4f0af45554c8952", **parameters):
        form = {"tag": "wechat_miniprogram", "client_id": client_id, "code": DEVTOOLS} | parameters
        self.reply = self.client.post(LOGIN, data=form)
        body = self.reply.get_json()
        self.token = body.get("access_token") or body.get("accessToken")
        return self.reply.status_code, body.get("error", ""), body.get("error_description", body.get("msg", ""))

    def account(self):
        return self.client.get("/api/get-account", headers={"Authorization": f"Bearer {self.token}"}).get_json()

    def update(self):
        body = {
            "owner": "test",
            "name": "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q",
            "displayName": "小明",
            "avatar": "https://example.com/me.png",
        }
        return self.client.post(
            "/api/update-user", json=body, headers={"Authorization": f"Bearer {self.token}"}
        ).get_json()

    @property
    def notes(self):
        return self.reply.headers.get("X-Mockdoor-Note", "").split(", ")


def ask_wechat(world):
    """Return a world's first mini program, and what WeChat answers it for alice."""
    program = next(iter(scenario_of(world.state).miniprograms.values()))
    given = {"appid": program.appid, "secret": program.secret, "js_code": "alice"}
    return program, answer(world.transaction(), given)


def without_rid(description):
    return description.partition(", rid: ")[0]


@pytest.mark.parametrize(
    ("name", "status", "error", "description"),
    [
        ("invalid-code", 400, "invalid_grant", SESSION + "err: invalid code"),
        ("expired-code", 400, "invalid_grant", SESSION + "err: invalid code"),
        (
            "missing-tag",
            400,
            "unsupported_grant_type",
            "grant_type:  is not supported in this application",
        ),
        ("unknown-client-id", 401, "invalid_client", "client_id is invalid"),
        (
            "no-mini-program-provider",
            401,
            "invalid_client",
            "the application does not support wechat mini program",
        ),
        (
            "wrong-provider-type",
            401,
            "invalid_client",
            "the application does not support wechat mini program",
        ),
        (
            "sign-up-disabled",
            400,
            "invalid_grant",
            "the application does not allow to sign up new account",
        ),
        (
            "nickname-taken",
            200,
            "",
            "constraint failed: UNIQUE constraint failed: user.owner, user.name (1555)",
        ),
    ],
)
def test_every_login_fails_as_the_description_says(name, status, error, description):
    client = Client(name)

    answers = [client.login() for _ in range(2)]

    assert [(one[0], one[1], without_rid(one[2])) for one in answers] == [(status, error, description)] * 2


def test_wechat_down_shows_the_secret():
    client = Client("wechat-down")

    status, error, description = client.login()

    assert (status, error) == (400, "invalid_grant")
    assert description.startswith(
        f'{SESSION}Get "https://api.weixin.qq.com/sns/jscode2session?appid=wx0123456789abcdef'
    )
    assert "secret-in-error" in client.notes
    program, reply = ask_wechat(client.world)
    assert reply.failure == "reset"
    with pytest.raises(Unreachable):
        client.client.get("/sns/jscode2session", query_string={"appid": program.appid})


def test_code_used_twice():
    client = Client("code-used-twice")

    answers = [client.login() for _ in range(3)]

    assert [(one[0], without_rid(one[2])) for one in answers] == [(200, "")] + [
        (400, SESSION + "err: code been used")
    ] * 2


def test_wechat_busy_once_then_fine():
    client = Client("wechat-busy-once")

    answers = [client.login() for _ in range(2)]

    assert [(one[0], without_rid(one[2])) for one in answers] == [(400, SESSION + "err: system error"), (200, "")]


def test_quota_is_over_after_a_minute():
    client = Client("quota")

    statuses = [client.login()[0], client.login()[0]]
    client.world.state.clock.advance(timedelta(minutes=1))

    assert [*statuses, client.login()[0]] == [200, 400, 200]


def test_multiple_wechat_providers():
    client = Client("multiple-wechat-providers")

    status, _, _ = client.login()

    assert status == 200
    assert {"several-providers", "provider-type"} <= set(client.notes)
    exchanges = client.world.state.get(Journal).exchanges()
    assert (client.world.state.last_number, len(exchanges)) == (1, 1)
    assert "appid=wxfedcba9876543210" in exchanges[0].inner[0].url


def test_linked_by_unionid():
    client = Client("linked-by-unionid")

    client.login()

    assert client.account()["name"] == "alice-of-old"
    assert "linked-account" in client.notes


def test_chinese_nickname():
    client = Client("chinese-nickname")

    client.login(username="小明")

    user = client.account()["data"]
    assert (user["name"], user["displayName"]) == ("wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q", "")
    assert "nickname-dropped" in client.notes


def test_forbidden_user():
    client = Client("forbidden-user")

    status, _, _ = client.login()

    assert (status, client.account()["msg"]) == (
        200,
        "The user is forbidden to sign in, please contact the administrator",
    )


def test_token_expired():
    client = Client("token-expired")

    status, _, _ = client.login()

    assert (status, client.account()["msg"]) == (200, "Access token has expired, expireTime = 2026-01-01T08:00:00Z")


def test_update_refused():
    client = Client("update-refused")
    client.login()

    assert client.update()["msg"] == "The ID is immutable."


def test_update_of_somebody_else():
    client = Client("update-of-somebody-else")
    client.login()

    assert client.update() == {"status": "error", "msg": "Unauthorized operation", "data": None, "data2": None}


def test_unionid_missing():
    _, reply = ask_wechat(Client("unionid-missing").world)

    assert list(json.loads(reply.body)) == ["session_key", "openid"]


def test_two_mini_programs_one_person():
    client = Client("two-mini-programs-one-person")

    client.login()
    first = client.account()["data"]
    client.login(client_id="second-client")
    second = client.account()["data"]

    assert first["wechat"] != second["wechat"]
    assert first["properties"]["wechatUnionId"] == second["properties"]["wechatUnionId"] != ""
    assert "openid-per-miniprogram" in client.notes
