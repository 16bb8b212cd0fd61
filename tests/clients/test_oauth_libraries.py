"""Authlib and requests-oauthlib, as they come from PyPI, against a running emulator.

A code of WeChat's with the parameter `tag` is what Casdoor trades for tokens here; a code of its own it does not know.
"""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import requests_oauthlib
from authlib.integrations import requests_client
from authlib.integrations.base_client.errors import OAuthError
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidClaimError
from joserfc.jwk import KeySet
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient

CLIENT_ID = "6825f4f0af45554c8952"
SECRET = "5329a6a131926112a128b2149d2b569f14b966ba"
BACK = "https://example.com/back"
VERIFIER = "v" * 43
LOGIN = {"code": "alice", "tag": "wechat_miniprogram", "username": "alice"}
#: Grants that the discovery document names and that never give a person tokens here: what each is answered.
NOT_PLAYED_YET = {
    "authorization_code": "authorization code: [made-up] is invalid",
    "password": "the user does not exist",
}


@pytest.fixture(name="url", scope="module")
def fixture_url(running_default):
    with running_default() as url:
        yield url


@pytest.fixture(name="places")
def fixture_places(url, monkeypatch):
    """The discovery document; both libraries are allowed to speak http."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    requests.post(f"{url}/_emulator/reset", timeout=5).raise_for_status()
    found = requests.get(f"{url}/.well-known/openid-configuration", timeout=5).json()
    return found | {"refresh": f"{url}/api/login/oauth/refresh_token"}


@pytest.fixture(name="authlib")
def fixture_authlib():
    """A session of Authlib that has asked for nothing yet."""
    options = {"code_challenge_method": "S256", "token_endpoint_auth_method": "client_secret_post"}
    with requests_client.OAuth2Session(CLIENT_ID, SECRET, redirect_uri=BACK, **options) as session:
        yield session


@pytest.fixture(name="oauthlib")
def fixture_oauthlib():
    """A session of requests-oauthlib that has asked for nothing yet."""
    with requests_oauthlib.OAuth2Session(CLIENT_ID, redirect_uri=BACK, pkce="S256") as session:
        yield session


def test_both_send_the_person_to_the_page_that_discovery_names(places, authlib, oauthlib):
    page = places["authorization_endpoint"]
    first, _ = authlib.create_authorization_url(page, state="st", code_verifier=VERIFIER)
    second, _ = oauthlib.authorization_url(page, state="st")

    for address in (first, second):
        asked = parse_qs(urlsplit(address).query)
        assert len(asked.pop("code_challenge")[0]) == 43
        assert asked == {
            "response_type": ["code"],
            "client_id": [CLIENT_ID],
            "redirect_uri": [BACK],
            "state": ["st"],
            "code_challenge_method": ["S256"],
        }


def test_authlib_logs_in_with_pkce_refreshes_and_reads_userinfo(places, authlib):
    first = dict(authlib.fetch_token(places["token_endpoint"], code_verifier=VERIFIER, **LOGIN))
    second = dict(authlib.refresh_token(places["refresh"]))
    person = authlib.get(places["userinfo_endpoint"]).json()
    good = authlib.introspect_token(places["introspection_endpoint"], token=second["access_token"]).json()

    claims = verify(places, second["access_token"])
    assert first["access_token"] != second["access_token"]
    assert person == {"sub": claims["sub"], "iss": places["issuer"], "aud": CLIENT_ID}
    assert (claims["name"], claims["aud"], good["active"], good["username"]) == ("alice", [CLIENT_ID], True, "alice")
    with pytest.raises(OAuthError, match=r"^invalid_grant: refresh token is invalid or revoked$"):
        authlib.refresh_token(places["refresh"], first["refresh_token"])


def test_requests_oauthlib_logs_in_with_pkce_refreshes_and_reads_userinfo(places, oauthlib):
    oauthlib.authorization_url(places["authorization_endpoint"])
    named = {"client_secret": SECRET, "include_client_id": True}
    first = dict(oauthlib.fetch_token(places["token_endpoint"], **named, **LOGIN))
    second = dict(oauthlib.refresh_token(places["refresh"], client_id=CLIENT_ID, client_secret=SECRET))
    person = oauthlib.get(places["userinfo_endpoint"]).json()

    claims = verify(places, second["access_token"])
    assert first["access_token"] != second["access_token"]
    assert person == {"sub": claims["sub"], "iss": places["issuer"], "aud": CLIENT_ID}
    with pytest.raises(InvalidGrantError) as raised:
        oauthlib.refresh_token(places["refresh"], first["refresh_token"], client_id=CLIENT_ID, client_secret=SECRET)
    assert raised.value.description == "refresh token is invalid or revoked"


@pytest.mark.parametrize("grant", sorted(NOT_PLAYED_YET))
def test_authlib_raises_what_the_other_grants_are_answered(places, authlib, grant):
    asked = {"authorization_code": {"code": "made-up"}, "password": {"username": "alice", "password": "x"}}[grant]

    with pytest.raises(OAuthError) as raised:
        authlib.fetch_token(places["token_endpoint"], grant_type=grant, **asked)

    assert (raised.value.error, raised.value.description) == ("invalid_grant", NOT_PLAYED_YET[grant])


def test_requests_oauthlib_raises_what_the_other_grants_are_answered(places, oauthlib):
    named = {"client_secret": SECRET, "include_client_id": True}
    legacy = requests_oauthlib.OAuth2Session(client=LegacyApplicationClient(CLIENT_ID))
    oauthlib.authorization_url(places["authorization_endpoint"])  # makes the verifier

    with pytest.raises(InvalidGrantError) as code:
        oauthlib.fetch_token(places["token_endpoint"], code="made-up", **named)
    with pytest.raises(InvalidGrantError) as password:
        legacy.fetch_token(places["token_endpoint"], username="alice", password="x", **named)

    found = {"authorization_code": code.value.description, "password": password.value.description}
    assert found == NOT_PLAYED_YET


def test_a_forged_token_and_a_wrong_audience_are_refused(places, authlib):
    token = authlib.fetch_token(places["token_endpoint"], code_verifier=VERIFIER, **LOGIN)["access_token"]
    head, payload, signature = token.split(".")

    with pytest.raises(BadSignatureError):
        verify(places, ".".join((head, payload, signature[8:] + signature[:8])))
    with pytest.raises(InvalidClaimError):
        verify(places, token, audience="somebody-else")


def verify(places, token, audience=CLIENT_ID):
    """Verify a token as Authlib's own JOSE library does, by the published keys; returns its claims."""
    keys = KeySet.import_key_set(requests.get(places["jwks_uri"], timeout=5).json())
    claims = jwt.decode(token, keys).claims
    wanted = {"iss": places["issuer"], "aud": audience}
    options = {name: {"essential": True, "value": value} for name, value in wanted.items()}
    jwt.JWTClaimsRegistry(**options).validate(claims)
    return claims
