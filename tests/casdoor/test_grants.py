"""The grants of OAuth: facts/casdoor.md 11.4, object/token_oauth.go in v3.158.0."""

import pytest

from emulator.casdoor.repositories import Applications

CLIENT = {"client_id": "6825f4f0af45554c8952", "client_secret": "secret-of-app-docs"}
TOKEN = "/api/login/oauth/access_token"
CALLBACK = "http://localhost:9000/callback"
VERIFIER, CHALLENGE = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
FROZEN = "You have entered the wrong password or code too many times, please wait for {} minutes and try again"


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current", golden=True)


def ask(server, **parameters):
    return server.client.post(TOKEN, data=CLIENT | parameters)


def password(server, text="123", name="taken", **parameters):
    return ask(server, grant_type="password", username=name, password=text, **parameters)


def said(reply):
    return reply.get_json()["error_description"].removeprefix("invalid username or password: ")


def pass_time(server, by):
    assert server.client.post("/_emulator/clock/advance", json={"by": by}).status_code == 200


def code(server, **query):
    asked = {"clientId": CLIENT["client_id"], "responseType": "code", "redirectUri": CALLBACK} | query
    form = {"application": "app-docs", "organization": "test", "username": "linked", "password": "123", "type": "code"}
    return server.client.post("/api/login", query_string=asked, json=form).get_json()["data"]


def exchange(server, given, **parameters):
    return ask(server, grant_type="authorization_code", code=given, **parameters)


def test_wrong_passwords_count_until_even_the_right_one_is_refused_for_a_while(server):
    wrong = [said(password(server, "no")) for _ in range(5)]
    frozen = said(password(server))
    pass_time(server, "2m")
    waiting = said(password(server))
    pass_time(server, "13m")

    assert wrong == [f"password or code is incorrect, you have {left} remaining chances" for left in (4, 3, 2, 1, 0)]
    assert (frozen, waiting) == (FROZEN.format(15), FROZEN.format(13))
    assert password(server).status_code == 200


def test_a_right_password_clears_the_count_of_wrong_ones(server):
    password(server, "no")
    password(server)

    assert said(password(server, "no")) == "password or code is incorrect, you have 4 remaining chances"


def test_the_web_page_the_grant_and_the_query_count_together(server):
    form = {"application": "app-docs", "organization": "test", "username": "taken", "password": "no", "type": "login"}
    page = server.post("/api/login", form).get_json()["msg"]
    query = server.get("/api/get-account?username=test/taken&password=no").get_json()["msg"]
    grant = said(password(server, "no"))

    assert [text[-19] for text in (page, query, grant)] == ["4", "3", "2"]


def test_a_person_without_a_password_is_sent_to_the_other_grant(server):
    server.login("ok-sdk", username="sdk")

    reply = password(server, name="sdk")

    assert said(reply) == "OAuth users cannot use password grant type, please use authorization code flow"


@pytest.mark.parametrize(("grant", "scope"), [("token", "a"), ("id_token", "")])
def test_the_implicit_grants_want_the_password_too(server, grant, scope):
    right = ask(server, grant_type=grant, username="linked", password="123", scope=scope)
    wrong = ask(server, grant_type=grant, username="linked", password="12", scope=scope)

    assert (right.get_json()["scope"], wrong.status_code) == (scope, 400)


def test_a_name_may_be_an_e_mail_address_or_the_id_of_the_user(server):
    claims = server.get("/api/userinfo", password(server).get_json()["access_token"]).get_json()

    for name in ("TAKEN@example.com", claims["sub"], " taken "):
        assert password(server, name=name).status_code == 200


def test_a_code_is_good_for_five_minutes(server):
    early, late = code(server), code(server)
    pass_time(server, "5m")
    in_time = exchange(server, early)
    pass_time(server, "1s")
    too_late = exchange(server, late)

    assert in_time.status_code == 200
    assert said(too_late) == (
        "authorization code has expired, nowUnix: [2026-01-01T08:05:01Z], token.CodeExpireIn: [2026-01-01T08:05:00Z]"
    )


def test_a_verifier_is_wanted_even_with_the_right_secret(server):
    given = code(server, code_challenge=CHALLENGE)

    refused = exchange(server, given)
    wrong_secret = exchange(server, given, code_verifier=VERIFIER, client_secret="x")
    right = exchange(server, given, code_verifier=VERIFIER)

    assert said(refused).startswith(
        "verifier is invalid, challengeAnswer: [47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU]"
    )
    assert said(wrong_secret).endswith(f"token.CodeChallenge: [{CHALLENGE}]")
    assert right.status_code == 200


def test_a_resource_has_to_be_the_one_of_the_sign_in(server):
    given = code(server, resource="https://api.example")

    refused, right = exchange(server, given), exchange(server, given, resource="https://api.example")

    expected = "resource parameter does not match authorization request, expected: [https://api.example], got: []"
    assert (said(refused), right.status_code) == (expected, 200)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("read", "read"), ("read read", "read"), ("r.*", "read rewrite"), ("read other", None), ("r[", None), ("", "")],
)
def test_an_application_with_scopes_grants_no_others(server, asked, granted):
    row = server.world.state.get(Applications).find("app-docs")
    row["scopes"] = [{"name": "read"}, {"name": "rewrite"}]

    reply = password(server, scope=asked)

    expected = {
        "error": "invalid_scope",
        "error_description": ("the requested scope is invalid or not defined in the application"),
    }
    assert reply.get_json() == expected if granted is None else reply.get_json()["scope"] == granted
