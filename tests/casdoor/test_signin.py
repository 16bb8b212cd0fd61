"""What the recordings do not show of the sign-in; facts/casdoor.md 2 says the rest."""

import json

import pytest

from emulator.casdoor.repositories import Applications
from emulator.casdoor.user_repository import Users

LOGIN = "/api/login/oauth/access_token"
PARAMETERS = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}


def error_of(reply):
    body = reply.get_json()
    return reply.status_code, body.get("error"), body.get("error_description")


@pytest.mark.parametrize(
    ("profile", "status"),
    [pytest.param("current", 400, id="current answers"), pytest.param("classic", 500, id="classic panics")],
)
def test_a_wrong_tag_splits_the_profiles(casdoor, profile, status):
    reply = casdoor(profile).login(tag="wechat")

    assert reply.status_code == status


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        pytest.param(
            {"device_code": "x", "client_id": None}, (400, "expired_token", "token is expired"), id="device code"
        ),
        pytest.param(
            {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
            (400, "invalid_request", "device_code parameter is required for this grant type"),
            id="device grant without its code",
        ),
        pytest.param(
            {"tag": None, "grant_type": "client_credentials"},
            (401, "invalid_client", "client_secret is invalid"),
            id="client credentials without the secret",
        ),
        pytest.param(
            {"tag": None, "grant_type": "password"},
            (400, "invalid_grant", "the user does not exist"),
            id="password without a user",
        ),
        pytest.param(
            {"tag": None, "grant_type": "magic"},
            (400, "unsupported_grant_type", "grant_type: magic is not supported in this application"),
            id="unknown grant",
        ),
    ],
)
def test_other_grants_answer_as_casdoor_does(casdoor, parameters, answer):
    assert error_of(casdoor().login(**parameters)) == answer


def test_a_form_value_hides_the_querys_even_when_empty(casdoor):
    reply = casdoor().client.post(f"{LOGIN}?client_id={PARAMETERS['client_id']}", data=PARAMETERS | {"client_id": ""})

    assert error_of(reply) == (401, "invalid_client", "client_id is invalid")


def test_json_fills_only_what_is_still_empty(casdoor):
    reply = casdoor("classic").client.post(f"{LOGIN}?code=bob", json=PARAMETERS | {"TAG": "wechat_miniprogram"})

    assert reply.status_code == 200


def test_basic_names_the_client_and_its_password_is_not_checked(casdoor):
    given = {name: value for name, value in PARAMETERS.items() if name != "client_id"}

    reply = casdoor("classic").client.post(LOGIN, data=given, auth=(PARAMETERS["client_id"], "whatever"))

    assert reply.status_code == 200


def test_a_code_is_put_into_wechats_address_unescaped(casdoor):
    reply = casdoor().login(code="alice&secret=zz")

    assert reply.status_code == 200


def test_a_newline_in_the_code_breaks_the_address(casdoor):
    status, error, description = error_of(casdoor().login(code="a\nb"))

    assert (status, error) == (400, "invalid_grant")
    assert description.startswith('get wechat mini program session error: parse "https://api.weixin.qq.com/sns/')
    assert description.endswith('": net/url: invalid control character in URL')


def test_the_name_is_the_nickname_when_it_is_a_legal_username(casdoor):
    reply = casdoor().login(username="a.b-c_d")

    assert reply.get_json()["user"] == "a.b-c_d"


def test_a_second_account_for_a_taken_name_fails_again_and_again(casdoor):
    server = casdoor()
    server.login(code="alice", username="same")

    answers = [server.login(code="bob", username="same").get_json()["msg"] for _ in range(2)]

    assert answers == ["constraint failed: UNIQUE constraint failed: user.owner, user.name (1555)"] * 2


def test_a_user_stays_even_when_its_token_cannot_be_signed(casdoor):
    server = casdoor()
    application = server.world.state.get(Applications).find("app-docs")
    application["cert"] = "nowhere"

    refused = error_of(server.login(username="early"))

    assert refused == (400, "endpoint_error", 'generate jwt token error: The cert "nowhere" does not exist')
    assert server.world.state.get(Users).find(("test", "early")) is not None


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("tokenFormat", "JWT-Odd", "unknown application TokenFormat: JWT-Odd"),
        (
            "tokenSigningMethod",
            "ES256",
            "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)",
        ),
    ],
)
def test_an_application_that_cannot_sign_says_why(casdoor, field, value, text):
    server = casdoor()
    server.world.state.get(Applications).find("app-docs")[field] = value

    assert error_of(server.login()) == (400, "endpoint_error", f"generate jwt token error: {text}")


@pytest.mark.parametrize(
    ("key", "value", "description"),
    [
        ("isDeleted", True, None),
        ("isForbidden", True, None),
    ],
)
def test_login_does_not_look_at_lost_rights(casdoor, key, value, description):
    server = casdoor()
    server.login(username="someone")
    server.world.state.get(Users).find(("test", "someone"))[key] = value

    reply = server.login()

    assert (reply.status_code, reply.get_json()["user"], description) == (200, "someone", None)


def test_ids_count_up_where_the_sign_up_item_says_so(casdoor):
    server = casdoor(users=())
    server.world.state.get(Applications).find("app-docs")["signupItems"] = [{"name": "ID", "rule": "Incremental"}]

    ids = [json.loads(_claims(server.token(code)))["id"] for code in ("alice", "bob")]

    assert ids == ["0", "1"]


def _claims(token):
    import base64

    part = token.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
