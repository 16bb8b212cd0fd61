"""The public docs page's two snippets, sent as wx.request sends them."""

from urllib.parse import quote

from emulator.web import create_app

NAME = "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q"
AVATAR = "https://example.com/me.png"


def wx_form(data):
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in data.items())


def login(client):
    data = {
        "tag": "wechat_miniprogram",
        "client_id": "6825f4f0af45554c8952",
        "code": "the code is a mock one",
        "username": "小明",
        "avatar": AVATAR,
    }
    return client.post(
        "/api/login/oauth/access_token",
        data=wx_form(data),
        content_type="application/x-www-form-urlencoded",
    )


def update(client, token):
    body = {"owner": "test", "name": NAME, "displayName": "小明同学", "avatar": AVATAR + "?2"}
    return client.post("/api/update-user", json=body, headers={"Authorization": f"Bearer {token}"})


def account(client, token):
    return client.get("/api/get-account", headers={"Authorization": f"Bearer {token}"}).get_json()


def test_the_first_snippet_signs_the_user_in(client):
    reply = login(client)

    assert reply.status_code == 200
    assert list(reply.get_json()) == [
        "access_token",
        "id_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "scope",
    ]


def test_the_second_snippet_changes_the_profile(client):
    token = login(client).get_json()["access_token"]

    reply = update(client, token)

    assert reply.get_json()["data"] == "Affected"
    user = account(client, token)["data"]
    assert (user["name"], user["displayName"], user["avatar"]) == (NAME, "小明同学", AVATAR + "?2")


def test_a_second_login_finds_the_same_user(client):
    first = account(client, login(client).get_json()["access_token"])["sub"]

    second = account(client, login(client).get_json()["access_token"])["sub"]

    assert second == first


def test_username_and_avatar_become_the_profile_each_time(client):
    token = login(client).get_json()["access_token"]
    update(client, token)

    login(client)

    user = account(client, token)["data"]
    assert (user["displayName"], user["avatar"]) == ("小明", AVATAR)


def test_each_leniency_of_the_two_snippets_is_named(client):
    first = login(client)

    second = update(client, first.get_json()["access_token"])

    assert first.headers["X-Mockdoor-Note"] == "any-code, nickname-dropped, login-body"
    assert second.headers["X-Mockdoor-Note"] == "sparse-update"


def test_the_example_mini_program_succeeds(client):
    token = login(client).get_json()["access_token"]
    user = account(client, token)["data"]
    body = {
        "id": user["id"],
        "name": user["name"],
        "displayName": "D8",
        "avatar": AVATAR,
        "email": "x@example.com",
        "phone": "",
        "password": "",
    }

    reply = client.post(
        "/api/update-user?columns=display_name,avatar,email,phone,password",
        json=body,
        headers={"Authorization": f"Bearer {token}"},
    )

    assert reply.get_json()["data"] == "Affected"
    assert reply.headers["X-Mockdoor-Note"] == "owner-default"
    changed = account(client, token)["data"]
    assert (changed["displayName"], changed["email"]) == ("D8", "x@example.com")


def test_the_snippets_fail_under_current_as_on_a_real_server(make_world):
    client = create_app(make_world(profile="current")).test_client(use_cookies=False)

    reply = login(client)
    body = reply.get_json()

    assert "access_token" not in body
    refused = update(client, body["accessToken"])
    assert refused.get_json()["msg"] == "The ID is immutable."
    undefined = update(client, "undefined")
    assert undefined.get_json()["msg"] == "Access token doesn't exist in database"
    assert "bearer-undefined" in undefined.headers["X-Mockdoor-Note"]
