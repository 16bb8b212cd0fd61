"""Promises about the proxy, on real sockets and with real clients."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
from threading import Thread

import pytest
import requests

from emulator.server.entrance import open_tls
from emulator.server.limits import ServerLimits
from emulator.server.listener import Server
from emulator.server.proxy import open_proxy

WECHAT = "api.weixin.qq.com"
CASDOOR = "door.example.com"
SESSION = "/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=alice"
KEYS = ["session_key", "openid", "unionid"]


@pytest.fixture(name="proxied")
def fixture_proxied(authority, serve_entrance):
    """Serve a scenario's text through a proxy for the length of a with-statement; yields server and port."""

    def serve(*text, passthrough=False, limits=None):
        return serve_entrance(
            lambda server: open_proxy(server, authority, passthrough=passthrough), *text, limits=limits
        )

    return serve


@pytest.fixture(name="client")
def fixture_client(authority):
    """Make an http.client connection to a host through the proxy."""
    context = ssl.create_default_context(cafile=authority.certificate_path)

    def make(port, host=WECHAT):
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        connection.set_tunnel(host)
        return connection

    return make


def ask(connection, path):
    connection.request("GET", path)
    reply = connection.getresponse()
    return reply.status, reply.read()


def talk(port, text):
    """Send plain bytes to the proxy; return status and body of its reply."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(text.encode())
        reply = http.client.HTTPResponse(client)
        reply.begin()
        return reply.status, json.loads(reply.read())


def fault(text):
    return f"faults:\n  - {{at: wechat.code2session, {text}}}"


def environment(port, authority):
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return kept | {"HTTPS_PROXY": f"http://127.0.0.1:{port}", "CURL_CA_BUNDLE": str(authority.certificate_path)}


def test_requests_reaches_wechat_by_its_own_name(proxied, authority):
    with proxied() as (_, port):
        reply = requests.get(
            f"https://{WECHAT}{SESSION}",
            proxies={"https": f"http://127.0.0.1:{port}"},
            verify=str(authority.certificate_path),
            timeout=10,
        )

    assert list(reply.json()) == KEYS


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_reaches_wechat_by_its_own_name(proxied, authority):
    with proxied() as (_, port):
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "10", f"https://{WECHAT}{SESSION}"],
            env=environment(port, authority),
            capture_output=True,
            text=True,
        )

    assert (done.stderr, list(json.loads(done.stdout))) == ("", KEYS)


def test_one_tunnel_carries_many_requests(proxied, client):
    with proxied() as (_, port):
        connection = client(port)
        replies = [ask(connection, SESSION)[0] for _ in range(3)]
        connection.close()

    assert replies == [200] * 3


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [(WECHAT, SESSION, 200), (WECHAT, "/api/health", 404), (CASDOOR, "/api/health", 200)],
)
def test_the_host_asked_for_decides_who_answers(proxied, client, host, path, status):
    with proxied() as (_, port):
        connection = client(port, host)
        found, _ = ask(connection, path)
        connection.close()

    assert found == status


@pytest.mark.parametrize("host", [WECHAT, CASDOOR])
def test_control_calls_do_not_come_through(proxied, client, host):
    with proxied() as (_, port):
        connection = client(port, host)
        status, body = ask(connection, "/_emulator/state")
        connection.close()

    assert (status, json.loads(body)["error"]) == (403, "no_control_here")


@pytest.mark.parametrize("target", ["bank.example:443", f"{WECHAT}:80", "localhost:22", "127.0.0.1:443"])
def test_other_hosts_are_refused_with_a_sentence(proxied, target):
    with proxied() as (_, port):
        status, body = talk(port, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n")

    start = f"mockdoor does not play {target} and lets nothing through; it plays: {WECHAT}:443, "
    assert (status, body["error"]) == (403, "host_not_played")
    assert body["message"].startswith(start)
    assert body["message"].endswith(f"{CASDOOR}:443")


@pytest.mark.parametrize("target", ["nowhere", "a:0", "a:99999999", ":443", "a:b", "/"])
def test_a_target_that_is_none_is_refused(proxied, target):
    with proxied() as (_, port):
        status, body = talk(port, f"CONNECT {target} HTTP/1.1\r\n\r\n")

    assert (status, body) == (400, {"error": "bad_target", "message": f"CONNECT takes HOST:PORT, not {target!r}"})


@pytest.mark.parametrize(
    ("line", "status", "error"),
    [
        (f"GET http://{WECHAT}/api/health", 404, "not_played"),
        ("GET http://bank.example/api/health", 403, "host_not_played"),
        ("GET http://localhost/_emulator/state", 403, "no_control_here"),
        ("GET /_emulator/state", 403, "no_control_here"),
    ],
)
def test_plain_requests_are_routed_by_host(proxied, line, status, error):
    with proxied() as (_, port):
        found, body = talk(port, f"{line} HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert (found, body["error"]) == (status, error)


def test_a_connect_within_a_tunnel_is_refused(proxied, client):
    with proxied() as (_, port):
        connection = client(port)
        connection.connect()
        connection.sock.sendall(b"CONNECT bank.example:443 HTTP/1.1\r\n\r\n")
        reply = http.client.HTTPResponse(connection.sock)
        reply.begin()
        connection.close()

    assert reply.status == 405


def test_a_hello_in_the_same_packet_is_not_lost(proxied, authority):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=authority.certificate_path)
    tls = context.wrap_bio(incoming, outgoing, server_hostname=WECHAT)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()

    with proxied() as (_, port), socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"CONNECT {WECHAT}:443 HTTP/1.1\r\n\r\n".encode() + outgoing.read())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += client.recv(1000)
        incoming.write(answer.partition(b"\r\n\r\n")[2])
        while not finished(tls):
            incoming.write(client.recv(10_000))

    assert tls.getpeercert()["subjectAltName"] == (("DNS", WECHAT),)


def finished(tls):
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def test_a_connection_is_really_reset(proxied, client):
    with proxied(fault("connection: reset")) as (_, port):
        connection = client(port)
        with pytest.raises(ConnectionResetError):
            ask(connection, SESSION)
        connection.close()


def test_an_empty_reply_is_really_empty(proxied, client):
    with proxied(fault("connection: empty")) as (_, port):
        connection = client(port)
        with pytest.raises(http.client.RemoteDisconnected):
            ask(connection, SESSION)
        connection.close()


def test_a_truncated_body_breaks_off(proxied, client):
    with proxied(fault("body: truncated")) as (_, port):
        connection = client(port)
        with pytest.raises(http.client.IncompleteRead):
            ask(connection, SESSION)
        connection.close()


def test_dripping_bodies_arrive_whole(proxied, client):
    with proxied(fault("drip: {bytes: 20, every: 1ms}")) as (_, port):
        connection = client(port)
        _, body = ask(connection, SESSION)
        connection.close()

    assert list(json.loads(body)) == KEYS


def test_a_flood_of_connects_leaves_the_main_port_unharmed(proxied, client):
    connect = f"CONNECT {WECHAT}:443 HTTP/1.1\r\n\r\n".encode()

    with proxied(limits=ServerLimits(handshakes=5)) as (server, port):
        flood = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(50)]
        for one in flood:
            one.sendall(connect)
            one.recv(100)
        plain = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        status, _ = ask(plain, "/api/health")
        connection = client(port)
        through, _ = ask(connection, SESSION)
        open_now = sum(one.shaking_hands for one in channels(server))
        for one in (*flood, plain, connection):
            one.close()

    assert (status, through) == (200, 200)
    assert open_now <= 6  # the bound is kept when a connection is accepted


def channels(server):
    return [one for one in list(server.listener.active_channels.values()) if hasattr(one, "shaking_hands")]


@pytest.fixture(name="beyond")
def fixture_beyond():
    """A server that plays no part: answers one connection with what it was sent, upside down."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        connected, _ = listening.accept()
        with connected:
            received = b""
            while piece := connected.recv(1000):
                received += piece
            connected.sendall(received[::-1])

    thread = Thread(target=answer, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.close()


def test_passthrough_lets_other_hosts_through(proxied, beyond):
    with (
        proxied(passthrough=True) as (_, port),
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
    ):
        client.sendall(f"CONNECT 127.0.0.1:{beyond} HTTP/1.1\r\n\r\nabc".encode())
        client.shutdown(socket.SHUT_WR)
        received = b""
        while piece := client.recv(1000):
            received += piece

    assert received == b"HTTP/1.1 200 Connection established\r\n\r\ncba"


def test_passthrough_says_when_a_host_cannot_be_reached(proxied):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        target = f"127.0.0.1:{closed.getsockname()[1]}"
    with proxied(passthrough=True) as (_, port):
        status, body = talk(port, f"CONNECT {target} HTTP/1.1\r\n\r\n")

    assert (status, body["message"]) == (502, f"{target} cannot be reached: Connection refused")


def test_passthrough_is_bounded(proxied):
    with proxied(passthrough=True, limits=ServerLimits(tunnels=0)) as (_, port):
        status, body = talk(port, "CONNECT 127.0.0.1:9 HTTP/1.1\r\n\r\n")

    assert (status, body["error"]) == (503, "busy")


def test_a_stop_ends_what_is_being_let_through(authority, make_world):
    server = Server(make_world(), port=0)
    port = open_proxy(server, authority, passthrough=True).port
    beyond = socket.create_server(("127.0.0.1", 0))

    with beyond, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        with server:
            client.sendall(f"CONNECT 127.0.0.1:{beyond.getsockname()[1]} HTTP/1.1\r\n\r\n".encode())
            other, _ = beyond.accept()
            established = client.recv(1000)
        other.settimeout(10)
        with other:
            ends = client.recv(1), other.recv(1)

    assert (established, ends) == (b"HTTP/1.1 200 Connection established\r\n\r\n", (b"", b""))


def test_https_and_the_proxy_work_side_by_side(authority, client, make_world):
    server = Server(make_world(), port=0)
    secure, port = open_tls(server, authority).port, open_proxy(server, authority).port
    context = ssl.create_default_context(cafile=authority.certificate_path)

    with server:
        direct = http.client.HTTPSConnection("localhost", secure, timeout=10, context=context)
        connection = client(port)
        found = [ask(direct, "/api/health")[0], ask(connection, SESSION)[0]]
        direct.close()
        connection.close()

    assert found == [200, 200]


def test_beside_the_proxy_https_still_answers_by_the_host_asked_for(authority, make_world):
    server = Server(make_world(), port=0)
    secure = open_tls(server, authority).port
    open_proxy(server, authority)
    context = ssl.create_default_context(cafile=authority.certificate_path)

    with server, socket.create_connection(("127.0.0.1", secure), timeout=10) as raw:
        connection = http.client.HTTPConnection(WECHAT)
        connection.sock = context.wrap_socket(raw, server_hostname=WECHAT)
        status, _ = ask(connection, "/api/health")
        connection.close()

    assert status == 404
