"""GET /api/get-user: whom it finds, who may look, and what is hidden; facts/casdoor.md 5.2."""

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.user_repository import Users
from emulator.casdoor.views import User
from emulator.core.json_object import JsonObject
from emulator.scenario import load_default

CLIENT = "6825f4f0af45554c8952"


def envelope(msg="", data=None):
    status = "error" if msg else "ok"
    return {"status": status, "msg": msg, "sub": "", "name": "", "data": data, "data2": None, "data3": None}


OUTDATED, UNAUTHORIZED = envelope("Session outdated, please login again"), envelope("Unauthorized operation")
LOGIN_FIRST = envelope("Please login first")


def organization(name, **changes):
    return JsonObject(load_default().organizations[0] | {"name": name} | changes)


def user(owner, name, **fields):
    return JsonObject({"owner": owner, "name": name, "password": "123", "id": f"id-of-{name}"} | fields)


ORGANIZATIONS = (
    organization("test", countryCodes=["CN"]),
    organization("one", countryCodes=["DE"]),
    organization("secret", isProfilePublic=False),
    organization("built-in"),
)
USERS = (
    user("test", "boss", isAdmin=True, email="boss@test.com", phone="13800000009", countryCode="CN"),
    user("test", "fellow", signupApplication="app-docs"),
    user("test", "german", phone="15112345678", countryCode="DE"),
    user("one", "u", properties={"a": "b"}, needUpdatePassword=True, email="u@one.com"),
    user("one", "w", email="w@one.com"),
    user("one", "boss1", isAdmin=True),
    user("secret", "s", phone="12345678910"),
    user("secret", "t"),
    user("secret", "chief", isAdmin=True),
    user("built-in", "root"),
)
HIDDEN = ("properties", "needUpdatePassword", "balanceCurrency", "password")
OPEN = ({"a": "b"}, True, "USD", "***")


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", organizations=ORGANIZATIONS, users=USERS)


@pytest.fixture(name="classic")
def fixture_classic(casdoor):
    return casdoor("classic", organizations=ORGANIZATIONS, users=USERS)


def seen(server, query, by=None):
    """Return get-user's reply to nobody, to a user signed in by password, or to the application."""
    target = f"/api/get-user?{query}"
    if by == "app":
        secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")
        return server.client.get(target, auth=(CLIENT, secret)).get_json()
    return server.get(f"{target}&username={by}&password=123" if by else target).get_json()


def found(server, query, by=None):
    data = seen(server, query, by)["data"]
    return data and f"{data['owner']}/{data['name']}"


@pytest.mark.parametrize("by", [None, "test/fellow", "test/boss", "secret/s", "app"])
def test_a_missing_user_is_null_for_everybody_in_a_private_organization_too(server, classic, by):
    for one in (server, classic):
        assert seen(one, "id=secret/none", by) == envelope()


@pytest.mark.parametrize(
    ("by", "current", "classic_"),
    [
        pytest.param(None, LOGIN_FIRST, LOGIN_FIRST, id="nobody"),
        pytest.param("test/fellow", UNAUTHORIZED, UNAUTHORIZED, id="a stranger"),
        pytest.param("test/boss", UNAUTHORIZED, UNAUTHORIZED, id="another organization's administrator"),
        pytest.param("secret/t", UNAUTHORIZED, None, id="a fellow"),
        pytest.param("secret/chief", None, None, id="its administrator"),
        pytest.param("secret/s", None, None, id="the user"),
        pytest.param("built-in/root", None, None, id="a global administrator"),
        pytest.param("app", None, None, id="an application"),
    ],
)
def test_who_may_look_into_a_private_organization(server, classic, by, current, classic_):
    for one, expected in ((server, current), (classic, classic_)):
        reply = seen(one, "id=secret/s", by)

        assert (reply if reply["msg"] else None) == expected


def test_a_caller_who_is_gone_has_an_outdated_session(server):
    cookie = server.get("/api/health?username=test/fellow&password=123").headers["Set-Cookie"].partition(";")[0]
    server.world.state.get(Users).delete("test", "fellow")

    reply = server.get("/api/get-user?id=secret/s", Cookie=cookie)

    assert reply.get_json() == OUTDATED


def test_a_session_is_outdated_in_the_callers_language(server):
    cookie = server.get("/api/health?username=test/fellow&password=123").headers["Set-Cookie"].partition(";")[0]
    server.world.state.get(Users).delete("test", "fellow")

    reply = server.get("/api/get-user?id=secret/s", Cookie=cookie, **{"Accept-Language": "zh-CN"})

    assert reply.get_json() == envelope("会话已过期，请重新登录")


def test_a_user_without_an_organization_is_an_error(server):
    users = server.world.state.get(Users)
    fellow = users.find(("test", "fellow"))
    users.update(lambda: (fellow, User(fellow | {"owner": "lost"})))

    assert seen(server, "id=lost/fellow") == envelope("The organization: lost does not exist")
    assert seen(server, "userId=id-of-fellow") == envelope("The organization:  does not exist")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(None, (None, False, "", ""), id="nobody"),
        pytest.param("test/fellow", (None, False, "", ""), id="a user of another organization"),
        pytest.param("one/w", (None, False, "", ""), id="a fellow"),
        pytest.param("one/u", (None, False, "USD", "***"), id="the user"),
        pytest.param("one/boss1", OPEN, id="the administrator"),
        pytest.param("test/boss", OPEN, id="an administrator of another organization"),
        pytest.param("built-in/root", OPEN, id="a global administrator"),
        pytest.param("app", OPEN, id="an application"),
    ],
)
def test_what_is_hidden_depends_on_being_the_user_or_any_administrator(server, classic, by, expected):
    for one in (server, classic):
        data = seen(one, "id=one/u", by)["data"]

        assert tuple(data[name] for name in HIDDEN) == expected


def test_a_missing_country_code_is_filled_in_the_account_alone(server):
    account = server.get("/api/get-account?username=test/fellow&password=123").get_json()["data"]

    assert (account["countryCode"], seen(server, "id=test/fellow")["data"]["countryCode"]) == ("CN", "")


def test_hidden_fields_do_not_include_the_addresses_of_a_user(server):
    data = seen(server, "id=test/boss")["data"]

    names = ("email", "phone", "countryCode", "passwordType")
    assert [data[name] for name in names] == ["boss@test.com", "13800000009", "CN", "bcrypt"]


@pytest.mark.parametrize(
    ("item", "rule", "field", "hidden"),
    [
        ("Email", "Public", "email", "w@one.com"),
        ("Email", "Self", "email", ""),
        ("Email", "Admin", "email", ""),
        ("Email", "", "email", ""),
        ("Country code", "Admin", "countryCode", ""),
        ("User type", "Self", "type", ""),
        ("Country/Region", "Self", "region", ""),
        ("Properties", "Public", "properties", {"a": "b", "idCardFront": "c"}),
        ("ID card info", "Self", "properties", {"a": "b", "idCardFront": ""}),
        ("Multi-factor authentication", "Self", "preferredMfaType", ""),
        ("No such field", "Self", "email", "w@one.com"),
    ],
)
def test_every_account_item_of_an_organization_hides_its_field(casdoor, item, rule, field, hidden):
    items = [{"name": item, "visible": True, "viewRule": rule, "modifyRule": "Self"}]
    w = user("one", "w", email="w@one.com", countryCode="CN", region="CN", properties={"a": "b", "idCardFront": "c"})
    server = casdoor("current", organizations=(organization("one", accountItems=items),), users=(w,))

    assert seen(server, "id=one/w")["data"][field] == hidden


@pytest.mark.parametrize("names", [("Properties", "ID card info"), ("ID card info", "Properties")])
def test_hidden_properties_stay_hidden_whatever_other_items_hide_of_them(casdoor, names):
    items = [{"name": name, "visible": True, "viewRule": "Self", "modifyRule": "Self"} for name in names]
    w = user("one", "w", properties={"a": "b", "idCardFront": "c"})
    server = casdoor("current", organizations=(organization("one", accountItems=items),), users=(w,))

    assert seen(server, "id=one/w")["data"]["properties"] is None


ALL = {
    "phone=13800000009": "test/boss",
    "phone=%2B8613800000009": "test/boss",
    "owner=test&phone=%2B8613800000009": "test/boss",
    "phone=%2B86%20138-0000-0009": "test/boss",
    "phone=+8613800000009": None,
    "phone=8613800000009": None,
    "phone=%2B8613800000008": None,
    "phone=%2Bnothing": None,
    "email=boss@test.com": "test/boss",
    "email=Boss@test.com": None,
    "email=%20boss@test.com": None,
    "id=test/fellow&email=boss@test.com": "test/boss",
    "id=test/fellow&owner=one&email=boss@test.com": None,
    "id=one/w&owner=test&email=u@one.com": None,
    "id=test/boss&owner=one&email=u@one.com": "one/u",
    "id=test/boss&owner=one": "test/boss",
    "userId=id-of-boss": "test/boss",
    "owner=test&userId=id-of-boss": "test/boss",
    "owner=one&userId=id-of-boss": None,
    "id=one/w&userId=id-of-w": None,
    "id=test/fellow&owner=test&userId=id-of-boss": "test/boss",
    "owner=test&userId=x&email=boss@test.com": None,
    "owner=test&userId=id-of-fellow&email=boss@test.com": "test/boss",
    "email=boss@test.com&phone=1": "test/boss",
    "email=x@example.com&phone=13800000009": None,
    "name=boss": None,
    "id=one/": None,
    "id=/u": None,
    "id=/u&email=u@one.com": None,
}


@pytest.mark.parametrize("query", ALL)
def test_a_query_finds_one_user_or_null(server, classic, query):
    assert (found(server, query), found(classic, query)) == (ALL[query], ALL[query])


def test_only_current_compares_the_country_of_a_phone(server, classic):
    query = "phone=%2B8615112345678"

    assert (found(server, query), found(classic, query)) == (None, "test/german")


@pytest.mark.parametrize("query", ["owner=test", "owner=test&name=boss"])
def test_an_owner_alone_names_nobody(server, query):
    assert seen(server, query) == envelope("GetOwnerAndNameFromId() error, wrong token count for ID: ")


@pytest.mark.parametrize("identifier", ["u", "a/b/c"])
def test_an_id_that_is_none_is_the_filters_error(server, identifier):
    assert seen(server, f"id={identifier}") == {
        "status": "error",
        "msg": f"GetOwnerAndNameFromId() error, wrong token count for ID: {identifier}",
        "data": None,
        "data2": None,
    }


def test_somebody_found_in_a_private_organization_is_not_shown(server):
    assert seen(server, "phone=12345678910") == LOGIN_FIRST
