"""Tokens as texts and as rows: facts/casdoor.md 3, 5.6, 5.7, 6."""

from datetime import timedelta

import jwt
import pytest
from cryptography import x509

from emulator.casdoor.repositories import Applications
from emulator.core.json_object import JsonObject
from emulator.core.tables import table_text
from emulator.scenario import load_default

REFRESH = "/api/login/oauth/refresh_token"
INTROSPECT = "/api/login/oauth/introspect"
CLIENT = "6825f4f0af45554c8952"


def public_key():
    return x509.load_pem_x509_certificate(table_text("casdoor", "cert-built-in.pem").encode()).public_key()


def refresh(server, token, **parameters):
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT} | parameters
    return server.client.post(REFRESH, data=form)


def test_a_token_verifies_with_the_shipped_certificate(casdoor):
    token = casdoor().token()

    claims = jwt.decode(token, public_key(), algorithms=["RS256"], audience=CLIENT, options={"verify_exp": False})

    assert (claims["iss"], claims["azp"], claims["tokenType"]) == ("http://localhost", CLIENT, "access-token")


def test_tokens_are_equal_from_run_to_run_when_the_clock_stands(casdoor):
    assert casdoor().token() == casdoor().token()


def test_two_logins_of_one_user_get_different_tokens(casdoor):
    server = casdoor()

    assert server.token() != server.token()


def test_another_users_login_moves_nobodys_identifiers(casdoor):
    alone, crowded = casdoor(), casdoor()
    crowded.token("bob")

    names = [server.login("alice").get_json()["name"] for server in (crowded, alone)]

    assert names[0] == names[1]


def test_a_token_dies_when_its_row_outlives_its_lifetime(casdoor):
    server = casdoor()
    token = server.token()
    server.world.state.clock.advance(timedelta(hours=168, seconds=1))

    reply = server.get("/api/get-account", token)

    assert reply.get_json()["msg"] == "Access token has expired, expireTime = 2026-01-08T08:00:00Z"


def test_a_refresh_ends_both_old_tokens(casdoor):
    server = casdoor()
    old = server.login().get_json()

    fresh = refresh(server, old["refreshToken"]).get_json()

    assert list(fresh) == ["access_token", "id_token", "refresh_token", "token_type", "expires_in", "scope"]
    assert server.get("/api/get-account", old["accessToken"]).get_json()["msg"] == (
        "Access token doesn't exist in database"
    )
    assert refresh(server, old["refreshToken"]).get_json()["error_description"] == "refresh token is invalid or revoked"


def test_classic_looks_for_the_user_where_the_asking_application_belongs(casdoor):
    one, organization = load_default().applications[0], load_default().organizations[0]
    two = JsonObject(one | {"name": "two", "clientId": "two-id", "organization": "two"})
    organizations = (organization, JsonObject(organization | {"name": "two"}))
    server = casdoor("classic", applications=(one, two), organizations=organizations)
    old = server.login(username="Alice").get_json()

    refused = refresh(server, old["refresh_token"], client_id="two-id").get_json()

    assert refused == {
        "status": "error",
        "msg": "The user: two/Alice doesn't exist",
        "sub": "",
        "name": "",
        "data": None,
        "data2": None,
        "data3": None,
    }
    assert server.get("/api/get-account", old["access_token"]).get_json()["name"] == "Alice"


def test_a_failed_refresh_leaves_the_old_tokens_alive(casdoor):
    server = casdoor()
    old = server.login().get_json()

    refused = refresh(server, old["refreshToken"], client_secret="wrong")

    assert refused.status_code == 401
    assert server.get("/api/get-account", old["accessToken"]).get_json()["status"] == "ok"


@pytest.mark.parametrize(
    ("profile", "text"),
    [
        ("current", "Access token has expired, expireTime = 2026-01-01T08:00:00Z"),
        ("classic", ""),
    ],
)
def test_a_ban_ends_tokens_in_current_only(casdoor, profile, text):
    server = casdoor(profile)
    token = server.token("carol")
    admin = ("6825f4f0af45554c8952", server.world.state.get(Applications).find("app-docs").text("clientSecret"))
    user = server.client.get("/api/get-user?id=test/linked", auth=admin).get_json()["data"]

    changed = server.client.post("/api/update-user?id=test/linked", json=user | {"isForbidden": True}, auth=admin)

    assert changed.get_json()["data"] == "Affected"
    assert server.get("/api/get-account", token).get_json()["msg"] == text


@pytest.mark.parametrize("kind", ["accessToken", "refreshToken"])
def test_introspection_knows_both_tokens(casdoor, kind):
    server = casdoor()
    body = server.login().get_json()
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")

    told = server.client.post(INTROSPECT, data={"token": body[kind]}, auth=(CLIENT, secret)).get_json()

    assert list(told) == [
        "active",
        "client_id",
        "username",
        "token_type",
        "exp",
        "iat",
        "nbf",
        "sub",
        "aud",
        "iss",
        "jti",
    ]
    assert told["jti"] == f"admin/{body['name']}"


def test_a_hint_of_the_other_kind_hides_the_token(casdoor):
    server = casdoor()
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")
    form = {"token": server.token(), "token_type_hint": "refresh_token"}

    assert server.client.post(INTROSPECT, data=form, auth=(CLIENT, secret)).get_json() == {"active": False}


def test_the_issuer_is_https_for_a_host_name_with_a_dot(casdoor):
    server = casdoor("classic")

    token = server.client.post(
        "/api/login/oauth/access_token",
        data={"tag": "wechat_miniprogram", "client_id": CLIENT, "code": "alice"},
        headers={"Host": "door.example.com"},
    ).get_json()["access_token"]

    assert jwt.decode(token, options={"verify_signature": False})["iss"] == "https://door.example.com"
