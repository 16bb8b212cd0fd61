"""Objects of every kind read and written: facts/casdoor.md 11.1 and 11.2."""

import base64
import json

import pytest

from emulator.casdoor.kinds import READ
from emulator.casdoor.repositories import Applications
from emulator.casdoor.user_repository import Users
from emulator.casdoor.views import User
from emulator.core.json_object import JsonObject

CLIENT = "6825f4f0af45554c8952"


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor()


@pytest.fixture(name="app")
def fixture_app(server):
    """Call as the application; return what is answered."""
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")

    def call(path, body=None):
        method = server.client.get if body is None else server.client.post
        sent = {} if body is None else {"json": body}
        return method(f"/api/{path}", auth=(CLIENT, secret), **sent).get_json()

    return call


def row(name, **fields):
    return {"owner": "test", "name": name} | fields


@pytest.mark.parametrize("kind", [kind.name for kind in READ if "delete" in kind.verbs])
def test_an_object_lives_from_add_to_delete(app, kind):
    added = app(f"add-{kind}", row("one", createdTime="2026-01-01T00:00:00Z"))["data"]
    found = app(f"get-{kind}?id=test/one")["data"]
    renamed = app(f"update-{kind}?id=test/one", row("two", createdTime="2026-01-01T00:00:00Z"))["data"]
    listed = [one["name"] for one in app(f"get-{kind}s?owner=test")["data"] if one["owner"] == "test"]
    deleted = [app(f"delete-{kind}", row("two"))["data"] for _ in range(2)]

    assert (added, found["name"], renamed, listed) == ("Affected", "one", "Affected", ["two"])
    assert (deleted, app(f"get-{kind}?id=test/two")["data"]) == (["Affected", "Unaffected"], None)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("role", "constraint failed: UNIQUE constraint failed: role.owner, role.name (1555)"),
        ("group", "constraint failed: UNIQUE constraint failed: group.name (2067)"),
    ],
)
def test_what_is_there_is_not_added_again(app, kind, message):
    app(f"add-{kind}", row("one"))

    assert app(f"add-{kind}", row("one"))["msg"] == message


def test_a_page_is_filtered_sorted_and_counted(app):
    for name, label in (("ab", "2"), ("b", "1"), ("bc", "3"), ("c", "4")):
        app("add-role", row(name, displayName=label))

    page = app("get-roles?owner=test&p=1&pageSize=2&field=name&value=b&sortField=displayName&sortOrder=ascend")

    assert ([one["name"] for one in page["data"]], page["data2"]) == (["b", "ab"], 3)


def test_a_field_of_another_type_is_refused_in_gos_words(app):
    reply = app("add-role", row("one", users="test/boss"))

    assert reply["msg"] == "json: cannot unmarshal string into Go struct field Role.users of type []string"


def test_a_role_that_is_renamed_or_removed_is_so_in_permissions(app):
    app("add-role", row("editor"))
    app("add-permission", row("reading", roles=["test/editor"]))

    app("update-role?id=test/editor", row("writer"))
    renamed = app("get-permission?id=test/reading")["data"]["roles"]
    app("delete-role", row("writer"))

    assert (renamed, app("get-permission?id=test/reading")["data"]["roles"]) == (["test/writer"], [])


def test_roles_and_permissions_reach_get_user_tokens_and_userinfo(app, server):
    app("add-role", row("editor", users=["test/linked"]))
    app("add-permission", row("reading", roles=["test/editor"]))

    token = server.token("carol", scope="profile")
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    shown = app("get-user?id=test/linked")["data"]

    for holder in (claims, shown):
        assert [[one["name"] for one in holder[part]] for part in ("roles", "permissions")] == [["editor"], ["reading"]]
    assert shown["roles"][0]["users"] is None


@pytest.mark.parametrize(
    ("profile", "message"),
    [("current", "Unauthorized operation"), ("classic", "Affected")],
)
def test_an_administrator_adds_no_role_elsewhere_behind_an_id_of_its_own(casdoor, profile, message):
    server = casdoor(profile)
    server.world.state.get(Users).update(lambda: promoted(server.world.state.get(Users).find(("test", "linked"))))

    reply = server.post(
        "/api/add-role?id=test/x", {"owner": "elsewhere", "name": "x"}, server.token("carol")
    ).get_json()

    assert (reply["msg"] or reply["data"], len(reply)) == (message, 7)


def promoted(user):
    return user, User(user | {"isAdmin": True})


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        pytest.param({"users": ["test/linked"], "effect": "Allow"}, True, id="its own"),
        pytest.param({"users": ["test/boss"], "effect": "Allow"}, False, id="somebody else's alone"),
        pytest.param({"users": ["test/linked"], "effect": "Deny"}, False, id="denied"),
        pytest.param({"users": ["test/boss"], "effect": "Deny"}, True, id="somebody else denied"),
    ],
)
def test_a_user_is_shown_the_applications_that_permissions_let_it_into(app, server, permission, expected):
    about = {"resourceType": "Application", "resources": ["app-docs"], "actions": ["Read"], "state": "Approved"}
    app("add-permission", row("entering", isEnabled=True, **about, **permission))

    path = "/api/get-organization-applications?owner=admin&organization=test"
    names = [one["name"] for one in server.get(path, server.token("carol")).get_json()["data"]]

    assert ("app-docs" in names) is expected


def test_a_group_is_emptied_before_it_is_deleted(app):
    app("add-group", row("staff", parentId="test", isTopGroup=True))
    app("add-group", row("night", parentId="staff", displayName="Night"))
    app("update-user?id=test/boss&columns=groups", {"owner": "test", "name": "boss", "groups": ["test/night"]})

    refused = [app("delete-group", row(name))["msg"] for name in ("staff", "night")]
    people = app("get-group?id=test/night")["data"]["users"]
    tree = app("get-groups?owner=test&withTree=true")["data"]

    assert refused == ["group has children group", "group has users"]
    assert (people, [one["key"] for one in tree], tree[0]["children"][0]["title"]) == (
        ["test/boss"],
        ["staff"],
        "Night",
    )


def test_an_application_that_is_added_logs_people_in_until_it_is_deleted(app, server):
    shop = {
        "owner": "admin",
        "name": "app-shop",
        "organization": "test",
        "clientId": "client-shop",
        "cert": "cert-built-in",
        "enableSignUp": True,
        "expireInHours": 2,
        "providers": [{"name": name} for name in provider_names(server)],
    }

    app("add-application", shop)
    before = server.login("alice", client_id="client-shop").status_code
    app("delete-application", shop)

    assert (before, server.login("bob", client_id="client-shop").status_code) == (200, 401)


def provider_names(server):
    return [item.name for item in server.world.state.get(Applications).find("app-docs").providers]


def test_an_application_with_a_client_id_that_is_taken_is_silently_not_added(app):
    reply = app("add-application", {"owner": "admin", "name": "other", "organization": "test", "clientId": CLIENT})

    assert reply["data"] == "Unaffected"


def test_secrets_of_providers_are_hidden_and_survive_an_update(app, server):
    provider = {"owner": "admin", "name": "shop", "clientSecret": "kept"}
    app("add-provider", provider)

    shown = app("get-provider?id=admin/shop")["data"]["clientSecret"]
    app("update-provider?id=admin/shop", provider | {"clientSecret": "***", "displayName": "Shop"})

    stored = next(kind for kind in READ if kind.name == "provider")
    kept = server.world.state.get(stored.table).look_up("admin", "shop")
    assert (shown, kept["clientSecret"], kept["displayName"]) == ("***", "kept", "Shop")


def test_a_scenario_declares_roles(casdoor):
    server = casdoor(objects={"roles": (JsonObject(row("editor", users=["test/linked"])),)})

    claims = json.loads(base64.urlsafe_b64decode(server.token("carol").split(".")[1] + "=="))

    assert [one["name"] for one in claims["roles"]] == ["editor"]
