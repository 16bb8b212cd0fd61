"""Worlds, scenarios, personas and counts over the control API: design.md 8."""

import pytest

from emulator.casdoor.user_repository import Users
from emulator.control.worlds import open_world
from emulator.core.limits import Limits
from emulator.scenario import load_default
from emulator.web import create_app
from emulator.web.lifecycle import app_state

LOGIN = "/api/login/oauth/access_token"
FORM = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice", "username": "Alice"}


def message(reply):
    return reply.status_code, reply.get_json()["message"]


def test_each_world_has_its_own_users_clock_faults_and_journal(client):
    for name in ("t1", "t2"):
        client.post("/_emulator/worlds", json={"name": name})

    client.post("/@t1/_emulator/faults", json={"at": "casdoor.health", "http": 503})
    client.post("/@t1/_emulator/clock/advance", json={"by": "1h"})
    login = client.post(f"/@t1{LOGIN}", data=FORM)

    assert login.status_code == 200
    users = [client.get(f"{at}/api/get-user?id=test/Alice").get_json()["data"] for at in ("/@t1", "/@t2", "")]
    assert [user is not None for user in users] == [True, False, False]
    assert [client.get(f"{at}/api/health").status_code for at in ("/@t1", "/@t2", "")] == [503, 200, 200]
    listed = client.get("/_emulator/worlds").get_json()["worlds"]
    assert [(world["name"], world["now"], world["exchanges"]) for world in listed] == [
        ("main", "2026-01-01T08:00:00Z", 2),
        ("t1", "2026-01-01T09:00:00Z", 3),
        ("t2", "2026-01-01T08:00:00Z", 2),
    ]


def test_tokens_of_a_world_name_its_address_as_their_issuer(client):
    client.post("/_emulator/worlds", json={"name": "t1"})

    document = client.get("/@t1/.well-known/openid-configuration").get_json()

    assert document["issuer"] == "http://localhost/@t1"
    assert document["token_endpoint"] == f"http://localhost/@t1{LOGIN}"


def test_a_world_is_made_from_a_scenario_and_a_profile(client):
    made = client.post("/_emulator/worlds", json={"name": "t1", "scenario": "invalid-code", "profile": "classic"})

    assert (made.status_code, made.get_json()) == (
        201,
        {
            "name": "t1",
            "url": "http://localhost/@t1",
            "scenario": "invalid-code",
            "profile": "classic",
            "now": "2026-01-01T08:00:00Z",
            "exchanges": 0,
        },
    )
    assert client.post(f"/@t1{LOGIN}", data=FORM).status_code == 400


def test_a_deleted_world_is_gone(client):
    client.post("/_emulator/worlds", json={"name": "t1"})

    deleted = client.delete("/_emulator/worlds/t1")

    assert deleted.get_json() == {"deleted": "t1"}
    assert client.get("/@t1/api/health").status_code == 404
    assert message(client.delete("/_emulator/worlds/t1")) == (404, "there is no world 't1'; there are: main")


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("POST", "/_emulator/worlds", {}, "'name' must be a text, it is missing"),
        (
            "POST",
            "/_emulator/worlds",
            {"name": "a/b"},
            "'name' is 'a/b'; write up to 64 letters, digits, _ or -, a letter or digit first",
        ),
        ("POST", "/_emulator/worlds", {"name": "main"}, "there is a world 'main' already"),
        (
            "POST",
            "/_emulator/worlds",
            {"name": "x", "profile": "new"},
            "'profile' is 'new'; allowed: docs, classic, current, v3.100.0, v3.60.0, v2.100.0, v1.600.0, docs@VERSION",
        ),
        (
            "POST",
            "/_emulator/worlds",
            {"name": "x", "scenario": "invalid-cod"},
            "there is no scenario 'invalid-cod'; did you mean 'invalid-code'?",
        ),
        (
            "PUT",
            "/_emulator/scenario",
            {"scenario": "../invalid-code"},
            "there is no scenario '../invalid-code'; did you mean 'invalid-code'?",
        ),
        ("DELETE", "/_emulator/worlds/main", {}, "the world 'main' stays; POST reset brings it back to its scenario"),
        (
            "PUT",
            "/_emulator/scenario",
            {},
            "give 'scenario', a name that GET scenarios lists, or 'text', the YAML of one",
        ),
        (
            "PUT",
            "/_emulator/scenario",
            {"text": "version: 1\nprofile: doc\n"},
            "text:2:10: 'doc' is not allowed here; did you mean 'docs'?\n    profile: doc\n             ^",
        ),
        (
            "PUT",
            "/_emulator/scenario",
            {"text": "version: 1\nextends: /etc/passwd\ninit_data: README.md\n"},
            (
                "text:2:10: a scenario sent here extends default or none, never a file\n"
                "    extends: /etc/passwd\n             ^\n"
                "text:3:12: a scenario sent here can name no file; write the objects out\n"
                "    init_data: README.md\n               ^"
            ),
        ),
        ("PUT", "/_emulator/scenario", {"text": "a", "scenario": "b"}, "give 'scenario' or 'text', not both"),
        ("POST", "/_emulator/verify", {}, "a verify has either 'operation' or 'in_order'"),
        (
            "POST",
            "/_emulator/verify",
            {"operation": "wechat.login"},
            "unknown operation 'wechat.login'; did you mean 'wechat.code2session'?",
        ),
        (
            "POST",
            "/_emulator/verify",
            {"operation": "*", "count": -1},
            "expected a whole number from 0, or {$at_least: 1, $at_most: 3}, got -1",
        ),
        (
            "POST",
            "/_emulator/verify",
            {"operation": "*", "when": {"persona": 1}},
            "expected text, got 1",
        ),
        ("PUT", "/_emulator/personas/zoe", {"phone": 1}, "'phone' must be a text"),
    ],
)
def test_a_wrong_call_says_what_is_allowed_and_changes_nothing(client, world, method, path, body, text):
    before = world.state

    assert message(client.open(path, method=method, json=body)) == (400, text)
    assert (world.state, world.state.setting.name) == (before, "default")
    assert len(client.get("/_emulator/worlds").get_json()["worlds"]) == 1


def test_worlds_are_managed_at_the_root(client):
    client.post("/_emulator/worlds", json={"name": "t1"})

    assert message(client.get("/@t1/_emulator/worlds")) == (400, "worlds are managed at the root, not under /@t1")


def test_worlds_are_bounded(world):
    client = create_app(open_world(load_default(), wall=world.wall, limits=Limits(worlds=4))).test_client()
    codes = {client.post("/_emulator/worlds", json={"name": f"w{number}"}).status_code for number in range(1, 4)}

    assert codes == {201}
    assert message(client.post("/_emulator/worlds", json={"name": "more"})) == (
        400,
        "a server holds 4 worlds at most; delete some",
    )


def test_a_world_becomes_another_scenario(client, world):
    client.post(LOGIN, data=FORM)

    told = client.put("/_emulator/scenario", json={"scenario": "wechat-busy-once"}).get_json()

    assert (told["name"], told["faults"]) == (
        "wechat-busy-once",
        [{"id": "fault-1", "at": "wechat.code2session", "error": -1, "times": 1}],
    )
    assert client.get("/_emulator/scenario").get_json() == told
    assert world.state.get(Users).find(("test", "Alice")) is None


def test_a_persona_added_can_log_in_until_the_reset(client):
    added = client.put("/_emulator/personas/zoe", json={"nickname": "佐伊", "unionid": None})
    changed = client.put("/_emulator/personas/zoe", json={"openid": "oGk3T5ZoeZoeZoeZoeZoeZoeZoe0"})

    assert (added.status_code, added.get_json()["nickname"], changed.status_code) == (201, "佐伊", 200)
    assert changed.get_json()["openids"] == {"wx0123456789abcdef": "oGk3T5ZoeZoeZoeZoeZoeZoeZoe0"}
    assert client.post(LOGIN, data=FORM | {"code": "zoe"}).status_code == 200
    client.post("/_emulator/reset")
    assert client.post(LOGIN, data=FORM | {"code": "zoe"}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"operation": "casdoor.login", "count": 2}, {"ok": True, "count": 2}),
        ({"operation": "wechat.*", "count": 2}, {"ok": True, "count": 2}),
        ({"operation": "casdoor.login", "when": {"persona": "bob"}}, {"ok": True, "count": 1}),
        ({"operation": "*", "count": {"$at_least": 2, "$at_most": 4}}, {"ok": True, "count": 4}),
        ({"operation": "casdoor.logout", "never": True}, {"ok": True, "count": 0}),
        ({"in_order": ["casdoor.login", {"operation": "*", "when": {"persona": "bob"}}]}, {"ok": True, "count": 2}),
        (
            {"in_order": ["casdoor.login", "casdoor.logout"]},
            {
                "ok": False,
                "count": 1,
                "why": "not called in the order casdoor.login → casdoor.logout: no casdoor.logout after casdoor.login; "
                "seen: casdoor.login (200) → wechat.code2session (200) → casdoor.login (200) → "
                "wechat.code2session (200)",
                "nearest": [],
            },
        ),
        (
            {"operation": "casdoor.login", "when": {"persona": "carol"}},
            {
                "ok": False,
                "count": 0,
                "why": "calls of casdoor.login: 1 expected, 0 found; "
                "seen: 2 × casdoor.login (200), 2 × wechat.code2session (200)",
                "nearest": [
                    "exchange 1: persona was 'alice', not 'carol'",
                    "exchange 2: persona was 'bob', not 'carol'",
                ],
            },
        ),
    ],
)
def test_calls_are_counted_with_the_nearest_misses(client, asked, answer):
    for code in ("alice", "bob"):
        client.post(LOGIN, data=FORM | {"code": code, "username": code})

    assert client.post("/_emulator/verify", json=asked).get_json() == answer


def test_who_waits_for_a_world_is_woken_when_it_is_deleted(client):
    client.post("/_emulator/worlds", json={"name": "t1"})
    world = app_state(client.application).worlds["t1"]
    woken = []
    world.on_change(lambda: woken.append(True), since=world.revision)

    client.delete("/_emulator/worlds/t1")

    assert woken == [True]


def test_the_environment_of_a_world_names_its_address_and_secrets(client) -> None:
    client.post("/_emulator/worlds", json={"name": "t1"})

    reply = client.get("/@t1/_emulator/environment")

    assert reply.json == {
        "variables": {
            **dict.fromkeys(
                ["CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE", "MOCKDOOR_URL"], "http://localhost/@t1"
            ),
            "CASDOOR_CLIENT_ID": "6825f4f0af45554c8952",
            "CASDOOR_CLIENT_SECRET": "5329a6a131926112a128b2149d2b569f14b966ba",
            "CASDOOR_ORGANIZATION": "test",
            "CASDOOR_APPLICATION": "app-docs",
            "WECHAT_APPID": "wx0123456789abcdef",
            "WECHAT_SECRET": "0123456789abcdef0123456789abcdef",
        }
    }
