"""Which cookies a reply sets, and in which order: facts/casdoor.md 1.3 and 1.5."""

import base64
import re

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.user_repository import Users

CLIENT = "6825f4f0af45554c8952"
SESSION = re.compile(
    r"casdoor_session_id=[0-9a-f]{32}; Path=/; Expires=Sat, 31 Jan 2026 08:00:00 GMT; Max-Age=2592000; HttpOnly"
)


@pytest.fixture(name="server", params=["current", "classic"])
def fixture_server(request, casdoor):
    return casdoor(request.param)


def basic(server):
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")
    return {"Authorization": "Basic " + base64.b64encode(f"{CLIENT}:{secret}".encode()).decode()}


def cookies(reply):
    """Return `S` for a session's cookie in full, the name of any other."""
    sent = reply.headers.get_all("Set-Cookie")
    return ["S" if SESSION.fullmatch(one) else one.partition("=")[0] for one in sent]


def session_of(reply, number=-1):
    sent = [one for one in reply.headers.get_all("Set-Cookie") if one.startswith("casdoor_session_id=")]
    return {"Cookie": sent[number].partition(";")[0]}


def known_cookie(server):
    return session_of(server.get("/api/health"))


def is_known(server, cookie):
    return cookies(server.get("/api/health", **cookie)) == []


def signed_in(server, cookie):
    reply = server.get("/api/get-account", **cookie).get_json()
    return reply["name"] or reply["msg"]


HINT = "/api/logout?id_token_hint={token}"
TO = "&post_logout_redirect_uri="


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(HINT, ["S", "S"], id="a known hint"),
        pytest.param(HINT + TO + "http://localhost:9000/callback", ["S", "S"], id="a hint and an allowed address"),
        pytest.param(HINT + TO + "https://evil.example/", ["S", "S"], id="a hint and a refused address"),
        pytest.param("/api/logout?id_token_hint=x", ["S"], id="an unknown hint"),
        pytest.param("/api/logout", ["S"], id="nobody"),
    ],
)
def test_a_logout_renews_the_session_it_clears(server, method, path, expected):
    target = path.format(token=server.token("alice"))
    known = known_cookie(server)

    without = server.client.open(target, method=method)
    target = path.format(token=server.token("alice"))
    with_known = server.client.open(target, method=method, headers=known)

    assert (cookies(without), cookies(with_known)) == (expected, expected[1:])


@pytest.mark.parametrize("target", ["/api/logout", "/api/logout?post_logout_redirect_uri=https://evil.example/"])
def test_a_logout_without_a_hint_clears_even_where_it_refuses(casdoor, target):
    server = casdoor("current")

    reply = server.get(target, server.token("alice"))

    assert cookies(reply) == ["S", "S"]


def test_the_old_session_is_forgotten_and_the_new_one_signed_out(server):
    first = session_of(server.get("/api/health", server.token("alice", username="Alice")))

    reply = server.get("/api/logout", **first)
    second = session_of(reply)

    assert (first == second, is_known(server, first), is_known(server, second)) == (False, False, True)
    assert signed_in(server, second) == "Please login first"


def test_the_first_of_two_new_sessions_stays_known_and_signed_out(server):
    reply = server.get("/api/logout", server.token("alice"))

    first, second = session_of(reply, 0), session_of(reply, 1)

    assert (is_known(server, first), is_known(server, second)) == (True, True)
    assert [signed_in(server, one) for one in (first, second)] == ["Please login first"] * 2


def test_a_hint_signs_the_session_of_the_request_out_whoevers_it_is(server):
    bob = server.token("bob", username="Bob")
    cookie = session_of(server.get("/api/health", bob))
    alice = server.token("alice", username="Alice")

    server.get(f"/api/logout?id_token_hint={alice}", **cookie)

    assert is_known(server, cookie) is False
    assert server.get("/api/get-account", bob).get_json()["name"] == "Bob"
    assert "has expired" in server.get("/api/get-account", alice).get_json()["msg"]


@pytest.mark.parametrize(
    ("path", "without", "with_known"),
    [
        pytest.param("/api/get-account", ["S", "jsonWebConfig", "S"], ["jsonWebConfig", "S"], id="get-account"),
        pytest.param("/api/userinfo", ["S", "S"], ["S"], id="userinfo"),
        pytest.param("/api/user", ["S", "S"], ["S"], id="user"),
    ],
)
def test_a_user_who_does_not_exist_is_signed_out(server, path, without, with_known):
    reply = server.get(path, **basic(server))
    again = server.get(path, **known_cookie(server), **basic(server))

    assert reply.get_json() == {
        "status": "error",
        "msg": "The user: app/app-docs doesn't exist",
        "sub": "",
        "name": "",
        "data": None,
        "data2": None,
        "data3": None,
    }
    assert (cookies(reply), cookies(again)) == (without, with_known)


def test_a_removed_user_is_signed_out_by_the_first_look_at_its_account(server):
    cookie = session_of(server.get("/api/health", server.token("alice", username="Alice")))
    server.world.state.get(Users).delete("test", "Alice")

    reply = server.get("/api/get-account", **cookie)

    assert (reply.get_json()["msg"], cookies(reply)) == (
        "The user: test/Alice doesn't exist",
        ["jsonWebConfig", "S"],
    )
    assert (is_known(server, cookie), signed_in(server, session_of(reply))) == (False, "Please login first")


@pytest.mark.parametrize(
    ("query", "msg", "expected"),
    [
        pytest.param("userId=test/boss", "", ["S", "jsonWebConfig"], id="somebody"),
        pytest.param("userId=test/none", "The user: test/none doesn't exist", ["S", "jsonWebConfig", "S"], id="nobody"),
        pytest.param(
            "userId=x", "GetOwnerAndNameFromId() error, wrong token count for ID: x", ["S", "jsonWebConfig"], id="no id"
        ),
    ],
)
def test_an_application_keeps_its_session_unless_the_user_is_missing(server, query, msg, expected):
    reply = server.get(f"/api/get-account?{query}", **basic(server))

    assert (reply.get_json()["msg"], cookies(reply)) == (msg, expected)


def test_an_application_s_cookie_session_dies_with_its_first_look_at_an_account(server):
    cookie = session_of(server.get("/api/health", **basic(server)))
    before = server.get("/api/get-users?owner=test", **cookie).get_json()["status"]

    server.get("/api/get-account", **cookie)

    after = server.get("/api/get-users?owner=test", **cookie).get_json()["msg"]
    assert (before, after) == ("ok", "Unauthorized operation")


@pytest.mark.parametrize("path", ["/api/get-account", "/api/userinfo", "/api/user"])
def test_who_is_not_signed_in_keeps_the_session(server, path):
    known = known_cookie(server)

    assert cookies(server.get(path, **known)) == (["jsonWebConfig"] if path.endswith("account") else [])


@pytest.mark.parametrize("value", ["", "0123456789abcdef0123456789abcdef"])
def test_an_unknown_cookie_counts_as_none(server, value):
    token = server.token("alice")

    reply = server.get("/api/logout", token, Cookie=f"casdoor_session_id={value}")

    assert (cookies(reply), is_known(server, session_of(reply, 0))) == (["S", "S"], True)


def test_of_two_cookies_the_first_counts(server):
    known = known_cookie(server)["Cookie"]

    assert cookies(server.get("/api/health", Cookie=f"{known}; casdoor_session_id=x")) == []
    assert cookies(server.get("/api/health", Cookie=f"casdoor_session_id=x; {known}")) == ["S"]
