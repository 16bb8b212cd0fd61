"""Promises about https, on real sockets."""

import contextlib
import http.client
import json
import socket
import ssl
import subprocess
import sys
from functools import partial

import pytest

from emulator.server.entrance import open_tls
from emulator.server.limits import ServerLimits

WECHAT = "api.weixin.qq.com"
CASDOOR = "door.example.com"
SESSION = "/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=alice"

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(name="secure")
def fixture_secure(authority, serve_entrance):
    """Serve a scenario's text over https for the length of a with-statement; yields server and port."""
    return partial(serve_entrance, lambda server: open_tls(server, authority))


@pytest.fixture(name="connect")
def fixture_connect(authority):
    """Shake hands as a client that knows the authority; returns the socket."""
    context = ssl.create_default_context(cafile=authority.certificate_path)

    def connect(port, host="localhost"):
        return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10), server_hostname=host)

    return connect


def ask(connected, path, host="localhost"):
    connection = http.client.HTTPConnection(host)
    connection.sock = connected
    connection.request("GET", path)
    reply = connection.getresponse()
    return reply.status, reply.read()


def fault(text):
    return f"faults:\n  - {{at: wechat.code2session, {text}}}"


def test_a_login_works_over_https(secure, connect):
    with secure() as (_, port), connect(port) as client:
        status, body = ask(client, SESSION)

    assert (status, list(json.loads(body))) == (200, ["session_key", "openid", "unionid"])


def test_a_connection_serves_many_requests(secure, connect):
    with secure() as (_, port), connect(port) as client:
        replies = [ask(client, SESSION)[0] for _ in range(3)]

    assert replies == [200] * 3


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (WECHAT, SESSION, 200),
        (WECHAT, "/api/health", 404),
        (CASDOOR, "/api/health", 200),
        (CASDOOR, "/sns/jscode2session", 200),
        ("localhost", "/api/health", 200),
    ],
)
def test_the_host_asked_for_decides_who_answers(secure, connect, host, path, status):
    with secure() as (_, port), connect(port, host) as client:
        found, body = ask(client, path, host)

    assert (found, b"openid" in body) == (status, path == SESSION)


@pytest.mark.parametrize("host", [WECHAT, CASDOOR, "localhost"])
def test_control_calls_do_not_come_through(secure, connect, host):
    with secure() as (_, port), connect(port, host) as client:
        status, body = ask(client, "/_emulator/state", host)

    assert (status, json.loads(body)["error"]) == (403, "no_control_here")


def test_a_name_that_is_not_played_gets_no_handshake(secure, connect):
    with secure() as (_, port), pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        connect(port, "bank.example")


def test_plain_http_gets_a_sentence(secure):
    with secure() as (_, port), socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        status, body = ask(client, "/")

    assert (status, json.loads(body)["error"]) == (400, "no_tls")


def test_a_long_body_arrives_whole(secure, connect):
    with secure() as (_, port), connect(port) as client:
        connection = http.client.HTTPConnection("localhost")
        connection.sock = client
        connection.request("POST", "/sns/jscode2session", SESSION.partition("?")[2] + "&x=" + "x" * 3_000_000, FORM)
        body = connection.getresponse().read()

    assert "openid" in json.loads(body)


def test_a_long_reply_arrives_whole_though_the_client_reads_late(secure, connect):
    text = "x" * 3_000_000
    with secure(fault(f"reply: {{text: {text}}}")) as (_, port), connect(port) as client:
        client.sendall(f"GET {SESSION} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with connect(port) as other:
            ask(other, "/api/health")  # by now the first reply fills what the kernel takes
        reply = http.client.HTTPResponse(client)
        reply.begin()
        body = reply.read()

    assert body == text.encode()


def test_a_connection_is_really_reset(secure, connect):
    with secure(fault("connection: reset")) as (_, port), connect(port) as client, pytest.raises(ConnectionResetError):
        ask(client, SESSION)


def test_an_empty_reply_is_really_empty(secure, connect):
    with secure(fault("connection: empty")) as (_, port), connect(port) as client:
        client.sendall(f"GET {SESSION} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = client.recv(1000)

    assert received == b""


def test_a_truncated_body_breaks_off(secure, connect):
    with (
        secure(fault("body: truncated")) as (_, port),
        connect(port) as client,
        pytest.raises(http.client.IncompleteRead),
    ):
        ask(client, SESSION)


def test_dripping_bodies_arrive_whole(secure, connect):
    with secure(fault("drip: {bytes: 20, every: 1ms}")) as (_, port), connect(port) as client:
        status, body = ask(client, SESSION)

    assert (status, list(json.loads(body))) == (200, ["session_key", "openid", "unionid"])


def test_a_hanging_call_hangs_and_others_are_served(secure, connect):
    with secure(fault("connection: hang, times: 1")) as (_, port), connect(port) as hanging, connect(port) as other:
        hanging.sendall(f"GET {SESSION} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        hanging.settimeout(0.2)
        with pytest.raises(TimeoutError):
            hanging.recv(1)
        status, _ = ask(other, "/api/health")

    assert status == 200


def test_one_handshake_too_many_closes_the_oldest(secure, connect):
    with secure(limits=ServerLimits(handshakes=3)) as (server, port):
        stalled = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(4)]
        first = stalled[0].recv(1)
        with connect(port) as client:  # closes the second
            second = stalled[1].recv(1)
            status, _ = ask(client, "/api/health")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            plain_status, _ = ask(plain, "/api/health")
        for one in stalled:
            one.close()

    assert (first, second, status, plain_status) == (b"", b"", 200, 200)


def test_a_flood_of_stalled_handshakes_leaves_both_ports_answering(secure, connect):
    with secure(limits=ServerLimits(connections=20)) as (server, port):
        flood = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(60)]
        for one in flood:
            with contextlib.suppress(ConnectionError):  # closed for a later one
                one.sendall(b"\x16\x03\x01\x02\x00")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            plain_status, _ = ask(plain, "/api/health")
        with connect(port) as client:
            status, _ = ask(client, "/api/health")
        for one in flood:
            one.close()

    assert (plain_status, status) == (200, 200)


def test_a_handshake_that_stalls_is_closed_in_time(secure):
    limits = ServerLimits(handshake_time=0.0)

    with secure(limits=limits) as (_, port), socket.create_connection(("127.0.0.1", port), timeout=10) as stalled:
        stalled.sendall(b"\x16\x03\x01")
        end = stalled.recv(1)

    assert end == b""


def test_garbage_ends_only_its_own_connection(secure, connect):
    with secure() as (_, port), socket.create_connection(("127.0.0.1", port), timeout=10) as garbage:
        garbage.sendall(b"\x16\x03\x01\x00\x05\xff\xff\xff\xff\xff" + b"\x00" * 500)
        while garbage.recv(1000):
            pass
        with connect(port) as client:
            status, _ = ask(client, "/api/health")

    assert status == 200


def test_without_it_nothing_of_it_is_imported():
    code = (
        "import sys, datetime\n"
        "from emulator.cli.main import main\n"
        "from emulator.control.worlds import open_world\n"
        "from emulator.scenario import load_default\n"
        "from emulator.server.listener import Server\n"
        "with Server(open_world(load_default(), wall=lambda: datetime.datetime.now(datetime.UTC)), port=0): pass\n"
        "print([m for m in ('authority', 'tls', 'entrance', 'proxy') if f'emulator.server.{m}' in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
