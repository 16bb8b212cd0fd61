"""Where the token endpoints read a client's id and secret, and which of them counts: facts/casdoor.md 2.1, 5.6."""

import base64

import pytest

from emulator.core.json_object import JsonObject
from emulator.scenario import load_default

LOGIN, REFRESH = "/api/login/oauth/access_token", "/api/login/oauth/refresh_token"
RIGHT, OTHER = ("one-id", "one-secret"), ("two-id", "two-secret")
CLIENT_ID = (401, {"error": "invalid_client", "error_description": "client_id is invalid"})
CLIENT_SECRET = (401, {"error": "invalid_client", "error_description": "client_secret is invalid"})
BAD_CLIENT = (401, {"error": "invalid_client", "error_description": "Invalid application or wrong clientSecret"})
WRONG_APPLICATION = (
    400,
    {
        "error": "invalid_grant",
        "error_description": "the token is for wrong application (client_id), "
        "application.Name: [two], token.Application: [one]",
    },
)
INVALID_REQUEST = (400, {"error": "invalid_request"})


@pytest.fixture(name="server")
def fixture_server(casdoor):
    default = load_default().applications[0]
    grants = {"grantTypes": ["client_credentials", "refresh_token"]}
    one = JsonObject(default | {"name": "one", "clientId": RIGHT[0], "clientSecret": RIGHT[1]} | grants)
    two = JsonObject(default | {"name": "two", "clientId": OTHER[0], "clientSecret": OTHER[1]} | grants)
    return casdoor("current", applications=(one, two))


def basic(user, password, scheme="Basic"):
    return {"Authorization": f"{scheme} {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def form(client_id=None, client_secret=None):
    given = {"client_id": client_id, "client_secret": client_secret}
    return {name: value for name, value in given.items() if value is not None}


def answer(reply):
    """Return 200 alone for a token, status and body of an error."""
    return 200 if reply.status_code == 200 else (reply.status_code, reply.get_json())


GRANT = {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    ("headers", "parameters", "expected"),
    [
        pytest.param(basic(*RIGHT), {}, 200, id="right"),
        pytest.param(basic(*RIGHT, scheme="bAsIc"), {}, 200, id="right, in odd case"),
        pytest.param(basic(RIGHT[0], "x"), {}, CLIENT_SECRET, id="wrong secret"),
        pytest.param(basic("x", RIGHT[1]), {}, CLIENT_ID, id="unknown id"),
        pytest.param(basic(RIGHT[0], ""), {}, CLIENT_SECRET, id="empty secret"),
        pytest.param({"Authorization": "Basic ???"}, {}, CLIENT_ID, id="bad base64"),
        pytest.param({"Authorization": "Basic b25lLWlk"}, {}, CLIENT_ID, id="no colon"),
        pytest.param(basic(RIGHT[0], "x"), form(*RIGHT), 200, id="form right, basic wrong"),
        pytest.param(basic(*OTHER), form(*RIGHT), 200, id="form right, basic of another"),
        pytest.param(basic(*RIGHT), form(RIGHT[0], "x"), CLIENT_SECRET, id="form wrong, basic right"),
        pytest.param(basic(*RIGHT), form(RIGHT[0]), CLIENT_SECRET, id="form id alone, basic right"),
        pytest.param(basic(*RIGHT), form(None, RIGHT[1]), CLIENT_ID, id="form secret alone, basic right"),
        pytest.param(basic(*RIGHT), form("", ""), 200, id="both empty in the form, basic right"),
    ],
)
def test_basic_gives_id_and_secret_only_where_the_form_gives_neither(server, headers, parameters, expected):
    reply = server.client.post(LOGIN, data=GRANT | parameters, headers=headers)

    assert answer(reply) == expected


@pytest.mark.parametrize(
    ("headers", "parameters", "expected"),
    [
        pytest.param(basic(RIGHT[0], "x"), form(*RIGHT), CLIENT_SECRET, id="JSON right, basic wrong"),
        pytest.param(basic(*RIGHT), form(*OTHER), 200, id="JSON of another, basic right"),
        pytest.param(basic(RIGHT[0], ""), form(None, RIGHT[1]), 200, id="JSON fills the secret that basic lacks"),
        pytest.param({}, form(*RIGHT), 200, id="JSON alone"),
    ],
)
def test_json_fills_only_what_basic_leaves_empty(server, headers, parameters, expected):
    reply = server.client.post(LOGIN, json=GRANT | parameters, headers=headers)

    assert answer(reply) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(basic(RIGHT[0], "x"), 200, id="a mini program's login never looks at the secret"),
        pytest.param(basic("x", "x"), CLIENT_ID, id="an unknown client"),
    ],
)
def test_basic_names_the_client_of_a_login(server, headers, expected):
    reply = server.client.post(LOGIN, data={"tag": "wechat_miniprogram", "code": "alice"}, headers=headers)

    assert answer(reply) == expected


def refreshed(server, path, headers, *, json=None, **parameters):
    token = server.login(client_id=RIGHT[0]).get_json()["refreshToken"]
    given = {"grant_type": "refresh_token", "refresh_token": token}
    if json is not None:
        return answer(server.client.post(path, json=given | json, headers=headers))
    return answer(server.client.post(path, data=given | parameters, headers=headers))


@pytest.mark.parametrize(
    ("headers", "parameters", "expected"),
    [
        pytest.param(basic(*RIGHT), {}, 200, id="right"),
        pytest.param(basic(RIGHT[0], "x"), {}, CLIENT_SECRET, id="wrong secret"),
        pytest.param(basic(*OTHER), {}, WRONG_APPLICATION, id="another application"),
        pytest.param(basic(RIGHT[0], "x"), form(RIGHT[0]), 200, id="form id alone, basic wrong"),
        pytest.param({}, {}, CLIENT_ID, id="nothing"),
        pytest.param({"Authorization": "Basic ???"}, {}, CLIENT_ID, id="bad base64"),
    ],
)
def test_the_refresh_grant_checks_a_secret_that_came(server, headers, parameters, expected):
    assert refreshed(server, LOGIN, headers, **parameters) == expected


@pytest.mark.parametrize(
    ("headers", "parameters", "expected"),
    [
        pytest.param(basic(*RIGHT), {}, 200, id="right"),
        pytest.param(basic(RIGHT[0], "x"), {}, 200, id="its secret is never checked"),
        pytest.param(basic("x", RIGHT[1]), {}, BAD_CLIENT, id="unknown id"),
        pytest.param(basic(*OTHER), {}, WRONG_APPLICATION, id="another application"),
        pytest.param(basic(RIGHT[0], "x"), form(*RIGHT), 200, id="form right, basic wrong"),
        pytest.param(basic(*RIGHT), form(RIGHT[0], "x"), CLIENT_SECRET, id="form wrong, basic right"),
        pytest.param(basic(*RIGHT), form(None, RIGHT[1]), BAD_CLIENT, id="form secret alone, right"),
        pytest.param(basic(*RIGHT), form(None, "x"), BAD_CLIENT, id="form secret alone, wrong"),
        pytest.param(basic(*RIGHT), {"json": {}}, 200, id="JSON without a client"),
        pytest.param({"Authorization": "Basic ???"}, {}, INVALID_REQUEST, id="bad base64"),
        pytest.param({}, {}, INVALID_REQUEST, id="nothing"),
    ],
)
def test_the_refresh_endpoint_takes_the_id_alone_from_basic(server, headers, parameters, expected):
    assert refreshed(server, REFRESH, headers, **parameters) == expected
