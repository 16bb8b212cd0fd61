"""Client libraries for Node, as they come from npm, each in a program that runs under `mockdoor exec`."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
INSTALL = "npm ci --prefix tests/clients/node"
CLIENT_ID = "6825f4f0af45554c8952"
BOB = {"openid": "oGk3T5CAlCtDwXsjytiLgXoWjNpT", "unionid": "oZLwFqSXb3-TeJDJsMsoWR7Ugl0I"}
WEB_LOGIN = BOB | {"expires_in": 7200, "scope": "snsapi_login", "tokens": [89, 89]}
ALICE = {"owner": "test", "name": "alice", "tokenType": "access-token"}
PROFILES = ["docs", "classic", "current"]

#: What co-wechat-api has a method for, mockdoor does not play, and a backend may well call.
NOT_PLAYED_YET_OF_WECHAT = {
    "createMenu": "https://api.weixin.qq.com/cgi-bin/menu/create",
    "createWXAQRCode": "https://api.weixin.qq.com/cgi-bin/wxaapp/createwxaqrcode",
    "getFollowers": "https://api.weixin.qq.com/cgi-bin/user/get",
    "getIp": "https://api.weixin.qq.com/cgi-bin/getcallbackip",
    "getTicket": "https://api.weixin.qq.com/cgi-bin/ticket/getticket",
    "getUser": "https://api.weixin.qq.com/cgi-bin/user/info",
    "getWXACode": "https://api.weixin.qq.com/wxa/getwxacode",
    "sendTemplate": "https://api.weixin.qq.com/cgi-bin/message/template/send",
    "sendText": "https://api.weixin.qq.com/cgi-bin/message/custom/send",
}
#: Casdoor's kinds of objects of which none of the SDK's five calls is played: get one, get all, add, update, delete.
KINDS = ("payment", "pricing", "product", "subscription", "syncer")
#: What Casdoor's SDK can ask for and mockdoor answers by saying that it does not play it.
NOT_PLAYED_YET_OF_CASDOOR = {
    *(f"/api/{verb}-{kind}" for kind in KINDS for verb in ("get", "add", "update", "delete")),
    *(f"/api/get-{kind}s" for kind in KINDS),
    "/api/delete-mfa",
    "/api/mfa/setup/enable",
    "/api/mfa/setup/initiate",
    "/api/mfa/setup/verify",
    "/api/set-preferred-mfa",
}

if shutil.which("node") is None:
    pytestmark = pytest.mark.skip(reason=f"Node is not installed; with it: {INSTALL}")
elif not (FOLDER / "node_modules").is_dir():
    pytestmark = pytest.mark.skip(reason=f"the libraries are not installed; do: {INSTALL}")


@pytest.fixture(name="run_program", scope="module")
def fixture_run_program(mockdoor_exec):
    """Run a program of the folder as README.md says; returns what each of its checks gave."""
    line = next(line for line in README.splitlines() if line.startswith("mockdoor exec -- node"))
    words = shlex.split(line, comments=True)[3:]

    def run(program, profile="docs"):
        options = ["--scenario", FOLDER / "world.yaml", "--profile", profile]
        command = [program if word == "app.js" else word for word in words]
        return json.loads(mockdoor_exec(*command, options=options, cwd=FOLDER).splitlines()[-1])

    return run


def test_co_wechat_api_calls_wechats_own_host_with_tokens_that_it_fetches(run_program):
    found = run_program("co-wechat-api.cjs")

    missing = {name: f"url: {url}, status code: 404" for name, url in NOT_PLAYED_YET_OF_WECHAT.items()}
    message = {"thing1": "两杯拿铁", "time2": "2026-01-01 16:00"}
    assert found.pop("not played yet") == missing
    assert found == {
        "a session": BOB | {"session_key": 24},
        "a code that is unknown": wechat_error(40029, "invalid code"),
        "a token is fetched once and kept": [143, True, 1],
        "a wrong secret": wechat_error(40125, "invalid appsecret"),
        "a message without permit": wechat_error(43101, "user refuse to accept the msg"),
        "a message with a permit": [0, "ok", [{"persona": "bob", "page": "pages/index", "data": message}]],
        "a code of a page is a picture": [True, "ffd8ff"],
        "a page that is not there": wechat_error(41030, "invalid page"),
        "an expired token is fetched again": 1,
    }


def test_wechat_oauth_logs_in_on_a_web_site_at_wechats_own_host(run_program):
    found = run_program("wechat-oauth.cjs")

    person = found.pop("the person")
    assert person == BOB | {
        "nickname": "罗兰英",
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "https://api.weixin.qq.com/_emulator/avatars/bob.svg",
        "privilege": [],
    }
    assert found == {
        "where the person is sent": "https://open.weixin.qq.com/connect/qrconnect?appid=wx0123456789abcdef"
        "&redirect_uri=https%3A%2F%2Fexample.com%2Fback&response_type=code&scope=snsapi_login&state=st#wechat_redirect",
        "a login": WEB_LOGIN,
        "a code that is unknown": wechat_error(40029, "invalid code"),
        "a code works once": wechat_error(40163, "code been used"),
        "a refresh": WEB_LOGIN,
        "a token that is good": {"errcode": 0, "errmsg": "ok"},
        "a token that is not": wechat_error(40001, "invalid credential, access_token is invalid or not latest"),
        "a mini program session": BOB | {"session_key": 24},
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_casdoors_sdk_verifies_refreshes_and_reads_and_writes_users(run_program, profile):
    found = run_program("casdoor-nodejs-sdk.cjs", profile)

    refused = {"error": "invalid_grant", "error_description": "authorization code: [made-up] is invalid"}
    assert set(found.pop("not played yet")) == NOT_PLAYED_YET_OF_CASDOOR
    assert found == {
        "a login token is verified": ALICE | {"aud": [CLIENT_ID]},
        "a forged token": {"raised": "JsonWebTokenError", "message": "invalid signature"},
        "a refresh": "alice",
        "an authorization code": {
            "raised": "AxiosError",
            "code": "ERR_BAD_REQUEST",
            "message": "Request failed with status code 400",
            "body": refused,
        },
        "a code of the login page": "erin",
        "a role added and read": ["Affected", [["cashier", ["test/alice"]]]],
        "users": ["alice", "boss", "linked"],
        "count": 3,
        "a stranger": None,
        "an update": ["Affected", "Alice Zhang"],
        "a user added and deleted": ["Affected", "Dora", "Affected", None],
    }


@pytest.mark.parametrize("profile", ["docs", "classic"])
def test_openid_client_discovers_trades_codes_refreshes_and_reads_userinfo(run_program, profile):
    found = run_program("openid-client.mjs", profile)

    assert found == {
        "discovery": [
            "URL",
            "URL/api/login/oauth/access_token",
            "URL/api/userinfo",
            "URL/.well-known/jwks",
            ["S256"],
        ],
        "where the person is sent": [
            "/login/oauth/authorize",
            {
                "redirect_uri": "https://example.com/back",
                "scope": "openid",
                "state": "st",
                "code_challenge": "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM",
                "code_challenge_method": "S256",
                "client_id": CLIENT_ID,
                "response_type": "code",
            },
        ],
        "a code with PKCE and the tag": ALICE,
        "a code with PKCE": oauth_error("invalid_grant", "authorization code: [alice] is invalid"),
        "userinfo": {"sub": True, "iss": "URL", "aud": CLIENT_ID},
        "a refresh": [ALICE, True],
        "a refresh with a dead token": oauth_error("invalid_grant", "refresh token is invalid or revoked"),
        "introspection": {"active": True, "client_id": CLIENT_ID, "username": "alice"},
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_jose_verifies_tokens_by_the_published_keys(run_program, profile):
    found = run_program("jose.mjs", profile)

    head = {"alg": "RS256", "typ": "JWT"}
    assert found == {
        "an access token": [head | {"kid": "cert-built-in"}, "alice", "access-token"],
        "a refresh token": [head, "alice", "refresh-token"],
        "a wrong audience": jose_error("ClaimValidationFailed", 'unexpected "aud" claim value'),
        "a wrong issuer": jose_error("ClaimValidationFailed", 'unexpected "iss" claim value'),
        "a forged token": {
            "raised": "JWSSignatureVerificationFailed",
            "code": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
            "message": "signature verification failed",
        },
        "a week later": jose_error("Expired", '"exp" claim timestamp check failed'),
    }


def wechat_error(code, message):
    """Return what both of WeChat's libraries raise."""
    return {"raised": "WeChatAPIError", "code": code, "message": message}


def oauth_error(error, description):
    """Return what openid-client raises for an error of the token endpoint."""
    return {
        "raised": "ResponseBodyError",
        "code": "OAUTH_RESPONSE_BODY_ERROR",
        "message": "server responded with an error in the response body",
        "body": {"error": error, "error_description": description},
    }


def jose_error(kind, message):
    """Return what jose raises for a token that is signed well and still not good."""
    code = "ERR_JWT" + re.sub("([A-Z])", r"_\1", kind).upper()
    return {"raised": f"JWT{kind}", "code": code, "message": message}
