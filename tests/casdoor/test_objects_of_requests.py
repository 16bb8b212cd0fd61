"""Which object a request is about, for the rule that everybody may act on itself: facts/casdoor.md 1.6."""

import pytest

DENIED = {"status": "error", "msg": "Unauthorized operation", "data": None, "data2": None}


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current")


@pytest.fixture(name="alice")
def fixture_alice(server):
    return server.token("alice", username="Alice")


def may_pass(reply):
    """Return whether the filter let a request through, to a controller or to a route that nobody plays."""
    return reply.status_code == 404 or reply.get_json() != DENIED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id=test/Alice", True),
        ("id=test/boss", False),
        ("owner=test", False),
        ("id=test/Alice&organization=one", False),
        ("id=x/Alice&organization=test", True),
    ],
)
def test_an_organization_in_the_query_takes_the_place_of_the_owner(server, alice, query, expected):
    assert may_pass(server.get(f"/api/get-nothing?{query}", alice)) is expected


@pytest.mark.parametrize("path", ["nothing-application", "nothing-token", "nothing-syncer", "nothing-webhook"])
@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("", {"owner": "test", "name": "Alice"}, False),
        ("", {"organization": "test", "name": "Alice"}, True),
        ("", {"organization": "test", "name": "x"}, False),
        ("", {}, False),
        ("?id=test/Alice", {"owner": "test", "name": "Alice"}, False),
    ],
)
def test_what_belongs_to_an_organization_is_named_by_the_body_alone(server, alice, path, query, body, expected):
    assert may_pass(server.post(f"/api/{path}{query}", body, alice)) is expected


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("nothing-organization", {"owner": "test", "name": "Alice"}, False),
        ("nothing-organization?id=test/Alice", {}, False),
        ("update-organization?id=test/Alice", {}, True),
        ("nothing", {"owner": "test", "name": "Alice"}, True),
        ("nothing?id=test/boss", {"owner": "test", "name": "Alice"}, False),
        ("nothing?id=test/Alice", {"owner": "test", "name": "boss"}, True),
    ],
)
def test_an_id_in_the_query_beats_the_body_but_for_organizations(server, alice, path, body, expected):
    assert may_pass(server.post(f"/api/{path}", body, alice)) is expected


@pytest.mark.parametrize("body", [{}, {"data": "text"}, {"data": {"owner": "test", "name": "Alice"}}])
def test_without_json_the_form_and_the_query_name_it(server, alice, body):
    query = "" if isinstance(body.get("data"), dict) else "?owner=test&name=Alice"

    assert may_pass(server.client.post(f"/api/nothing{query}", headers=server._headers(alice), **body)) is True
