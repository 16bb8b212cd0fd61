"""POST /api/login and what it leaves behind: facts/casdoor.md 11.5, controllers/auth.go in v3.158.0."""

import pytest

from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.user_repository import Users

CLIENT = "6825f4f0af45554c8952"
LOGIN = "/api/login"
FORM = {"application": "app-docs", "organization": "test", "username": "linked", "password": "123", "type": "login"}
COOKIE = "casdoor_session_id"


def envelope(msg="", data=None, data2=None, data3=None):
    status = "error" if msg else "ok"
    return {"status": status, "msg": msg, "sub": "", "name": "", "data": data, "data2": data2, "data3": data3}


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


@pytest.fixture(name="classic")
def fixture_classic(casdoor):
    return casdoor("classic", golden=True)


def sign_in(server, cookie=None, query="", **form):
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    return server.client.post(f"{LOGIN}?{query}", json=FORM | form, headers=headers)


def cookie_of(reply):
    return reply.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


def account(server, cookie):
    return server.get("/api/get-account", Cookie=f"{COOKIE}={cookie}").get_json()["name"]


def as_app(server, path, **kwargs):
    return server.client.open(f"/api/{path}", auth=(CLIENT, "secret-of-app-docs"), **kwargs).get_json()


def sessions(server):
    return [(row["name"], row["application"], row["sessionId"]) for row in as_app(server, "get-sessions")["data"]]


def test_a_sign_in_makes_the_cookie_the_users(server):
    reply = sign_in(server)

    assert reply.get_json() == envelope(data="test/linked")
    assert account(server, cookie_of(reply)) == "linked"
    assert sessions(server) == [("linked", "app-docs", [cookie_of(reply)])]


def test_another_sign_in_on_the_same_cookie_switches_the_user(server):
    cookie = cookie_of(sign_in(server))

    sign_in(server, cookie, username="boss")

    assert account(server, cookie) == "boss"


def test_a_code_signs_nobody_in_unless_the_application_says_so(server):
    query = f"clientId={CLIENT}&responseType=code&redirectUri=http://localhost:9000/callback"
    plain = cookie_of(sign_in(server, query=query, type="code"))
    server.world.state.get(Applications).find("app-docs")["enableSigninSession"] = True
    kept = cookie_of(sign_in(server, query=query, type="code"))

    assert (account(server, plain), account(server, kept)) == ("", "linked")


def test_who_is_signed_in_needs_no_password_again(server):
    cookie = cookie_of(sign_in(server))

    reply = sign_in(server, cookie, username="", password="")

    assert reply.get_json() == envelope(data="test/linked")


def test_a_form_without_anybody_is_quoted_whole(server):
    msg = sign_in(server, username="", password="").get_json()["msg"]

    assert msg.startswith('Unknown authentication type (not password or provider), form = {"type":"login","signinM')
    assert msg.endswith('"faceId":null,"faceIdImage":null,"userCode":""}')


@pytest.mark.parametrize(
    ("form", "msg"),
    [
        ({"password": ""}, "Phone number is invalid in your region CN"),
        ({"password": "", "username": "linked@example.com"}, "email - The verification code has not been sent yet!"),
        ({"username": "gone"}, "The user: test/gone doesn't exist"),
        ({"username": "barred"}, "The user is forbidden to sign in, please contact the administrator"),
        ({"type": "strange"}, "unknown response type: strange"),
        ({"application": ""}, "The application:  does not exist"),
    ],
)
def test_what_the_page_refuses(server, form, msg):
    assert sign_in(server, **form).get_json() == envelope(msg)


@pytest.mark.parametrize(
    ("body", "msg"),
    [
        (b"", "unexpected end of JSON input"),
        (b"[]", "json: cannot unmarshal array into Go value of type form.AuthForm"),
        (b'{"Username":5}', "json: cannot unmarshal number into Go struct field AuthForm.username of type string"),
        (b'{"autoSignin":"x"}', "json: cannot unmarshal string into Go struct field AuthForm.autoSignin of type bool"),
    ],
)
def test_a_body_that_is_not_the_form_is_answered_in_gos_words(server, body, msg):
    assert server.client.post(LOGIN, data=body).get_json() == envelope(msg)


def test_an_organization_or_an_application_may_shut_everybody_out(server):
    server.world.state.get(Organizations).find("test")["disableSignin"] = True
    of_organization = sign_in(server).get_json()["msg"]
    server.world.state.get(Applications).find("app-docs")["disableSignin"] = True
    of_application = sign_in(server).get_json()["msg"]

    assert of_organization == "The organization: test has disabled users to signin"
    assert of_application == "The application: app-docs has disabled users to signin"


def test_whoever_has_to_change_the_password_gets_nothing_else(server, classic):
    for one in (server, classic):
        one.world.state.get(Users).find(("test", "linked"))["needUpdatePassword"] = True

    assert sign_in(server).get_json() == envelope(data="RequiredUpdatePassword", data3=True)
    assert sign_in(classic).get_json() == envelope(data="test/linked", data3=True)


def test_the_way_of_signing_in_is_claimed(server):
    query = f"clientId={CLIENT}&responseType=code&redirectUri=http://localhost:9000/callback"
    code = sign_in(server, query=query, type="code", signinMethod="Password").get_json()["data"]
    form = {"grant_type": "authorization_code", "client_id": CLIENT, "code": code}
    server.client.post("/api/login/oauth/access_token", data=form | {"client_secret": "secret-of-app-docs"})

    row = as_app(server, f"get-tokens?owner=admin&p=1&pageSize=5&field=code&value={code}")["data"][0]

    from emulator.journal.tokens import claims_of

    assert claims_of(row["accessToken"])["signinMethod"] == "Password"


def test_a_deleted_session_ends_its_cookie_in_current_only(server, classic):
    for one in (server, classic):
        cookie = cookie_of(sign_in(one))
        body = {"owner": "test", "name": "linked", "application": "app-docs"}

        assert as_app(one, "delete-session", method="POST", json=body)["data"] == "Affected"
        assert as_app(one, "delete-session", method="POST", json=body)["data"] == "Unaffected"
        assert account(one, cookie) == ("" if one is server else "linked")


def test_a_sign_in_alone_ends_the_other_cookies(server):
    server.world.state.get(Applications).find("app-docs")["enableExclusiveSignin"] = True
    first, second = cookie_of(sign_in(server)), cookie_of(sign_in(server))

    assert (account(server, first), account(server, second)) == ("", "linked")
    assert sessions(server) == [("linked", "app-docs", [second])]


def test_signing_out_everywhere_ends_all_cookies_and_tokens_of_the_user(server):
    form = {"grant_type": "password", "client_id": CLIENT, "username": "linked", "password": "123"}
    token = server.client.post("/api/login/oauth/access_token", data=form).get_json()["access_token"]
    here, there = cookie_of(sign_in(server)), cookie_of(sign_in(server))

    server.client.post("/api/sso-logout", headers={"Cookie": f"{COOKIE}={here}"})

    assert (account(server, here), account(server, there), sessions(server)) == ("", "", [])
    assert server.get("/api/userinfo", token).get_json()["msg"].startswith("Access token has expired")


def test_signing_out_takes_the_cookie_out_of_the_list_in_current_only(server, classic):
    for one in (server, classic):
        cookie = cookie_of(sign_in(one))
        one.client.post("/api/logout", headers={"Cookie": f"{COOKIE}={cookie}"})

    assert (sessions(server), len(sessions(classic))) == ([], 1)
