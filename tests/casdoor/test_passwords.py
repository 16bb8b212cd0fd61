"""Passwords and where codes for forgotten ones go: facts/casdoor.md 11.6, controllers/user.go in v3.158.0."""

import pytest

APP = ("6825f4f0af45554c8952", "secret-of-app-docs")
TOKEN = "/api/login/oauth/access_token"
OK = {"status": "ok", "msg": "", "sub": "", "name": "", "data": None, "data2": None, "data3": None}
TAKEN = {"userOwner": "test", "userName": "taken"}


def refused(msg, data=None):
    return OK | {"status": "error", "msg": msg, "data": data}


def wrong(left):
    return refused(f"password or code is incorrect, you have {left} remaining chances")


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


def grant(server, password, name="taken"):
    form = {"grant_type": "password", "client_id": APP[0], "username": name, "password": password}
    return server.client.post(TOKEN, data=form)


def change(server, new, caller="", *, old="", auth=None, token=None, **form):
    query = {"username": caller, "password": "123"} if caller else {}
    form = TAKEN | {"oldPassword": old, "newPassword": new} | form
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return server.client.post("/api/set-password", query_string=query, data=form, auth=auth, headers=headers).get_json()


def test_an_application_sets_a_password_without_the_old_one(server):
    reply = change(server, "secret7", auth=APP)

    assert reply == OK
    assert [grant(server, "123").status_code, grant(server, "secret7").status_code] == [400, 200]


def test_a_new_password_leaves_the_tokens_good(server):
    token = grant(server, "123").get_json()["access_token"]

    change(server, "secret7", auth=APP)

    assert server.get("/api/get-account", token).get_json()["status"] == "ok"


def test_users_have_to_know_their_old_password(server):
    token = grant(server, "123").get_json()["access_token"]

    replies = [change(server, "secret7", token=token, old=old) for old in ("", "no", "123")]

    assert replies == [refused("Password cannot be empty"), wrong(4), OK]


def test_a_user_without_a_password_sets_its_first_one(server):
    token = server.token("ok-sdkw")
    name = server.get("/api/get-account", token).get_json()["name"]

    reply = change(server, "secret7", token=token, old="whatever", userName=name)

    assert (reply, grant(server, "secret7", name).status_code) == (OK, 200)


def test_an_old_password_that_an_administrator_gives_is_checked(server):
    replies = [change(server, "secret7", "test/boss", old=old) for old in ("no", "123")]

    assert replies == [wrong(4), OK]


@pytest.mark.parametrize(
    ("new", "message"),
    [
        pytest.param("", "Password cannot be empty", id="none"),
        pytest.param("12345", "The password must have at least 6 characters", id="short"),
        pytest.param("secret 7", "New password cannot contain blank space.", id="with a blank"),
    ],
)
def test_a_password_that_the_organization_does_not_accept_is_refused(server, new, message):
    assert change(server, new, "test/boss") == refused(message)


def test_the_password_has_to_be_another_one(server):
    change(server, "secret7", auth=APP)

    assert change(server, "secret7", auth=APP) == refused(
        "The new password must be different from your current password"
    )


@pytest.mark.parametrize(
    ("caller", "form", "expected"),
    [
        pytest.param("", {}, refused("Please login first", "Please login first"), id="nobody"),
        pytest.param("", {"code": "123456"}, refused("Missing parameter"), id="a code that was never sent"),
        pytest.param("test/linked", {}, refused("Unauthorized operation"), id="another user"),
        pytest.param(
            "test/boss",
            {"userOwner": "built-in", "userName": "admin"},
            refused("Unauthorized operation"),
            id="another organization's administrator",
        ),
        pytest.param("test/boss", {"userName": "x"}, refused("The user: test/x doesn't exist"), id="nobody's"),
    ],
)
def test_others_set_no_password(server, caller, form, expected):
    assert change(server, "secret7", caller, **form) == expected


def test_a_password_is_set_by_a_form_and_never_by_json(server):
    reply = server.client.post("/api/set-password", json=TAKEN | {"newPassword": "secret7"}, auth=APP)

    assert reply.get_json() == refused("The user: / doesn't exist")


@pytest.mark.parametrize(
    ("options", "new", "message"),
    [
        pytest.param(["AtLeast8"], "secret7", "must have at least 8 characters", id="AtLeast8"),
        pytest.param(
            ["Aa123"],
            "secret7",
            "must contain at least one uppercase letter, one lowercase letter and one digit",
            id="Aa123",
        ),
        pytest.param(["SpecialChar"], "secret7", "must contain at least one special character", id="SpecialChar"),
        pytest.param(["NoRepeat"], "seccret7", "must not contain any repeated characters", id="NoRepeat"),
    ],
)
def test_the_organization_says_what_passwords_need(server, options, new, message):
    organization = server.client.get("/api/get-organization?id=admin/test", auth=APP).get_json()["data"]
    body = organization | {"passwordOptions": options}
    server.client.post("/api/update-organization?id=admin/test", json=body, auth=APP)

    replies = [change(server, password, auth=APP) for password in (new, "Ab1!cdEf2")]

    assert replies == [refused(f"The password {message}"), OK]


def test_wrong_passwords_of_a_check_and_of_sign_ins_are_counted_together(server):
    body = {"owner": "test", "name": "taken", "password": "no"}

    checked = server.client.post("/api/check-user-password", json=body, auth=APP).get_json()

    assert checked == wrong(4)
    assert "3 remaining chances" in grant(server, "no").get_json()["error_description"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("taken", OK, id="right"),
        pytest.param("x", refused("The user: test/x doesn't exist"), id="of nobody"),
        pytest.param(
            "barred",
            refused("The user is forbidden to sign in, please contact the administrator"),
            id="of a forbidden user",
        ),
    ],
)
def test_a_password_is_checked_as_a_sign_in_would(server, name, expected):
    body = {"owner": "test", "name": name, "password": "123"}

    assert server.client.post("/api/check-user-password", json=body, auth=APP).get_json() == expected


@pytest.mark.parametrize(
    ("profile", "username", "expected"),
    [
        pytest.param("current", "taken", ("t***n@e*****e.com", "username"), id="by name"),
        pytest.param("current", "taken@example.com", ("taken@example.com", "email"), id="by e-mail"),
        pytest.param("current", " taken@example.com ", ("taken@example.com", "email"), id="with blanks"),
        pytest.param("classic", " taken@example.com ", ("", ""), id="with blanks, in older versions"),
    ],
)
def test_an_address_is_masked_unless_it_was_asked_for(casdoor, profile, username, expected):
    server = casdoor(profile, golden=True)

    query = {"organization": "test", "username": username}
    body = server.client.get("/api/get-email-and-phone", query_string=query).get_json()

    assert (body["data"]["name"], body["data"]["email"], body["data2"]) == ("taken", *expected)


def test_an_unknown_user_has_no_address(server):
    body = server.get("/api/get-email-and-phone?organization=test&username=x").get_json()

    assert body == refused("The user: test/x doesn't exist")
