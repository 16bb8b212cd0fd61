"""The table of tokens, and paths that nobody plays: facts/casdoor.md 11.1 and 11.2."""

import pytest

CLIENT = "6825f4f0af45554c8952"
ROW = {"owner": "admin", "name": "t", "application": "app-docs", "organization": "test", "user": "boss"}


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


def as_app(server, path, body=None):
    method = "GET" if body is None else "POST"
    return server.client.open(f"/api/{path}", method=method, json=body, auth=(CLIENT, "secret-of-app-docs"))


def boss(server):
    form = {"grant_type": "password", "client_id": CLIENT, "username": "boss", "password": "123"}
    return server.client.post("/api/login/oauth/access_token", data=form).get_json()["access_token"]


def add(server, **fields):
    return as_app(server, "add-token", ROW | fields).get_json()


def test_an_added_token_is_good_from_the_time_that_it_names(server):
    add(server, accessToken="made-up", createdTime="2026-01-01T08:00:00Z", expiresIn=60, scope="profile")

    claims = server.get("/api/userinfo", "made-up").get_json()
    server.client.post("/_emulator/clock/advance", json={"by": "61s"})
    dead = server.get("/api/userinfo", "made-up").get_json()["msg"]

    assert claims["preferred_username"] == "boss"
    assert dead == "Access token has expired, expireTime = 2026-01-01T08:01:00Z"


def test_a_name_is_given_once(server):
    add(server)

    assert add(server)["msg"] == "constraint failed: UNIQUE constraint failed: token.owner, token.name (1555)"


def test_a_token_that_nobody_signed_is_not_active_and_refreshes_nothing(server):
    add(server, accessToken="a", refreshToken="r", createdTime="2026-01-01T08:00:00Z", expiresIn=60)
    client = {"client_id": CLIENT, "client_secret": "secret-of-app-docs"}

    active = server.client.post("/api/login/oauth/introspect", data=client | {"token": "a"}).get_json()
    form = client | {"grant_type": "refresh_token", "refresh_token": "r"}
    refused = server.client.post("/api/login/oauth/refresh_token", data=form).get_json()

    assert active == {"active": False}
    assert refused["error_description"].startswith("parse refresh token error: token is malformed")


def test_an_administrator_sees_the_tokens_of_the_own_organization_only(server):
    token = boss(server)

    own = server.get("/api/get-tokens?owner=admin&organization=test", token).get_json()["data"]
    foreign = server.get("/api/get-tokens?owner=admin&organization=bare", token).get_json()["msg"]

    assert [row["accessToken"] for row in own] == [token]
    assert foreign == "Unauthorized operation"


def test_a_token_is_shown_with_its_refresh_token_whoever_asked_for_it(server):
    server.get("/api/get-account", boss(server))
    rows = as_app(server, "get-tokens?owner=admin").get_json()["data"]
    shown = next(row for row in rows if row["scope"] == "profile")
    form = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": shown["refreshToken"]}

    refreshed = server.client.post("/api/login/oauth/refresh_token", data=form)

    assert refreshed.get_json()["scope"] == "profile"


def test_an_updated_token_keeps_what_its_text_claims(server):
    token = boss(server)
    row = as_app(server, "get-tokens?owner=admin").get_json()["data"][0]

    as_app(server, f"update-token?id=admin/{row['name']}", row | {"scope": "changed"})

    form = {"client_id": CLIENT, "client_secret": "secret-of-app-docs", "token": token}
    active = server.client.post("/api/login/oauth/introspect", data=form).get_json()
    assert (active["active"], active["scope"]) == (True, "changed")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("p=1&pageSize=2&sortField=name&sortOrder=ascend", ["a", "b"]),
        ("p=2&pageSize=2&sortField=name&sortOrder=ascend", ["c"]),
        ("p=1&pageSize=5&field=scope&value=TWO", ["b"]),
        ("", ["c", "b", "a"]),
    ],
)
def test_tokens_are_paged_sorted_and_filtered(server, query, names):
    for number, (name, scope) in enumerate([("a", "one"), ("b", "two"), ("c", "three")]):
        add(server, name=name, scope=scope, createdTime=f"2026-01-0{number + 1}T00:00:00Z")

    rows = as_app(server, f"get-tokens?owner=admin&{query}").get_json()["data"]

    assert [row["name"] for row in rows] == names


def test_a_missing_token_is_an_error(server):
    assert as_app(server, "get-token?id=admin/none").get_json()["msg"] == "The token: admin/none does not exist"


@pytest.mark.parametrize("path", ["get-invitations", "get-ldaps?owner=test"])
def test_a_path_that_only_casdoor_has_says_what_is_played(server, path):
    reply = as_app(server, path)

    played = reply.get_json()["msg"]
    assert (reply.status_code, len(reply.get_json())) == (200, 7)
    assert played.startswith(f"mockdoor does not play GET /api/{path.partition('?')[0]}; it plays /.well-known/")
    assert "/api/get-account, " in played


def test_a_path_that_casdoor_does_not_have_either_has_its_page(server):
    assert as_app(server, "get-nothing").status_code == 404
