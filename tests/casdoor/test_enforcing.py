"""What permissions allow: facts/casdoor.md 11.3."""

import pytest

from emulator.casdoor.repositories import Applications

CLIENT = "6825f4f0af45554c8952"
PERMISSION = {
    "owner": "test",
    "name": "reading",
    "users": ["test/ann"],
    "roles": ["test/chief"],
    "resources": ["shop"],
    "actions": ["Read"],
    "effect": "Allow",
    "isEnabled": True,
}
DOMAINS = """[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = sub, dom, obj, act

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.obj == p.obj && keyMatch(r.act, p.act)"""


@pytest.fixture(name="app")
def fixture_app(casdoor):
    """Call as the application; return the data of what is answered, or the message."""
    server = casdoor()
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")

    def call(path, body=None):
        method = server.client.get if body is None else server.client.post
        sent = {} if body is None else {"json": body}
        reply = method(f"/api/{path}", auth=(CLIENT, secret), **sent).get_json()
        return reply["msg"] or reply["data"]

    return call


def add(app, kind, **fields):
    assert app(f"add-{kind}", {"owner": "test", "isEnabled": True} | fields) == "Affected"


def asks(app, who, what="shop", action="Read", **query):
    target = "&".join(f"{name}={value}" for name, value in (query or {"permissionId": "test/reading"}).items())
    return app(f"enforce?{target}", [who, what, action])


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        pytest.param(("test/ann", "shop", "Read"), True, id="a user"),
        pytest.param(("test/bob", "shop", "Read"), True, id="one who has the role"),
        pytest.param(("test/eve", "shop", "Read"), True, id="one of a role among its members"),
        pytest.param(("test/chief", "shop", "Read"), True, id="the role itself"),
        pytest.param(("test/dan", "shop", "Read"), False, id="one of a role that it is a member of"),
        pytest.param(("test/ann", "shop", "read"), False, id="another case"),
        pytest.param(("test/ann", "till", "Read"), False, id="another resource"),
    ],
)
def test_users_and_the_people_of_roles_may_do_what_a_permission_says(app, request_, allowed):
    add(app, "role", name="cashier", users=["test/eve"])
    add(app, "role", name="chief", users=["test/bob"], roles=["test/cashier"])
    add(app, "role", name="owner", users=["test/dan"], roles=["test/chief"])
    add(app, "permission", **PERMISSION)

    assert asks(app, *request_) == [allowed]


def test_the_people_of_a_group_may_do_what_its_permission_says(app):
    add(app, "group", name="staff", parentId="test")
    app("update-user?id=test/boss&columns=groups", {"owner": "test", "name": "boss", "groups": ["test/staff"]})
    add(app, "permission", **PERMISSION | {"groups": ["test/staff"]})

    assert [asks(app, who) for who in ("test/boss", "test/linked")] == [[True], [False]]


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        pytest.param({"isEnabled": False}, False, id="disabled"),
        pytest.param({"effect": "Deny"}, False, id="denying"),
        pytest.param({"effect": "Deny", "model": "built-in/user-model-built-in"}, True, id="no column for effects"),
    ],
)
def test_a_permission_counts_as_its_model_says(app, changes, allowed):
    add(app, "permission", **PERMISSION | changes)

    assert asks(app, "test/ann") == [allowed]


def test_a_list_is_asked_at_once(app):
    add(app, "permission", **PERMISSION)

    answer = app("batch-enforce?permissionId=test/reading", [["test/ann", "shop", "Read"], ["x", "shop", "Read"]])

    assert answer == [[True, False]]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("enforce", ["a", "b", "c"], "Missing parameter"),
        ("enforce?permissionId=test/no", ["a", "b", "c"], 'The permission: "test/no" doesn\'t exist'),
        ("enforce?enforcerId=test/no", ["a", "b", "c"], "the enforcer: test/no is not found"),
        (
            "batch-enforce?owner=test&modelId=x/y",
            [],
            "Only one of the parameters (permissionId, modelId, enforcerId, owner) should be provided",
        ),
        (
            "enforce?permissionId=test/reading",
            ["a", "b"],
            "invalid request size: expected 3, got 2, rvals: [a b]",
        ),
        (
            "enforce?permissionId=test/reading",
            "text",
            "json: cannot unmarshal string into Go value of type []interface {}",
        ),
    ],
)
def test_what_cannot_be_answered_says_why(app, path, body, message):
    add(app, "permission", **PERMISSION)

    assert app(path, body) == message


def test_a_model_of_ones_own_is_asked_by_casbin(app):
    add(app, "model", name="domains", modelText=DOMAINS)
    add(app, "role", name="chief", users=["test/bob"])
    add(app, "permission", **PERMISSION | {"model": "test/domains", "domains": ["north"], "actions": ["Re*"]})

    answers = [
        app("enforce?permissionId=test/reading", [who, where, "shop", "Read"])
        for who, where in (("test/bob", "north"), ("test/bob", "south"), ("test/eve", "north"))
    ]

    assert answers == [[True], [False], [False]]


def test_a_broken_model_is_named_by_casbin(app):
    add(app, "model", name="broken", modelText="[matchers]\nm = r.sub ==")
    add(app, "permission", **PERMISSION | {"model": "test/broken"})

    assert isinstance(asks(app, "test/ann"), str)


def test_a_user_has_the_roles_that_hold_its_own(app):
    add(app, "role", name="cashier", users=["test/boss"])
    add(app, "role", name="chief", roles=["test/cashier"])
    add(app, "permission", **PERMISSION)

    lists = [app(f"get-all-{what}?userId=test/boss") for what in ("roles", "objects", "actions")]

    assert lists == [["cashier", "chief"], ["shop"], ["Read"]]
