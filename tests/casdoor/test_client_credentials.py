"""A token of the grant client_credentials: facts/casdoor.md 2.3 and 6."""

import base64
import json

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.user_repository import Users

CLIENT = "6825f4f0af45554c8952"
LOGIN, INTROSPECT = "/api/login/oauth/access_token", "/api/login/oauth/introspect"


def envelope(msg="", data=None, data2=None):
    status = "error" if msg else "ok"
    return {"status": status, "msg": msg, "sub": "", "name": "", "data": data, "data2": data2, "data3": None}


def early(msg):
    return {"status": "error", "msg": msg, "data": None, "data2": None}


def application(server):
    return server.world.state.get(Applications).find("app-docs")


def client(server):
    return {"client_id": CLIENT, "client_secret": application(server).text("clientSecret")}


def grant(server, **parameters):
    row = application(server)
    row["grantTypes"] = ["client_credentials", "refresh_token"]
    return server.client.post(LOGIN, data={"grant_type": "client_credentials"} | client(server) | parameters)


def token_of(server):
    return grant(server).get_json()["access_token"]


def introspected(server, token):
    given = client(server)
    return server.client.post(INTROSPECT, data={"token": token}, auth=tuple(given.values())).get_json()


def part(token, number):
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@pytest.fixture(name="server", params=["current", "classic"])
def fixture_server(request, casdoor):
    return casdoor(request.param)


@pytest.fixture(name="current")
def fixture_current(casdoor):
    return casdoor("current")


@pytest.fixture(name="classic")
def fixture_classic(casdoor):
    return casdoor("classic")


def test_the_reply_has_no_refresh_token(server):
    reply = grant(server, scope="read")

    body = reply.get_json()
    assert body == {
        "access_token": body["access_token"],
        "id_token": body["access_token"],
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": 604800,
        "scope": "read",
    }


def test_the_row_is_the_applications(server):
    row = server.world.state.get(Tokens).find_access(token_of(server))

    assert (row.owner, row.organization, row.user, row.user_id, row.grant_type, row.refresh_hash) == (
        "admin",
        "test",
        "app-docs",
        "admin/app-docs",
        "client_credentials",
        "",
    )
    assert len(row.code) == 20
    assert set(row.code) <= set("0123456789abcdef")


def test_its_claims_are_those_of_an_empty_user(server):
    token = grant(server, scope="read").get_json()["access_token"]

    claims = part(token, 1)
    usual = part(server.token("alice"), 1)
    filled = {name: value for name, value in claims.items() if value not in ("", 0, [], {}, None)}
    assert part(token, 0) == {"alg": "RS256", "kid": "cert-built-in", "typ": "JWT"}
    assert [name for name in claims if name != "scope"] == list(usual)
    assert {type(value) for value in claims.values()} == {type(value) for value in usual.values()}
    assert filled == {
        "owner": "admin",
        "name": "app-docs",
        "id": "admin/app-docs",
        "type": "application",
        "tokenType": "access-token",
        "scope": "read",
        "azp": CLIENT,
        "iss": "http://localhost",
        "sub": "admin/app-docs",
        "aud": [CLIENT],
        "exp": 1767859200,
        "nbf": 1767254400,
        "iat": 1767254400,
        "jti": claims["jti"],
    }
    assert (claims["createdTime"], claims["properties"], claims["address"], claims["recoveryCodes"]) == (
        "",
        {},
        [],
        None,
    )


def test_introspection_finds_it_active(server):
    token = token_of(server)
    claims = part(token, 1)

    assert introspected(server, token) == {
        "active": True,
        "client_id": CLIENT,
        "username": "app-docs",
        "token_type": "Bearer",
        "exp": claims["exp"],
        "iat": claims["iat"],
        "nbf": claims["nbf"],
        "sub": "admin/app-docs",
        "aud": [CLIENT],
        "iss": "http://localhost",
        "jti": claims["jti"],
    }


def test_a_logout_by_hint_ends_it(server):
    token = token_of(server)

    server.get(f"/api/logout?id_token_hint={token}")

    assert introspected(server, token) == {"active": False}


PATHS = ["/api/get-account", "/api/userinfo", "/api/user"]


@pytest.mark.parametrize("path", PATHS)
def test_an_application_has_no_account(current, path):
    assert current.get(path, token_of(current)).get_json() == envelope("The user: app/app-docs doesn't exist")


@pytest.mark.parametrize("path", PATHS)
def test_classic_looks_for_a_user_of_the_applications_name(classic, path):
    assert classic.get(f"{path}?userId=test/boss", token_of(classic)).get_json() == envelope(
        "The user: test/app-docs doesn't exist"
    )


def test_an_application_sees_the_account_it_names(current):
    token, boss = token_of(current), current.world.state.get(Users).find(("test", "boss"))

    account = current.get("/api/get-account?userId=test/boss", token).get_json()
    userinfo = current.get("/api/userinfo?userId=test/boss", token).get_json()
    user = current.get("/api/user?userId=test/boss", token).get_json()

    assert (account["name"], account["sub"]) == ("boss", boss.text("id"))
    assert userinfo == {"sub": boss.text("id"), "iss": "http://localhost", "aud": CLIENT}
    assert user == {
        "id": boss.text("id"),
        "name": "boss",
        "email": boss.text("email"),
        "email_verified_at": boss.text("createdTime"),
        "created_at": boss.text("createdTime"),
        "updated_at": boss.text("updatedTime"),
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("user_id", "msg"),
    [
        ("test/none", "The user: test/none doesn't exist"),
        ("x", "GetOwnerAndNameFromId() error, wrong token count for ID: x"),
    ],
)
def test_an_application_may_name_the_wrong_account(current, path, user_id, msg):
    assert current.get(f"{path}?userId={user_id}", token_of(current)).get_json() == envelope(msg)


def test_the_application_may_do_everything(current):
    token = token_of(current)

    users = current.get("/api/get-users?owner=test", token).get_json()
    user = current.get("/api/get-user?id=test/boss", token).get_json()
    secret = current.get("/api/get-application?id=admin/app-docs", token).get_json()["data"]["clientSecret"]

    assert (users["status"], user["status"], secret) == ("ok", "ok", application(current).text("clientSecret"))


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        pytest.param(
            "columns=display_name",
            {"owner": "test", "name": "boss", "displayName": "x"},
            envelope("The user: app/app-docs doesn't exist"),
            id="no id",
        ),
        pytest.param(
            "id=test/boss&columns=display_name", {"displayName": "x"}, envelope(data="Affected"), id="one column"
        ),
        pytest.param(
            "id=test/boss",
            {"owner": "test", "name": "boss", "displayName": "x"},
            envelope("The ID is immutable."),
            id="a sparse body",
        ),
    ],
)
def test_the_application_changes_users(current, classic, query, body, expected):
    path = f"/api/update-user?{query}"

    assert current.post(path, body, token_of(current)).get_json() == expected
    assert classic.post(path, body, token_of(classic)).get_json() == early("Unauthorized operation")


def test_its_logout_names_it(current, classic):
    assert current.get("/api/logout", token_of(current)).get_json() == envelope(data="app/app-docs")
    assert classic.get("/api/logout", token_of(classic)).get_json() == envelope(data="test/app-docs")


def test_classic_lists_it_no_users(classic):
    assert classic.get("/api/get-users?owner=test", token_of(classic)).get_json() == early("Unauthorized operation")
