"""The headers of a reply as a list, in Go's order: facts/casdoor.md 1.3."""

import pytest

SESSION = (
    "casdoor_session_id=9d6cf4dd35e1b5ba4a5a9a7b0ed1ab51; Path=/; Expires=Sat, 31 Jan 2026 08:00:00 GMT; "
    "Max-Age=2592000; HttpOnly"
)
DATE = ("Date", "Thu, 01 Jan 2026 08:00:00 GMT")
SERVER = ("Server", "beegoServer:2.0.0")
JSON = ("Content-Type", "application/json; charset=utf-8")
SHARED = [
    ("Access-Control-Allow-Credentials", "true"),
    ("Access-Control-Allow-Headers", "Content-Type, Authorization"),
    ("Access-Control-Allow-Methods", "POST, GET, OPTIONS, DELETE"),
]


@pytest.fixture(name="server")
def fixture_server(casdoor):
    return casdoor("current")


def sent(reply):
    return [(name, SESSION if value.startswith("casdoor_session_id") else value) for name, value in reply.headers]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            {"path": "/api/health", "headers": {"Origin": "http://localhost:3000"}},
            [
                *SHARED,
                ("Access-Control-Allow-Origin", "http://localhost:3000"),
                ("Content-Length", "110"),
                JSON,
                SERVER,
                ("Set-Cookie", SESSION),
                DATE,
            ],
            id="a controller's reply",
        ),
        pytest.param(
            {"path": "/api/login/oauth/access_token", "method": "POST"},
            [
                *SHARED,
                ("Access-Control-Allow-Origin", ""),
                ("Content-Length", "78"),
                JSON,
                SERVER,
                ("Set-Cookie", SESSION),
                ("Www-Authenticate", 'Basic realm="OAuth2"'),
                DATE,
            ],
            id="a refused client",
        ),
    ],
)
def test_headers_come_in_the_order_of_their_names_and_the_date_last(server, request_, expected):
    reply = server.client.open(**request_)

    assert [one for one in sent(reply) if one[0] != "X-Mockdoor-Note"] == expected


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}], ids=["without an origin", "from null"])
@pytest.mark.parametrize(
    ("path", "shared"),
    [
        ("/api/userinfo", [*SHARED, ("Access-Control-Allow-Origin", "")]),
        ("/api/userinfo?a=b", [SHARED[2], ("Access-Control-Allow-Origin", "*")]),
        ("/api/health", [SHARED[2], ("Access-Control-Allow-Origin", "*")]),
    ],
)
def test_a_preflight_of_userinfo_alone_is_answered_as_its_get(server, headers, path, shared):
    reply = server.client.options(path, headers=headers)

    assert (reply.status_code, reply.data) == (200, b"")
    assert sent(reply)[: len(shared) + 2] == [*shared, SERVER, ("Set-Cookie", SESSION)]


def test_a_compressed_reply_counts_its_compressed_bytes(server):
    reply = server.client.get("/api/health", headers={"Accept-Encoding": "gzip"})

    names = [name for name, _ in sent(reply)]
    assert names == ["Content-Encoding", "Content-Length", "Content-Type", "Server", "Set-Cookie", "Date"]
    assert dict(sent(reply))["Content-Length"] == str(len(reply.data))
