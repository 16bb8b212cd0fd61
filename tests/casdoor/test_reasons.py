"""Promises that a refusal of Casdoor says why, also where its reply does not."""

import pytest

from emulator.core.json_object import JsonObject
from emulator.core.reason import Reason
from emulator.journal.journal import Journal
from emulator.scenario import load_default
from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
REFRESH = "/api/login/oauth/refresh_token"
CLIENT = "6825f4f0af45554c8952"
BASIC = {"client_id": CLIENT, "grant_type": "refresh_token"}


def last_why(world) -> Reason | None:
    return world.state.get(Journal).exchanges()[-1].why


def log_in(client, **more):
    form = {"tag": "wechat_miniprogram", "client_id": CLIENT, "code": "alice", "username": "alice"} | more
    return client.post(LOGIN, data=form).json


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("method", "path", "given", "why"),
    [
        ("POST", REFRESH, {"data": {}}, Reason("parameter-missing", {"parameter": "client_id"})),
        (
            "POST",
            REFRESH,
            {"data": BASIC | {"client_id": "x"}},
            Reason("client-unknown", {"client_id": "x", "known": CLIENT}),
        ),
        (
            "POST",
            REFRESH,
            {"data": BASIC | {"grant_type": "refresh"}},
            Reason("grant-type-other", {"grant_type": "refresh", "expected": "refresh_token"}),
        ),
        (
            "POST",
            REFRESH,
            {"data": BASIC | {"client_secret": "x"}},
            Reason("client-secret-wrong", {"application": "app-docs"}),
        ),
        ("POST", REFRESH, {"data": BASIC | {"refresh_token": "x"}}, Reason("refresh-token-unknown")),
        (
            "GET",
            f"/api/get-account?clientId={CLIENT}&clientSecret=x",
            {},
            Reason("client-secret-wrong", {"application": "app-docs"}),
        ),
        ("GET", "/api/get-account?username=test/boss&password=x", {}, Reason("password-wrong", {"user": "test/boss"})),
        ("GET", "/api/get-account?username=test/none&password=x", {}, Reason("user-unknown", {"user": "test/none"})),
        ("GET", "/api/get-account?accessKey=a&accessSecret=b", {}, Reason("access-key-unknown")),
        ("GET", "/api/get-user?id=boss", {}, Reason("id-malformed", {"id": "boss"})),
        (
            "GET",
            f"/api/get-app-login?type=code&clientId={CLIENT}&responseType=code&redirectUri=http://x.example/",
            {},
            Reason("redirect-not-allowed", {"uri": "http://x.example/", "application": "app-docs"}),
        ),
        (
            "POST",
            "/api/logout",
            {"data": {"id_token_hint": "x"}},
            Reason("token-unknown"),
        ),
        ("GET", "/api/health/none", {"headers": bearer("x")}, Reason("token-unknown")),
    ],
    ids=lambda one: one.id if isinstance(one, Reason) else "",
)
def test_a_refusal_says_why(world, client, method, path, given, why):
    client.open(path, method=method, **given)

    assert last_why(world) == why


def test_a_refresh_token_that_was_used_is_not_known_any_more(world, client):
    token = log_in(client)["refresh_token"]
    for _ in range(2):
        client.post(REFRESH, data=BASIC | {"refresh_token": token})

    assert last_why(world) == Reason("refresh-token-unknown")


def test_a_forbidden_name_is_named(world, client):
    token = log_in(client)["access_token"]
    client.post("/api/update-user?id=test/alice", json={"owner": "test", "name": "a?b"}, headers=bearer(token))

    assert last_why(world) == Reason("name-forbidden", {"name": "a?b", "characters": "/?:#&%=+;"})


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("logout", Reason("token-logged-out")),
        ("forbid", Reason("caller-cut-off", {"user": "test/alice"})),
    ],
)
def test_a_dead_token_says_what_ended_it(world, client, end, why):
    token = log_in(client)["access_token"]
    if end == "logout":
        client.post("/api/logout", data={"id_token_hint": token})
    else:
        boss = "clientId=6825f4f0af45554c8952&clientSecret=5329a6a131926112a128b2149d2b569f14b966ba"
        changes = {"owner": "test", "name": "alice", "isForbidden": True}
        client.post(f"/api/update-user?id=test/alice&columns=isForbidden&{boss}", json=changes)

    client.get("/api/get-account", headers=bearer(token))

    assert last_why(world) == why


def test_a_path_that_nothing_answers_says_so(world, client):
    boss = "clientId=6825f4f0af45554c8952&clientSecret=5329a6a131926112a128b2149d2b569f14b966ba"
    client.get(f"/api/none?{boss}")

    assert last_why(world) == Reason("route-unknown", {"method": "GET", "path": "/api/none"})


def test_a_password_is_not_part_of_a_reason(make_world):
    item = {"name": "Password", "visible": True, "viewRule": "Self", "modifyRule": "Immutable", "regex": ""}
    organizations = tuple(JsonObject(row | {"accountItems": [item]}) for row in load_default().organizations)
    world = make_world(organizations=organizations)
    client = create_app(world).test_client(use_cookies=False)
    token = log_in(client)["access_token"]
    body = {"owner": "test", "name": "alice", "password": "hunter22"}

    client.post("/api/update-user?id=test/alice&columns=password", json=body, headers=bearer(token))

    assert last_why(world) == Reason("field-differs", {"field": "password", "value": "***"})
