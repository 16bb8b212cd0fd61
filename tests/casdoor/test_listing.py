"""The order of get-users: facts/casdoor.md 5.3."""

import pytest

from emulator.casdoor.repositories import Applications
from emulator.core.json_object import JsonObject
from emulator.scenario import load_default

CLIENT = "6825f4f0af45554c8952"
EARLY, LATE = "2026-01-01T08:00:00Z", "2026-01-01T08:00:01Z"


def user(owner, name, created=EARLY, **fields):
    return JsonObject({"owner": owner, "name": name, "createdTime": created} | fields)


USERS = (
    user("one", "zoe", phone="1", score=2),
    user("test", "carol", phone="2", score=1),
    user("test", "alice", phone="1", score=1),
    user("test", "new", LATE, phone="2", score=2),
    user("test", "bob", phone="1", score=2),
)
ORGANIZATIONS = tuple(JsonObject(load_default().organizations[0] | {"name": name}) for name in ("test", "one"))


@pytest.fixture(name="listed")
def fixture_listed(casdoor):
    """Return the names that a query lists, but for the administrator that every server has."""
    server = casdoor("current", organizations=ORGANIZATIONS, users=USERS)
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")

    def listed(query):
        body = server.client.get(f"/api/get-users?{query}", auth=(CLIENT, secret)).get_json()
        return " ".join(one["name"] for one in body["data"] if one["owner"] != "built-in")

    return listed


PAGED = "p=1&pageSize=9&"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("owner=test", "new alice bob carol", id="of one organization by name"),
        pytest.param("", "new bob alice carol zoe", id="of all the last made first"),
        pytest.param(PAGED + "owner=test", "new alice bob carol", id="a page of one organization"),
        pytest.param(PAGED, "new bob alice carol zoe", id="a page of all"),
        pytest.param("p=2&pageSize=2", "alice carol", id="the second page of all"),
        pytest.param(PAGED + "field=name&value=o", "bob carol zoe", id="of all, filtered"),
    ],
)
def test_the_newest_comes_first_and_users_of_one_second_in_order(listed, query, expected):
    assert listed(query) == expected


@pytest.mark.parametrize(
    ("query", "ascending", "descending"),
    [
        pytest.param("owner=test&sortField=score", "alice carol bob new", "bob new alice carol", id="one organization"),
        pytest.param("owner=test&sortField=phone", "alice bob carol new", "carol new alice bob", id="an index there"),
        pytest.param("sortField=score", "carol alice zoe new bob", "zoe new bob carol alice", id="all"),
        pytest.param("sortField=phone", "zoe alice bob carol new", "new carol bob alice zoe", id="all by an index"),
        pytest.param(
            "sortField=createdTime", "zoe carol alice bob new", "new bob alice carol zoe", id="all by their time"
        ),
    ],
)
def test_equal_users_are_in_the_databases_order(listed, query, ascending, descending):
    sorts = (f"{PAGED}{query}&sortOrder=ascend", f"{PAGED}{query}&sortOrder=descend")

    assert [listed(one) for one in sorts] == [ascending, descending]


@pytest.fixture(name="answered")
def fixture_answered(casdoor):
    """Return what a call of an application answers."""
    server = casdoor("current", organizations=ORGANIZATIONS, users=USERS)
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")

    def answered(call):
        return server.client.get(f"/api/{call}", auth=(CLIENT, secret))

    return answered


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", ["new", "bob", "alice", "carol", "zoe", "admin"], id="the newest first"),
        pytest.param(
            "owner=one&groupName=g", ["new", "bob", "alice", "carol", "zoe", "admin"], id="whatever the owner"
        ),
        pytest.param("p=2&pageSize=2&sortField=name&sortOrder=ascend", ["bob", "carol"], id="a page by name"),
    ],
)
def test_the_global_list_has_the_users_of_every_organization(answered, query, expected):
    body = answered(f"get-global-users?{query}").get_json()

    assert [one["name"] for one in body["data"]] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("owner=test&sorter=name&limit=2", ["new", "carol"], id="the highest first"),
        pytest.param("owner=test&sorter=created_time&limit=1", ["new"], id="by a column of two words"),
        pytest.param("owner=test&sorter=NAME&limit=1", ["new"], id="whatever the case"),
        pytest.param("owner=test&sorter=score&limit=-1", ["bob", "new", "alice", "carol"], id="all of them"),
        pytest.param("owner=test&sorter=name", [], id="none without a limit"),
    ],
)
def test_the_sorted_list_has_the_first_users_by_a_column(answered, query, expected):
    body = answered(f"get-sorted-users?{query}").get_json()

    assert [one["name"] for one in body["data"]] == expected


@pytest.mark.parametrize(
    ("sorter", "message"),
    [
        pytest.param("nope", "SQL logic error: no such column: nope (1)", id="unknown"),
        pytest.param("displayName", "SQL logic error: no such column: displayName (1)", id="a key of JSON"),
        pytest.param("a-b", "object.GetSortedUsers() error: invalid sorter field: a-b", id="not a column's name"),
        pytest.param("", "object.GetSortedUsers() error: invalid sorter field: ", id="empty"),
    ],
)
def test_a_sorter_that_is_not_a_column_is_refused(answered, sorter, message):
    body = answered(f"get-sorted-users?owner=test&limit=1&sorter={sorter}").get_json()

    assert (body["status"], body["msg"], body["data"]) == ("error", message, None)


def test_a_limit_that_is_not_a_number_crashes(answered):
    assert answered("get-sorted-users?owner=test&sorter=name&limit=x").status_code == 500
