"""Adding and removing users: facts/casdoor.md 5.4, AddUser and DeleteUser in object/user.go of v3.158.0."""

import pytest

APP = ("6825f4f0af45554c8952", "secret-of-app-docs")
CARL = {"owner": "test", "name": "carl"}
SENT = "2024-01-02T03:04:05Z"


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


def post(server, call, body, caller=""):
    credentials = f"?username={caller}&password=123" if caller else ""
    return server.client.post(f"/api/{call}{credentials}", json=body, auth=None if caller else APP).get_json()


def stored(server, identifier="test/carl"):
    return server.client.get(f"/api/get-user?id={identifier}", auth=APP).get_json()["data"]


def change_organization(server, **changes):
    organization = server.client.get("/api/get-organization?id=admin/test", auth=APP).get_json()["data"]
    post(server, "update-organization?id=admin/test", organization | changes)


def signs_in(server, password):
    form = {"grant_type": "password", "client_id": APP[0], "username": "carl", "password": password}
    return server.client.post("/api/login/oauth/access_token", data=form).status_code == 200


def test_a_new_user_keeps_what_its_body_says_of_its_origin(server):
    said = {"createdTime": SENT, "registerType": "Import", "registerSource": "test/x", "updatedTime": SENT}

    post(server, "add-user", CARL | said)

    assert {name: stored(server)[name] for name in said} == said


def test_a_new_user_was_last_updated_when_it_was_created(server):
    post(server, "add-user", CARL | {"createdTime": SENT})

    assert stored(server)["updatedTime"] == SENT


def test_a_user_that_a_person_adds_names_the_person(server):
    post(server, "add-user", CARL, "test/boss")

    assert (stored(server)["registerType"], stored(server)["registerSource"]) == ("Add User", "test/boss")


def test_the_password_123_stands_for_the_organizations_own(server):
    change_organization(server, defaultPassword="welcome1")

    post(server, "add-user", CARL | {"password": "123"})

    assert [signs_in(server, "123"), signs_in(server, "welcome1")] == [False, True]


def test_a_new_user_has_a_whitelist_of_networks_only(server):
    reply = post(server, "add-user", CARL | {"ipWhitelist": "10.0.0.1"})

    expected = "10.0.0.1 does not meet the CIDR format requirements: invalid CIDR address: 10.0.0.1"
    assert (reply["msg"], stored(server)) == (expected, None)


def test_nobody_new_comes_into_the_organization_of_all_rights(server):
    reply = post(server, "add-user", {"owner": "built-in", "name": "carl"})

    start = "adding a new user to the 'built-in' organization is currently disabled."
    assert (reply["status"], reply["msg"].startswith(start)) == ("error", True)


@pytest.mark.parametrize(
    ("call", "body", "caller"),
    [
        pytest.param("add-user", CARL, "test/linked", id="a user adds"),
        pytest.param("delete-user", {"owner": "test", "name": "taken"}, "test/linked", id="a user removes another"),
        pytest.param("add-user", {"owner": "bare", "name": "carl"}, "test/boss", id="an administrator adds elsewhere"),
    ],
)
def test_only_administrators_add_and_remove_others(server, call, body, caller):
    assert post(server, call, body, caller)["msg"] == "Unauthorized operation"


def test_an_organization_may_only_mark_its_removed_users(server):
    post(server, "add-user", CARL | {"password": "123"})
    change_organization(server, enableSoftDeletion=True)

    replies = [post(server, "delete-user", body)["data"] for body in (CARL, CARL | {"name": "x"})]

    assert replies == ["Affected", "Unaffected"]
    assert (stored(server)["isDeleted"], stored(server)["deletedTime"]) == (True, stored(server)["updatedTime"])
