"""Promises about addresses that a client did not escape, on raw sockets and at every entrance."""

import http.client
import json
import socket
import ssl

import pytest

from emulator.server.entrance import open_tls
from emulator.server.proxy import open_proxy

WECHAT = "api.weixin.qq.com"
CREDENTIALS = "appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef"
#: Codes that name their person by a nickname, as the default world takes them.
PEOPLE = "personas: {the code is a mock one: {}, 小明: {}, plain: {}}"
KEYS = ["session_key", "openid", "unionid"]


def address(code, prefix=""):
    """Return the address as Casdoor makes it."""
    return f"{prefix}/sns/jscode2session?{CREDENTIALS}&js_code={code}&grant_type=authorization_code"


def say(client, line):
    """Send a request line and a Host header; return status and body of the reply."""
    client.sendall(line if isinstance(line, bytes) else line.encode())
    client.sendall(f"\r\nHost: {WECHAT}\r\n\r\n".encode())
    reply = http.client.HTTPResponse(client)
    reply.begin()
    return reply.status, reply.read()


def knock(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


@pytest.fixture(name="plain")
def fixture_plain(authority, serve_entrance):
    """Serve some people; yields the plain port."""
    with serve_entrance(lambda server: open_tls(server, authority), PEOPLE) as (server, _):
        yield server.port


@pytest.fixture(name="context")
def fixture_context(authority):
    return ssl.create_default_context(cafile=authority.certificate_path)


@pytest.mark.parametrize("code", ["the code is a mock one", "小明"], ids=["spaces", "utf-8"])
@pytest.mark.parametrize("prefix", ["", f"http://{WECHAT}"], ids=["path", "absolute"])
def test_an_unescaped_code_logs_its_person_in(plain, code, prefix):
    with knock(plain) as client:
        status, body = say(client, f"GET {address(code, prefix)} HTTP/1.1")

    assert (status, list(json.loads(body))) == (200, KEYS)


@pytest.mark.parametrize("code", ["the code is a mock one", "小明"], ids=["spaces", "utf-8"])
def test_an_unescaped_code_is_the_same_as_an_escaped_one(plain, code):
    with knock(plain) as client:
        unescaped = say(client, f"GET {address(code)} HTTP/1.1")
        escaped = say(client, f"GET {address(''.join(f'%{byte:02x}' for byte in code.encode()))} HTTP/1.1")

    assert unescaped == escaped


@pytest.mark.parametrize("code", ["the code is a mock one", "小明"], ids=["spaces", "utf-8"])
def test_an_unescaped_code_passes_through_tls(authority, serve_entrance, context, code):
    with (
        serve_entrance(lambda server: open_tls(server, authority), PEOPLE) as (_, port),
        context.wrap_socket(knock(port), server_hostname=WECHAT) as client,
    ):
        status, body = say(client, f"GET {address(code)} HTTP/1.1")

    assert (status, list(json.loads(body))) == (200, KEYS)


@pytest.mark.parametrize("code", ["the code is a mock one", "小明"], ids=["spaces", "utf-8"])
def test_an_unescaped_code_passes_through_the_proxy(authority, serve_entrance, context, code):
    with serve_entrance(lambda server: open_proxy(server, authority), PEOPLE) as (_, port), knock(port) as client:
        client.sendall(f"CONNECT {WECHAT}:443 HTTP/1.1\r\n\r\n".encode())
        opened = client.recv(1000)
        with context.wrap_socket(client, server_hostname=WECHAT) as tunnel:
            status, body = say(tunnel, f"GET {address(code)} HTTP/1.1")

    assert opened == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert (status, list(json.loads(body))) == (200, KEYS)


@pytest.mark.parametrize("code", ["the code is a mock one", "小明"], ids=["spaces", "utf-8"])
def test_an_unescaped_absolute_address_passes_through_the_proxy(authority, serve_entrance, code):
    with serve_entrance(lambda server: open_proxy(server, authority), PEOPLE) as (_, port), knock(port) as client:
        status, body = say(client, f"GET {address(code, f'http://{WECHAT}')} HTTP/1.1")

    assert (status, list(json.loads(body))) == (200, KEYS)


def test_the_version_follows_the_last_space(plain):
    with knock(plain) as client:
        inside = say(client, f"GET {address('plain HTTP/1.0')} HTTP/1.1")
        code = say(client, f"GET {address('plain%20HTTP/1.0')} HTTP/1.1")
        alive = say(client, f"GET {address('plain')} HTTP/1.1")

    assert (inside[0], json.loads(inside[1])["errcode"], code[0]) == (200, 40029, 200)
    assert (alive[0], list(json.loads(alive[1]))) == (200, KEYS)


@pytest.mark.parametrize(
    "line",
    [
        "GET /api/health a",
        "GET /api/health a HTTP/11",
        "GET /api/health a HTTP/1.1 ",
        "GET /api/health a http/1.1",
        "GET /api/health a XHTTP/1.1",
        "GET  /api/health HTTP/1.1",
        "GET  HTTP/1.1",
        " HTTP/1.1",
        "get /api/health?a=b c HTTP/1.1",
        "G,T /api/health?a=b c HTTP/1.1",
        "GÉT /api/health?a=b c HTTP/1.1",
        "CONNECT a b:443 HTTP/1.1",
        "GET /api/health?a=b\xa0HTTP/1.1 c",
    ],
)
def test_a_malformed_line_is_refused(plain, line):
    with knock(plain) as client:
        status, _ = say(client, line)

    assert status == 400


@pytest.mark.parametrize("control", [*range(0x20), 0x7F], ids="{:#04x}".format)
@pytest.mark.parametrize("line", [b"GET /api/health?a=b%bc HTTP/1.1", b"GET /api/health?a= %b HTTP/1.1"])
def test_a_control_character_is_refused(plain, line, control):
    with knock(plain) as client:
        status, _ = say(client, line % bytes([control]))

    assert status == 400


def test_a_hidden_second_line_is_not_served(plain):
    with knock(plain) as client:
        client.sendall(b"GET /api/health?a= HTTP/1.1\nGET /api/health HTTP/1.1\r\nHost: a\r\n\r\n")
        reply = b"".join(iter(lambda: client.recv(4096), b""))

    assert (reply.partition(b" ")[2][:16], reply.count(b"\r\nDate: ")) == (b"400 Bad Request\r", 1)
