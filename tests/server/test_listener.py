"""Promises about a world served on a real socket."""

import http.client
import json
import socket
import threading
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import pytest

from emulator.control.worlds import open_world
from emulator.core.reply import Drip, Reply
from emulator.journal.journal import Journal
from emulator.scenario.model import Persona, Scenario
from emulator.server.limits import ServerLimits
from emulator.server.listener import THREADS, Server
from emulator.web import control
from emulator.web.lifecycle import MAX_REQUEST, Application, app_state
from emulator.web.world_path import raw_target

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
BODY = b"0123456789" * 10
#: More than the server has worker threads.
MANY = 20


class FakeDialect:
    """A server that answers as its paths and their queries say."""

    prefixes = ()
    hosts = ()

    def respond(self, http, tx):
        name, _, kind = http.path.strip("/").partition("/")
        tx.trace.operation = name
        return getattr(self, f"_{name}")(http, tx, kind)

    def _echo(self, http, tx, kind):
        headers = (("Content-Type", "text/plain"), ("Server", "beegoServer:2.0.0"))
        return Reply(headers=headers, body=http.get_data() or BODY)

    def _broken(self, http, tx, kind):
        return Reply(body=BODY, failure=kind)

    def _drip(self, http, tx, kind):
        return Reply(body=BODY, drip=Drip(size=40, every=timedelta(milliseconds=30)))

    def _late(self, http, tx, kind):
        tx.trace.delay = timedelta(milliseconds=int(http.args["ms"]))
        return Reply(body=BODY)

    def _target(self, http, tx, kind):
        return Reply(body=raw_target(http.environ).encode("latin-1"))


@pytest.fixture(name="app", scope="module")
def fixture_app():
    """The frame, the control API and a server that is not one of ours."""
    scenario = Scenario(name="served", clock=START, personas={"alice": Persona(name="alice")})
    app = Application(open_world(scenario, wall=lambda: START), (FakeDialect(),))
    app.register_blueprint(control.bp)
    return app


@pytest.fixture(name="server")
def fixture_server(app):
    with Server(app, port=0) as server:
        yield server


def connect(server):
    connected = socket.create_connection((server.host, server.port), timeout=10)
    return closing(connected)


def asked(target, *headers, version="1.1"):
    return "\r\n".join([f"GET {target} HTTP/{version}", "Host: localhost:8000", *headers, "", ""]).encode()


def everything(connected):
    """Read until the other side closes; a reset is told as such."""
    received = b""
    try:
        while data := connected.recv(65536):
            received += data
    except ConnectionResetError:
        received += b"<RST>"
    return received


def one_reply(connected):
    reply = http.client.HTTPResponse(connected)
    reply.begin()
    return reply.status, reply.read()


def fetch(server, method, target, body=None, headers=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    with closing(connection):
        connection.request(method, target, body=body, headers=headers or {})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()


def test_a_reply_is_sent_with_its_own_headers_only(server) -> None:
    assert fetch(server, "GET", "/echo") == (
        200,
        {
            "Content-Length": "100",
            "Content-Type": "text/plain",
            "Date": "Thu, 01 Jan 2026 08:00:00 GMT",
            "Server": "beegoServer:2.0.0",
        },
        BODY,
    )


def test_a_reply_without_a_server_header_gets_none(server) -> None:
    assert set(fetch(server, "GET", "/target")[1]) == {"Content-Length", "Date"}


def test_head_has_no_body(server) -> None:
    status, headers, body = fetch(server, "HEAD", "/echo")

    assert (status, headers["Content-Length"], body) == (200, "100", b"")


def test_reset_sends_rst_without_a_byte(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/broken/reset"))

        assert everything(connected) == b"<RST>"


def test_empty_closes_without_a_byte(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/broken/empty"))

        assert everything(connected) == b""


def test_truncated_announces_everything_and_sends_half(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/broken/truncated"))
        head, _, body = everything(connected).partition(b"\r\n\r\n")

    assert (b"Content-Length: 100" in head, body) == (True, BODY[:50])


def test_drops_arrive_one_by_one_and_the_connection_lives_on(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/drip"))
        head_and_first = connected.recv(65536)
        rest = one_more = b""
        while len(rest) < 60:
            rest += connected.recv(65536)
        connected.sendall(asked("/echo"))
        one_more = one_reply(connected)

    assert head_and_first.partition(b"\r\n\r\n")[2] == BODY[:40]
    assert (rest, one_more) == (BODY[40:], (200, BODY))


@pytest.mark.parametrize("target", ["/broken/hang", "/late?ms=60000"])
def test_waiting_replies_do_not_keep_others_from_being_served(server, target) -> None:
    with ExitStack() as stack:
        waiting = [stack.enter_context(connect(server)) for _ in range(MANY)]
        for connected in waiting:
            connected.sendall(asked(target))

        statuses = [fetch(server, "GET", "/echo")[0] for _ in range(THREADS + 1)]

        assert statuses == [200] * (THREADS + 1)


def test_a_hanging_connection_ends_without_a_byte_when_the_server_stops(app) -> None:
    with Server(app, port=0) as server:
        stack = ExitStack()
        hanging = [stack.enter_context(connect(server)) for _ in range(MANY)]
        for connected in hanging:
            connected.sendall(asked("/broken/hang"))
        fetch(server, "GET", "/echo")

    with stack:
        ends = {everything(connected) for connected in hanging}
    assert ends <= {b"", b"<RST>"}


def test_a_hanging_connection_is_forgotten_when_its_client_leaves(server) -> None:
    left = threading.Event()
    with connect(server) as connected:
        connected.sendall(asked("/broken/hang"))
        journal = app_state(server.app).worlds["main"].state.get(Journal)
        while not any(one.path == "/broken/hang" for one in journal.exchanges()):
            fetch(server, "GET", "/echo")

    for _ in range(1000):
        fetch(server, "GET", "/echo")
        if len(server.listener.active_channels) <= 1:
            left.set()
            break
    assert left.is_set()


def test_a_late_reply_comes_late_and_pipelined_ones_after_it(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/late?ms=50") + asked("/target?2") + asked("/target?3", "Connection: close"))
        received = everything(connected)

    order = [received.index(text) for text in (BODY, b"/target?2", b"/target?3")]
    assert order == sorted(order)


def test_one_connection_serves_many_requests(server) -> None:
    with connect(server) as connected:
        replies = []
        for _ in range(3):
            connected.sendall(asked("/echo"))
            replies.append(one_reply(connected))

    assert replies == [(200, BODY)] * 3


def test_http_1_0_closes_after_one_reply(server) -> None:
    with connect(server) as connected:
        connected.sendall(asked("/echo", version="1.0"))

        assert everything(connected).endswith(BODY)


def test_a_chunked_body_is_read(server) -> None:
    chunks = (part for part in (b"hello, ", b"world"))

    status, _, body = fetch(server, "POST", "/echo", body=chunks)

    assert (status, body) == (200, b"hello, world")


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("/target?a=%zz;b&c=%E5", "/target?a=%zz;b&c=%E5"),
        ("/t%61rget", "/t%61rget"),
        ("//target", "//target"),
        ("/as/alice/target?x", "/target?x"),
        ("http://localhost:8000/target?x", "/target?x"),
    ],
)
def test_the_raw_target_is_the_one_sent(server, sent, seen) -> None:
    with connect(server) as connected:
        connected.sendall(asked(sent))

        assert one_reply(connected) == (200, seen.encode())


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /echo HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET /echo HTTP/1.1\r\nA: " + b"x" * ServerLimits().headers + b"\r\n\r\n", 431),
        (b"POST /echo HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_REQUEST + 1) + b"x" * MAX_REQUEST, 413),
    ],
    ids=[
        "no HTTP",
        "bad header",
        "bad length",
        "endless length",
        "bad address",
        "bad chunk",
        "unknown coding",
        "huge headers",
        "huge body",
    ],
)
def test_a_request_beyond_reading_is_refused_and_the_server_lives_on(server, request_bytes, status) -> None:
    with connect(server) as connected:
        connected.sendall(request_bytes)
        refused = one_reply(connected)[0]

    assert (refused, fetch(server, "GET", "/echo")[0]) == (status, 200)


def test_the_largest_body_is_read(server) -> None:
    body = b"x" * MAX_REQUEST

    assert fetch(server, "POST", "/echo", body=body)[2] == body


def test_control_works_under_the_host_that_the_recordings_name(server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    with closing(connection):
        connection.putrequest("POST", "/_emulator/reset", skip_host=True)
        connection.putheader("Host", "localhost:8000")
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        reply = connection.getresponse()

        assert (reply.status, json.loads(reply.read())["scenario"]) == (200, "served")


def test_a_busy_port_is_an_os_error_for_the_caller(app, server) -> None:
    with pytest.raises(OSError, match="in use"):
        Server(app, port=server.port)


def test_a_stopped_server_frees_its_port(app) -> None:
    with Server(app, port=0) as server:
        port = server.port

    with Server(app, port=port) as again:
        assert fetch(again, "GET", "/echo")[0] == 200


def test_a_server_that_never_started_frees_its_port_too(app) -> None:
    server = Server(app, port=0)

    server.stop()

    Server(app, port=server.port).stop()


def test_stopping_twice_is_fine(app) -> None:
    server = Server(app, port=0).start()

    server.stop()
    server.stop()


def test_a_server_in_the_foreground_can_be_stopped_from_elsewhere(app) -> None:
    server = Server(app, port=0)
    foreground = threading.Thread(target=server.run)
    foreground.start()
    fetch(server, "GET", "/echo")

    server.stop()

    foreground.join(timeout=10)
    assert not foreground.is_alive()


def test_no_thread_outlives_the_server(app) -> None:
    before = threading.active_count()

    with Server(app, port=0) as server:
        fetch(server, "GET", "/echo")

    assert threading.active_count() == before


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")
def test_ipv6_works(app) -> None:
    with Server(app, host="::1", port=0) as server:
        assert server.url == f"http://[::1]:{server.port}"
        assert fetch(server, "GET", "/echo")[0] == 200


def test_on_loopback_control_needs_no_token(server) -> None:
    assert (server.token, fetch(server, "GET", "/_emulator/health")[0]) == ("", 200)


def test_off_loopback_control_needs_the_token(app) -> None:
    with Server(app, host="0.0.0.0", port=0) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        token = {"Authorization": f"Bearer {server.token}"}
        statuses = [fetch(server, "POST", "/_emulator/reset", headers=headers)[0] for headers in ({}, token)]

    assert (len(server.token) > 16, statuses) == (True, [403, 200])
