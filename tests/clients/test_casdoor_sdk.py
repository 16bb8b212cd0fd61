"""Casdoor's own Python SDK, as it comes from PyPI, against a running emulator."""

import base64

import pytest
import requests
from casdoor import CasdoorSDK
from casdoor.permission import Permission
from casdoor.role import Role
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from jwt.exceptions import InvalidSignatureError

CLIENT_ID = "6825f4f0af45554c8952"
SECRET = "5329a6a131926112a128b2149d2b569f14b966ba"
UPDATED = {"status": "ok", "msg": "", "sub": "", "name": "", "data": "Affected", "data2": None, "data3": None}
#: Where each profile's login puts the tokens.
TOKEN_KEYS = {
    "docs": ("access_token", "refresh_token"),
    "classic": ("access_token", "refresh_token"),
    "current": ("accessToken", "refreshToken"),
}


@pytest.fixture(name="profile", scope="module", params=list(TOKEN_KEYS))
def fixture_profile(request):
    return request.param


@pytest.fixture(name="url", scope="module")
def fixture_url(profile, running_default):
    """The address of the default world, served once for all tests of a profile; each test has a fresh one."""
    with running_default(profile=profile) as url:
        yield url


@pytest.fixture(name="sdk")
def fixture_sdk(url):
    """An SDK that knows the emulator's certificate from its JWK set, as a backend's settings would."""
    requests.post(f"{url}/_emulator/reset", timeout=5).raise_for_status()
    return _sdk(url)


@pytest.fixture(name="tokens")
def fixture_tokens(sdk, profile):
    """Alice's access token and refresh token."""
    reply = requests.post(
        f"{sdk.endpoint}/api/login/oauth/access_token",
        data={"tag": "wechat_miniprogram", "client_id": CLIENT_ID, "code": "alice", "username": "alice"},
        timeout=5,
    ).json()
    return tuple(reply[key] for key in TOKEN_KEYS[profile])


def test_the_sdk_verifies_and_reads_a_logins_token(sdk, tokens):
    claims = sdk.parse_jwt_token(tokens[0])

    shown = {name: claims[name] for name in ("owner", "name", "iss", "aud", "tokenType")}
    assert shown == {
        "owner": "test",
        "name": "alice",
        "iss": sdk.endpoint,
        "aud": [CLIENT_ID],
        "tokenType": "access-token",
    }


def test_the_sdk_refuses_a_token_with_a_foreign_signature(sdk, tokens):
    head, payload, signature = tokens[0].split(".")
    forged = ".".join((head, payload, signature[:-8] + signature[:8]))

    with pytest.raises(InvalidSignatureError):
        sdk.parse_jwt_token(forged)


@pytest.mark.usefixtures("tokens")
def test_get_user_gives_the_user_that_a_login_made(sdk):
    user = sdk.get_user("alice")

    assert (user.owner, user.name, user.signupApplication) == ("test", "alice", "app-docs")
    assert user.wechat == user.properties["wechatOpenId"]


def test_get_user_gives_none_for_a_stranger(sdk):
    assert sdk.get_user("nobody") is None


@pytest.mark.usefixtures("tokens")
def test_get_users_gives_everybody_of_the_organization(sdk):
    users = sdk.get_users()

    assert sorted(user.name for user in users) == ["alice", "boss", "linked"]


@pytest.mark.usefixtures("tokens")
def test_get_user_count_counts_them(sdk):
    assert sdk.get_user_count() == 3


@pytest.mark.usefixtures("tokens")
def test_update_user_with_the_whole_object_is_stored(sdk):
    user = sdk.get_user("alice")
    user.displayName, user.avatar, user.email = "Alice Zhang", "https://example.com/a.png", "alice@example.com"

    reply = sdk.update_user(user)

    stored = sdk.get_user("alice")
    assert reply == UPDATED
    assert (stored.displayName, stored.avatar, stored.email) == (user.displayName, user.avatar, user.email)
    assert (stored.id, stored.wechat, stored.properties) == (user.id, user.wechat, user.properties)


@pytest.mark.usefixtures("tokens")
def test_update_user_for_columns_writes_those_alone(sdk):
    user = sdk.get_user("alice")
    user.displayName, user.title = "Alice Zhang", "Engineer"

    reply = sdk.update_user_for_columns(user, ["display_name"])

    stored = sdk.get_user("alice")
    assert reply == UPDATED
    assert (stored.displayName, stored.title) == ("Alice Zhang", "")


@pytest.mark.usefixtures("tokens")
def test_update_user_cannot_change_an_id(sdk):
    user = sdk.get_user("alice")
    user.id = "another"

    with pytest.raises(Exception, match=r"^The ID is immutable\.$"):
        sdk.update_user(user)


def test_a_wrong_secret_is_refused(sdk):
    sdk.client_secret = "wrong"

    with pytest.raises(Exception, match=r"^Incorrect client secret for application: app-docs$"):
        sdk.get_users()


def test_the_sdk_refreshes_a_logins_tokens(sdk, tokens):
    refreshed = sdk.refresh_oauth_token(tokens[1])

    assert sdk.parse_jwt_token(refreshed)["name"] == "alice"


def test_roles_and_permissions_that_are_added_are_enforced(sdk):
    role = Role.from_dict({"owner": "test", "name": "editor", "users": ["test/linked"], "isEnabled": True})
    permission = Permission.from_dict(
        {
            "owner": "test",
            "name": "reading",
            "roles": ["test/editor"],
            "resources": ["shop"],
            "actions": ["Read"],
            "effect": "Allow",
            "isEnabled": True,
        }
    )

    sdk.add_role(role)
    sdk.add_permission(permission)

    allowed = [
        sdk.enforce("test/reading", "", "", "", "", [who, "shop", "Read"]) for who in ("test/linked", "test/boss")
    ]
    assert ([one.name for one in sdk.get_roles()], allowed) == (["editor"], [True, False])


def _sdk(url):
    first = requests.get(f"{url}/.well-known/jwks", timeout=5).json()["keys"][0]
    certificate = x509.load_der_x509_certificate(base64.b64decode(first["x5c"][0]))
    return CasdoorSDK(url, CLIENT_ID, SECRET, certificate.public_bytes(Encoding.PEM).decode(), "test", "app-docs")
