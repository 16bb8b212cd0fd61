"""Updates of a user, beyond the recordings: facts/casdoor.md 4."""

import pytest

from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.user_repository import Users

UPDATE = "/api/update-user"


@pytest.fixture(name="current")
def fixture_current(casdoor):
    return casdoor("current")


def me(server, token):
    return server.get("/api/get-account", token).get_json()["data"]


def update(server, token, body, query=""):
    return server.post(f"{UPDATE}{query}", body, token).get_json()


def update_raw(server, token, who, members, query=""):
    """Update with members spelled as they stand here."""
    body = f'{{"owner": "{who["owner"]}", "name": "{who["name"]}", {members}}}'
    headers = {"Authorization": f"Bearer {token}"}
    return server.client.post(
        f"{UPDATE}{query}", data=body, headers=headers, content_type="application/json"
    ).get_json()


def own(server, code="alice"):
    token = server.token(code)
    user = me(server, token)
    return token, {"owner": user["owner"], "name": user["name"]}


def test_columns_take_camel_case_and_spaces_in_current(current):
    token, who = own(current)

    reply = update(current, token, who | {"displayName": "A", "avatar": "B"}, "?columns=displayName,%20avatar")

    assert reply["data"] == "Affected"
    assert (me(current, token)["displayName"], me(current, token)["avatar"]) == ("A", "B")


def test_classic_knows_snake_case_columns_only(casdoor):
    server = casdoor("classic")
    token = server.token()
    whole = me(server, token) | {"displayName": "A"}

    reply = update(server, token, whole, "?columns=displayName")

    assert (reply["data"], me(server, token)["displayName"]) == ("Affected", "")


@pytest.mark.parametrize("columns", ["Display_Name", "DISPLAYNAME", ",", "nickname"])
def test_columns_that_match_nothing_write_nothing(current, columns):
    token, who = own(current)

    reply = update(current, token, who | {"displayName": "A"}, f"?columns={columns}")

    assert (reply["data"], me(current, token)["displayName"]) == ("Affected", "")


def test_a_whole_object_without_wechat_unbinds_the_user(current):
    token = current.token(username="alice-1")
    whole = me(current, token)
    del whole["wechat"]

    update(current, token, whole)

    again = current.login(username="alice-1").get_json()
    assert again["msg"] == "constraint failed: UNIQUE constraint failed: user.owner, user.name (1555)"


def test_a_phone_is_normalised_in_current(current):
    token = current.token("carol")
    current.world.state.get(Users).find(("test", "linked"))["countryCode"] = "CN"
    body = {"owner": "test", "name": "linked", "phone": "+86 138-0013-8001"}

    reply = update(current, token, body, "?columns=phone")

    assert (reply["data"], me(current, token)["phone"]) == ("Affected", "13800138001")


def test_a_plain_user_cannot_set_a_phone_without_a_country_code(current):
    token, who = own(current)

    reply = update(current, token, who | {"phone": "+8613800138001"}, "?columns=phone")

    assert reply["msg"] == "Only admin can modify the Country code."


def test_a_plain_user_can_add_properties_but_not_its_rights(current):
    token, who = own(current)

    update(current, token, who | {"properties": {"k": "v"}, "isAdmin": True}, "?columns=properties,is_admin")

    user = me(current, token)
    assert (user["properties"]["k"], user["isAdmin"]) == ("v", False)


def test_an_item_with_a_pattern_refuses_other_values(current):
    items = current.world.state.get(Organizations).find("test")
    items["accountItems"] = [
        {"name": "Tag", "viewRule": "Public", "modifyRule": "Self", "regex": "^v[0-9]$", "visible": True, "tab": ""}
    ]
    token, who = own(current)

    refused = update(current, token, who | {"tag": "x"}, "?columns=tag")
    accepted = update(current, token, who | {"tag": "v1"}, "?columns=tag")

    assert refused["msg"] == 'The value "x" for account field "Tag" doesn\'t match the account item regex'
    assert accepted["data"] == "Affected"


@pytest.mark.parametrize(
    "regex",
    [
        pytest.param("^(x+x+)+y$", id="one that backtracks without end elsewhere"),
        pytest.param("^(?=x)", id="one with look-around, which Go does not compile"),
        pytest.param("(", id="no regular expression"),
    ],
)
def test_an_account_item_regex_that_never_matches_refuses_every_value(current, regex):
    token, who = own(current)
    items = current.world.state.get(Organizations).find("test")
    items["accountItems"] = [
        {"name": "Tag", "viewRule": "Public", "modifyRule": "Self", "regex": regex, "visible": True, "tab": ""}
    ]
    value = "x" * 200

    refused = update(current, token, who | {"tag": value}, "?columns=tag")

    assert refused["msg"] == f'The value "{value}" for account field "Tag" doesn\'t match the account item regex'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"score": 5.5}, "json: cannot unmarshal number 5.5 into Go struct field User.score of type int"),
        ({"score": "5"}, "json: cannot unmarshal string into Go struct field User.score of type int"),
        ({"address": "x"}, "json: cannot unmarshal string into Go struct field User.address of type []string"),
        ({"address": [5]}, "json: cannot unmarshal number into Go struct field User.address of type string"),
        ({"isVerified": "yes"}, "json: cannot unmarshal string into Go struct field User.isVerified of type bool"),
        (
            {"properties": []},
            "json: cannot unmarshal array into Go struct field User.properties of type map[string]string",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_field_of_another_type_is_refused_with_gos_words(current, body, text):
    token, who = own(current)

    assert update(current, token, who | body, "?columns=tag")["msg"] == text


@pytest.mark.parametrize(
    ("field", "literal", "text"),
    [
        ("score", "1.50", "number 1.50 into Go struct field User.score of type int"),
        ("score", "9223372036854775808", "number 9223372036854775808 into Go struct field User.score of type int"),
        ("score", "1" + "0" * 5000, f"number 1{'0' * 5000} into Go struct field User.score of type int"),
        ("balance", "1e999", "number 1e999 into Go struct field User.balance of type float64"),
        ("balance", "1" + "0" * 5000, f"number 1{'0' * 5000} into Go struct field User.balance of type float64"),
        ("displayName", "1" + "0" * 5000, "number into Go struct field User.displayName of type string"),
        ("cart", '[{"price": 1e999}]', "number 1e999 into Go struct field ProductInfo.cart.price of type float64"),
    ],
    ids=lambda value: value[:20],
)
def test_a_number_that_does_not_fit_is_refused_as_it_was_spelled(current, field, literal, text):
    token, who = own(current)

    reply = update_raw(current, token, who, f'"{field}": {literal}')

    assert reply["msg"] == f"json: cannot unmarshal {text}"


def test_a_number_of_an_unknown_field_is_skipped_whatever_its_length(current):
    token, who = own(current)

    reply = update_raw(current, token, who, f'"displayName": "A", "unheardOf": 1{"0" * 5000}', "?columns=display_name")

    assert (reply["data"], me(current, token)["displayName"]) == ("Affected", "A")


@pytest.mark.parametrize(
    ("body", "column", "shown"),
    [
        ('"balance": 1234567890123456789', "balance", '"balance": 1234567890123456800,'),
        ('"balance": 99999999999999999999', "balance", '"balance": 100000000000000000000,'),
        ('"balance": 1e21', "balance", '"balance": 1e+21,'),
        ('"balance": 2.0', "balance", '"balance": 2,'),
        ('"balance": 0.00000012', "balance", '"balance": 1.2e-7,'),
        ('"address": [null, "b"]', "address", '"address": [\n      "",\n      "b"\n    ],'),
    ],
)
def test_a_value_is_shown_as_go_spells_it(current, body, column, shown):
    token, who = own(current)

    changed = update_raw(current, token, who, body, f"?columns={column}")

    assert changed["data"] == "Affected"
    assert shown in current.get("/api/get-account", token).get_data(as_text=True)


def test_properties_are_shown_in_the_order_of_their_keys(current):
    token, who = own(current)
    properties = {"zoo": "1", "wechatOpenId": "2", "Big": "3", "名": "4"}

    update(current, token, who | {"properties": properties}, "?columns=properties")

    assert list(me(current, token)["properties"]) == ["Big", "wechatOpenId", "wechatUnionId", "zoo", "名"]


def test_an_address_list_that_is_no_network_is_refused(current):
    secret = current.world.state.get(Applications).find("app-docs").text("clientSecret")

    reply = current.client.post(
        f"{UPDATE}?id=test/linked&columns=ip_whitelist",
        json={"ipWhitelist": "10.0.0.0/8,nope"},
        auth=("6825f4f0af45554c8952", secret),
    ).get_json()

    assert reply["msg"] == "nope does not meet the CIDR format requirements: invalid CIDR address: nope"


def test_an_admin_without_id_renames_itself(current):
    boss = "username=test/boss&password=123"

    reply = current.client.post(f"{UPDATE}?columns=name&{boss}", json={"owner": "test", "name": "linked"})

    assert reply.get_json()["msg"] == "Username already exists"


def test_add_and_delete_user(current):
    auth = ("6825f4f0af45554c8952", current.world.state.get(Applications).find("app-docs").text("clientSecret"))
    body = {"owner": "test", "name": "newbie", "phone": "+86 13800138009", "countryCode": "CN", "password": "secret"}

    replies = [
        current.client.post(f"/api/{operation}-user", json=body, auth=auth).get_json()
        for operation in ("add", "add", "delete", "delete")
    ]

    assert [reply["data"] or reply["msg"] for reply in replies] == [
        "Affected",
        "Username already exists",
        "Affected",
        "Unaffected",
    ]


@pytest.mark.parametrize("profile", ["current", "classic"])
@pytest.mark.parametrize("query", ["&columns=hash", "&columns=hash,display_name", ""])
def test_the_hash_is_casdoors_own_and_empty_without_a_syncer(casdoor, profile, query):
    server = casdoor(profile)
    users = server.world.state.get(Users)
    boss = users.find(("test", "boss"))
    path = f"/api/update-user?id=test/boss&username=test/boss&password=123{query}"

    reply = server.post(path, dict(boss) | {"hash": "mine", "displayName": "Chief"})

    assert (reply.get_json()["data"], users.find(("test", "boss")).text("hash")) == ("Affected", "")
