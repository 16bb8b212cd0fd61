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
