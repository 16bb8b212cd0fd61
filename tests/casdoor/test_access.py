"""Who may do what, and the wire around it, beyond the recordings: facts/casdoor.md 1, 5 to 8."""

import gzip

import pytest

from emulator.casdoor.repositories import Applications, Organizations
from emulator.wechat.operations import OPERATIONS

CLIENT = "6825f4f0af45554c8952"
UNAUTHORIZED = {"status": "error", "msg": "Unauthorized operation", "data": None, "data2": None}


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current")


@pytest.fixture(name="app")
def fixture_app(server):
    """The credentials of the application itself."""
    return (CLIENT, server.world.state.get(Applications).find("app-docs").text("clientSecret"))


def error(path, server, token=None, method="GET", **kwargs):
    return server.client.open(path, method=method, headers=server._headers(token), **kwargs).get_json()


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} x", "Bearer", "{}"])
def test_a_header_that_is_not_quite_a_bearers_signs_nobody_in(server, header):
    token = server.token()

    reply = server.client.get("/api/get-account", headers={"Authorization": header.format(token)})

    assert reply.get_json()["msg"] == "Please login first"


def test_dpop_is_as_good_as_bearer(server):
    headers = {"Authorization": f"DPoP {server.token(username='Alice')}"}

    assert server.client.get("/api/get-account", headers=headers).get_json()["name"] == "Alice"


@pytest.mark.parametrize(
    ("query", "msg"),
    [
        ("clientId=x&clientSecret=y", "Application not found for client ID: x"),
        (f"clientId={CLIENT}&clientSecret=y", "Incorrect client secret for application: app-docs"),
        ("accessKey=k&accessSecret=s", "Access key not found: k"),
        ("username=boss&password=1", "GetOwnerAndNameFromId() error, wrong token count for ID: boss"),
        ("username=test/nobody&password=1", "The user: test/nobody doesn't exist"),
        ("username=test/boss&password=1", "password or code is incorrect, you have 4 remaining chances"),
    ],
)
def test_bad_credentials_are_refused_before_anything_else(server, query, msg):
    assert error(f"/api/health?{query}", server) == {"status": "error", "msg": msg, "data": None, "data2": None}


def test_chances_count_down(server):
    path = "/api/health?username=test/boss&password=1"

    left = [error(path, server)["msg"].rpartition("have ")[2] for _ in range(2)]

    assert left == ["4 remaining chances", "3 remaining chances"]


def test_a_cookie_keeps_a_session_signed_in(server):
    first = server.get("/api/get-account", server.token(username="Alice"))
    cookie = first.headers.get_all("Set-Cookie")[0].partition(";")[0]

    second = server.client.get("/api/get-account", headers={"Cookie": cookie})

    assert (second.get_json()["name"], second.get_json()["data"]["address"]) == ("Alice", None)
    assert not [one for one in second.headers.get_all("Set-Cookie") if one.startswith("casdoor_session_id")]
    assert second.get_json()["data"]["accessToken"] == first.get_json()["data"]["accessToken"]


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/", 200, "Casdoor"),
        ("/login", 200, "Casdoor"),
        ("/API/health", 200, "Casdoor"),
        ("//api/health", 200, "Casdoor"),
    ],
)
def test_what_is_no_api_path_is_the_web_page(server, path, status, title):
    reply = server.client.get(path)

    assert (reply.status_code, f"<title>{title}</title>" in reply.text) == (status, True)
    assert [one.partition("=")[0] for one in reply.headers.get_all("Set-Cookie")] == [
        "casdoor_session_id",
        "jsonWebConfig",
    ]


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/nope"), ("PUT", "/api/get-account")])
def test_unknown_paths_and_wrong_methods_are_denied_to_people_and_404_to_applications(server, app, method, path):
    denied = server.client.open(path, method=method)
    missing = server.client.open(path, method=method, auth=app)

    assert denied.get_json() == UNAUTHORIZED
    assert (missing.status_code, "<title>Not Found</title>" in missing.text) == (404, True)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/cgi-bin/menu/get", 404), ("PUT", "/sns/jscode2session", 405)]
)
def test_a_part_of_wechat_that_is_not_played_says_so(server, method, path, status):
    reply = server.client.open(path, method=method)

    played = ", ".join(f"{' and '.join(one.methods)} {path}" for path, one in OPERATIONS.items())
    message = f"mockdoor does not play {method} {path}; of WeChat it plays {played}"
    assert played.startswith(
        "GET and POST /sns/jscode2session, GET and POST /cgi-bin/token, POST /cgi-bin/stable_token"
    )
    assert (reply.status_code, reply.get_json()) == (status, {"error": "not_played", "message": message})


def test_a_trailing_slash_is_routed_but_not_open(server):
    token = server.token()

    assert server.client.get("/api/get-account/").get_json() == UNAUTHORIZED
    assert server.login().status_code == 200
    assert server.client.post("/api/login/oauth/access_token/", data=server.form()).status_code == 200
    assert server.get("/api/health/", token).get_json() == UNAUTHORIZED


@pytest.mark.parametrize(("path", "status"), [("/api/health", 200), ("/api/login/oauth/access_token", 404)])
def test_head_has_the_status_and_no_body(server, path, status):
    reply = server.client.head(path)

    assert (reply.status_code, reply.data) == (status, b"")


def test_get_is_compressed_when_asked_and_post_never(server):
    plain = server.get("/.well-known/jwks").data
    packed = server.client.get("/.well-known/jwks", headers={"Accept-Encoding": "gzip"})
    posted = server.client.post("/.well-known/jwks", headers={"Accept-Encoding": "gzip"})

    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain)
    assert "Content-Encoding" not in posted.headers


@pytest.mark.parametrize(
    ("header", "filter_text", "controller_text"),
    [
        ("zh", "未授权的操作", "请先登录"),
        ("zh-CN,zh;q=0.9", "Unauthorized operation", "请先登录"),
        ("ja-JP", "Unauthorized operation", "最初にログインしてください"),
        ("ZH", "Unauthorized operation", "Please login first"),
        ("*", "Unauthorized operation", "Please login first"),
    ],
)
def test_filters_and_controllers_read_the_language_differently(server, header, filter_text, controller_text):
    headers = {"Accept-Language": header}

    filtered = server.client.post("/api/update-user", headers=headers).get_json()["msg"]
    controlled = server.client.get("/api/get-account", headers=headers).get_json()["msg"]

    assert (filtered, controlled) == (filter_text, controller_text)


@pytest.mark.parametrize(
    ("origin", "host", "status", "allowed"),
    [
        ("http://localhost:5173", "door.example.com", 200, "http://localhost:5173"),
        ("https://127.0.0.1", "door.example.com", 403, None),
        ("http://door.example.com", "door.example.com:8000", 200, "http://door.example.com"),
        ("https://servicewechat.com", "localhost", 403, None),
        ("https://servicewechat.com", "192.168.1.5:8000", 200, "https://servicewechat.com"),
        ("http://localhost.evil.example", "door.example.com", 403, None),
        ("http://sub.localhost:9000", "door.example.com", 200, "http://sub.localhost:9000"),
        ("null", "localhost", 200, None),
        ("::bad", "localhost", 500, None),
    ],
)
def test_origins_are_let_in_by_casdoors_rules(server, origin, host, status, allowed):
    reply = server.client.get("/api/health", headers={"Origin": origin, "Host": host})

    assert (reply.status_code, reply.headers.get("Access-Control-Allow-Origin")) == (status, allowed)


def test_a_preflight_without_an_origin_allows_everybody(server):
    reply = server.client.options("/api/whatever")

    assert (reply.status_code, reply.data, reply.headers["Access-Control-Allow-Origin"]) == (200, b"", "*")


@pytest.mark.parametrize(
    ("profile", "status", "text"),
    [
        ("current", 400, '{"status":"error","msg":"invalid Content-Type header"}'),
        ("classic", 500, "Internal Server Error"),
    ],
)
def test_a_broken_content_type_fails_before_anything_else(casdoor, profile, status, text):
    reply = casdoor(profile).client.post("/whatever", data=b"x", headers={"Content-Type": "a b;;"})

    assert (reply.status_code, text in reply.text) == (status, True)
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"code=%zz", "application/x-www-form-urlencoded"),
        (b"a;b", "application/x-www-form-urlencoded"),
        (b"x", "multipart/form-data"),
        (b"--B\r\n", "multipart/form-data; boundary=B"),
    ],
)
def test_a_broken_form_is_gos_error_page(server, body, content_type):
    reply = server.client.post("/api/login/oauth/access_token", data=body, content_type=content_type)

    assert (reply.status_code, "<title>Internal Server Error</title>" in reply.text) == (500, True)
    assert "Set-Cookie" not in reply.headers


def test_forbidden_characters_in_a_name_are_refused_after_authorization(server, app):
    body = {"owner": "test", "name": "a/b"}

    by_app = server.client.post("/api/add-user", json=body, auth=app).get_json()
    by_nobody = server.client.post("/api/add-user", json=body).get_json()

    assert by_app["msg"] == "Field 'name' contains forbidden characters: \"/?:#&%=+;\""
    assert by_nobody == UNAUTHORIZED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("owner=test&p=1&pageSize=1&sortField=name&sortOrder=ascend", (["boss"], 2)),
        ("owner=test&p=99&pageSize=1&sortField=name&sortOrder=ascend", (["linked"], 2)),
        ("owner=test&p=x&pageSize=9&field=displayName&value=Link", (["linked"], 1)),
        ("owner=test&p=1&pageSize=0", ([], 2)),
        ("owner=test&p=1", (["boss", "linked"], None)),
        ("owner=nowhere", ([], None)),
    ],
)
def test_users_are_paged_sorted_and_filtered(server, app, query, expected):
    body = server.client.get(f"/api/get-users?{query}", auth=app).get_json()

    assert ([user["name"] for user in body["data"]], body["data2"]) == expected


@pytest.mark.parametrize(
    ("query", "msg"),
    [
        ("sortField=nope&sortOrder=ascend", "SQL logic error: no such column: a.nope (1)"),
        ("field=nope&value=x", "SQL logic error: no such column: nope (1)"),
    ],
)
def test_an_unknown_column_is_the_databases_error(server, app, query, msg):
    body = server.client.get(f"/api/get-users?owner=test&p=1&pageSize=5&{query}", auth=app).get_json()

    assert body["msg"] == msg


@pytest.mark.parametrize("path", ["get-users?owner=test&p=1&pageSize=x", "get-user-count?owner=test&isOnline=x"])
def test_a_number_that_is_none_panics(server, app, path):
    reply = server.client.get(f"/api/{path}", auth=app)

    assert (reply.status_code, "<title>beego application error</title>" in reply.text) == (500, True)


def test_a_list_shows_rows_as_stored(server, app):
    server.login(username="Zoe")

    (entry,) = server.client.get("/api/get-users?owner=test&p=1&pageSize=9&field=name&value=Zoe", auth=app).get_json()[
        "data"
    ]
    one = server.client.get("/api/get-user?id=test/Zoe", auth=app).get_json()["data"]

    names = ("address", "roles", "permissions", "groups")
    assert [entry[name] for name in names] == [None, None, None, None]
    assert [one[name] for name in names] == [None, [], [], []]
    assert ("multiFactorAuths" in entry, len(one["multiFactorAuths"])) == (False, 5)


def test_a_private_organization_hides_its_users(casdoor):
    for profile, peer in (("current", "Unauthorized operation"), ("classic", "")):
        server = casdoor(profile)
        server.world.state.get(Organizations).find("test")["isProfilePublic"] = False
        token = server.token()

        anonymous = server.get("/api/get-user?id=test/boss").get_json()["msg"]
        fellow = server.get("/api/get-user?id=test/boss", token).get_json()["msg"]

        assert (anonymous, fellow) == ("Please login first", peer)


def test_a_refresh_with_scope_opens_userinfo(server):
    refreshed = server.client.post(
        "/api/login/oauth/refresh_token",
        json={
            "grant_type": "refresh_token",
            "client_id": CLIENT,
            "refresh_token": server.login(username="Alice").get_json()["refreshToken"],
            "scope": "profile email",
        },
    ).get_json()

    info = server.get("/api/userinfo", refreshed["access_token"]).get_json()

    assert list(info) == ["sub", "iss", "aud", "preferred_username", "email_verified"]
    assert info["preferred_username"] == "Alice"


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ({"post_logout_redirect_uri": "http://localhost:1/x/", "state": "s"}, (302, "http://localhost:1/x?state=s")),
        ({"post_logout_redirect_uri": "https://evil.example/"}, (200, None)),
    ],
)
def test_logout_redirects_to_allowed_addresses_and_ends_the_token_all_the_same(server, parameters, answer):
    token = server.token()

    reply = server.client.post("/api/logout", data={"id_token_hint": token} | parameters)

    assert (reply.status_code, reply.headers.get("Location")) == answer
    assert server.get("/api/health", token).get_json()["msg"].startswith("Access token has expired")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("get-application?id=admin/app-docs", True),
        ("get-application?id=test/app-docs", False),
        ("get-application?id=admin/nope", False),
        ("get-organization?id=admin/test", True),
        ("get-organization?id=admin/nope", False),
    ],
)
def test_objects_are_found_by_owner_and_name(server, app, path, found):
    body = server.client.get(f"/api/{path}", auth=app).get_json()

    assert (body["status"], body["data"] is not None) == ("ok", found)


def test_an_application_is_masked_for_strangers(server, app):
    stranger = server.get("/api/get-application?id=admin/app-docs").get_json()["data"]
    owner = server.client.get("/api/get-application?id=admin/app-docs", auth=app).get_json()["data"]

    assert (stranger["clientSecret"], stranger["expireInHours"], stranger["grantTypes"]) == ("***", -1, [])
    assert owner["clientSecret"] == "5329a6a131926112a128b2149d2b569f14b966ba"
    assert owner["providers"][0]["provider"]["clientSecret"] == "***"


@pytest.mark.parametrize(
    ("query", "msg"),
    [
        ("responseType=x&type=code", "Grant_type: x is not supported in this application"),
        ("responseType=code&type=code&clientId=x", "Invalid client_id"),
        (
            f"responseType=code&type=code&clientId={CLIENT}&redirectUri=https://evil.example",
            "Redirect URI: https://evil.example doesn't exist in the allowed Redirect URI list",
        ),
        ("type=cas&id=admin/nope", "The application: admin/nope does not exist"),
        ("clientId=x", ""),
    ],
)
def test_get_app_login_refuses_in_order(server, query, msg):
    assert error(f"/api/get-app-login?{query}", server)["msg"] == msg
