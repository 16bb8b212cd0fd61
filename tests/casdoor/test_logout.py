"""GET and POST /api/logout: facts/casdoor.md 5.8."""

import base64

import pytest

from emulator.casdoor.repositories import Applications
from emulator.core.json_object import JsonObject
from emulator.scenario import load_default

CLIENT = "6825f4f0af45554c8952"
CALLBACK = "http://localhost:9000/callback"


def envelope(msg="", data=None, data2=None):
    status = "error" if msg else "ok"
    return {"status": status, "msg": msg, "sub": "", "name": "", "data": data, "data2": data2, "data3": None}


def refused(uri):
    return envelope(f"Redirect URI: {uri} doesn't exist in the allowed Redirect URI list")


@pytest.fixture(name="server")
def fixture_server(casdoor):
    application = JsonObject(load_default().applications[0] | {"redirectUris": [CALLBACK, "http://localhost:9000/.*"]})
    return casdoor("current", applications=(application,))


@pytest.fixture(name="token")
def fixture_token(server):
    return server.token("alice", username="Alice")


def basic(server):
    secret = server.world.state.get(Applications).find("app-docs").text("clientSecret")
    return {"Authorization": "Basic " + base64.b64encode(f"{CLIENT}:{secret}".encode()).decode()}


def logout(server, method="GET", headers=None, **parameters):
    where = {"query_string": parameters} if method == "GET" else {"data": parameters}
    return server.client.open("/api/logout", method=method, headers=headers, **where)


def names_and_values(reply):
    return [
        (name, "S" if name == "Set-Cookie" else value)
        for name, value in reply.headers
        if name not in ("Date", "Content-Length", "X-Mockdoor-Note")
    ]


def test_a_get_redirects_with_a_small_page(server, token):
    reply = logout(server, id_token_hint=token, post_logout_redirect_uri=CALLBACK)

    assert reply.status_code == 302
    assert names_and_values(reply) == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Location", CALLBACK),
        ("Server", "beegoServer:2.0.0"),
        ("Set-Cookie", "S"),
        ("Set-Cookie", "S"),
    ]
    assert (reply.text, reply.headers["Content-Length"]) == (f'<a href="{CALLBACK}">Found</a>.\n\n', "53")


def test_a_post_redirects_without_a_body(server, token):
    reply = logout(server, "POST", id_token_hint=token, post_logout_redirect_uri=CALLBACK)

    assert reply.status_code == 302
    assert names_and_values(reply) == [
        ("Location", CALLBACK),
        ("Server", "beegoServer:2.0.0"),
        ("Set-Cookie", "S"),
        ("Set-Cookie", "S"),
    ]
    assert (reply.data, reply.headers["Content-Length"]) == (b"", "0")


def test_the_page_is_never_compressed(server, token):
    reply = logout(server, headers={"Accept-Encoding": "gzip"}, id_token_hint=token, post_logout_redirect_uri=CALLBACK)

    assert "Content-Encoding" not in reply.headers
    assert reply.text == f'<a href="{CALLBACK}">Found</a>.\n\n'


@pytest.mark.parametrize(
    ("uri", "state", "location"),
    [
        pytest.param(CALLBACK + "/", "", CALLBACK + "/", id="without a state the slash stays"),
        pytest.param(CALLBACK + "/", "s", CALLBACK + "?state=s", id="one slash gives way to the state"),
        pytest.param(CALLBACK + "//", "s", CALLBACK + "/?state=s", id="one slash of two"),
        pytest.param(CALLBACK + "?a=1", "s", CALLBACK + "?a=1&state=s", id="behind a query"),
        pytest.param(CALLBACK + "#f", "s", CALLBACK + "#f?state=s", id="behind a fragment"),
        pytest.param(CALLBACK, "x y&z", CALLBACK + "?state=x y&z", id="a state is not escaped"),
        pytest.param(CALLBACK, "<\">'", CALLBACK + "?state=<\">'", id="quotes stay"),
        pytest.param(CALLBACK, "é中", CALLBACK + "?state=%c3%a9%e4%b8%ad", id="other letters become escapes"),
        pytest.param(CALLBACK, "a\nb", CALLBACK + "?state=a b", id="a line break becomes a blank"),
    ],
)
def test_the_location_is_the_address_and_its_state(server, token, uri, state, location):
    reply = logout(server, id_token_hint=token, post_logout_redirect_uri=uri, state=state)

    assert reply.headers["Location"] == location


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("x y&z", "x y&amp;z"),
        ("<\">'", "&lt;&#34;&gt;&#39;"),
        ("é中", "é中"),
        ("a\nb", "a\nb"),
    ],
)
def test_the_page_shows_the_address_as_html(server, token, state, shown):
    reply = logout(server, id_token_hint=token, post_logout_redirect_uri=CALLBACK, state=state)

    assert reply.text == f'<a href="{CALLBACK}?state={shown}">Found</a>.\n\n'


def test_a_session_of_a_token_redirects_to_its_applications_address(server, token):
    reply = logout(server, headers={"Authorization": f"Bearer {token}"}, post_logout_redirect_uri=CALLBACK)

    assert (reply.status_code, reply.headers["Location"]) == (302, CALLBACK)


def test_a_session_without_an_application_redirects_nowhere(server):
    reply = logout(server, headers=basic(server), post_logout_redirect_uri=CALLBACK)

    assert reply.get_json() == refused(CALLBACK)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("client_id", [CLIENT, "x"])
def test_client_id_names_the_application_that_a_session_lacks(server, method, client_id):
    reply = logout(server, method, basic(server), post_logout_redirect_uri=CALLBACK, client_id=client_id)

    if client_id == CLIENT:
        assert (reply.status_code, reply.headers["Location"]) == (302, CALLBACK)
    else:
        assert reply.get_json() == refused(CALLBACK)


def test_a_refused_address_ends_the_session_all_the_same(server, token):
    first = server.get("/api/health", token)
    cookie = first.headers["Set-Cookie"].partition(";")[0]

    reply = logout(server, headers={"Cookie": cookie}, post_logout_redirect_uri="https://evil.example/")

    assert reply.get_json() == refused("https://evil.example/")
    assert server.get("/api/get-account", Cookie=cookie).get_json()["msg"] == "Please login first"


def test_an_application_is_logged_out_by_its_name(server):
    assert logout(server, headers=basic(server)).get_json() == envelope(data="app/app-docs")


def test_classic_needs_a_hint_to_redirect(casdoor):
    server = casdoor("classic")

    reply = logout(server, headers=basic(server), post_logout_redirect_uri=CALLBACK, client_id=CLIENT)

    assert reply.get_json() == envelope("Missing parameter: id_token_hint")
