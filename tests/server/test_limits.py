"""Promises about what the clients of a served world may hold, and that none of them holds up another."""

import http.client
import itertools
import json
import socket
import threading
import tracemalloc
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.control.worlds import open_world
from emulator.core.reply import Drip, Reply
from emulator.scenario.model import Scenario
from emulator.server.limits import ServerLimits
from emulator.server.listener import THREADS, Server
from emulator.web import control
from emulator.web.lifecycle import Application

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
#: More than the buffers of the operating system take for a client that does not read.
BIG = 16 * 1024 * 1024
#: Of each kind of slow client: more than the server has worker threads.
MANY = 2 * THREADS


@pytest.fixture(name="served")
def fixture_served():
    """The targets that a view has answered, in this order."""
    return []


class Gate:
    """Where a view waits, with its worker thread."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()


@pytest.fixture(name="gates")
def fixture_gates():
    """What the views at /gate/<name> wait for; the end of the test opens them all."""
    gates = {name: Gate() for name in ("first", "second", "last")}
    yield gates
    for gate in gates.values():
        gate.opened.set()


class Views:
    """A server that answers a lot, late, in drops, never, or with the body of the request."""

    prefixes = ()
    hosts = ()

    def __init__(self, served, gates):
        self.served = served
        self.gates = gates

    def respond(self, http, tx):
        name, _, rest = http.path.strip("/").partition("/")
        tx.trace.operation = name
        if name in ("echo", "big"):
            self.served.append(http.full_path.rstrip("?"))
        match name:
            case "echo":
                return Reply(body=http.get_data() or self.served[-1].encode())
            case "big":
                return Reply(body=b"x" * BIG)
            case "drip":
                return Reply(body=b"x" * BIG, drip=Drip(size=BIG // 4, every=timedelta(milliseconds=1)))
            case "hang":
                return Reply(body=b"x", failure="hang")
            case "gate":
                self.gates[rest].entered.release()
                return Reply(body=b"open" if self.gates[rest].opened.wait(10) else b"shut")
        tx.trace.delay = timedelta(milliseconds=int(http.args["ms"]))
        return Reply(body=b"late")


@pytest.fixture(name="serve")
def fixture_serve(served, gates):
    """Serve the views within limits."""
    world = open_world(Scenario(name="served", clock=START), wall=lambda: START)
    app = Application(world, (Views(served, gates),))
    app.register_blueprint(control.bp)

    with ExitStack() as stack:
        yield lambda **limits: stack.enter_context(Server(app, port=0, limits=ServerLimits(**limits)))


@pytest.fixture(name="connect")
def fixture_connect():
    """Connect to a server; the connections close with the test."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(
            closing(socket.create_connection((server.host, server.port), timeout=10))
        )


def asked(target):
    return f"GET {target} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n".encode()


def posted(target, size):
    return f"POST {target} HTTP/1.1\r\nHost: localhost:8000\r\nContent-Length: {size}\r\n\r\n".encode()


def one_reply(connected):
    reply = http.client.HTTPResponse(connected)
    reply.begin()
    return reply.status, reply.read()


def replies(connected, count):
    """Read so many replies that come one right after another."""
    with connected.makefile("rb") as sent:
        for _ in range(count):
            status = int(sent.readline().split()[1])
            head = http.client.parse_headers(sent)
            yield status, sent.read(int(head["Content-Length"]))


def ask(connected, target):
    connected.sendall(asked(target))
    return one_reply(connected)


def is_closed(connected):
    """Read until the other side closes; False when it does not, or not before the socket's time is up."""
    try:
        while connected.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def fetch(server, target="/echo", body=None):
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=10)) as connection:
        connection.request("POST" if body else "GET", target, body=body)
        reply = connection.getresponse()
        return reply.status, reply.read()


def until(server, true, turns=3000):
    """Ask the server something until a condition holds: every reply is a turn of its loop."""
    return any(fetch(server)[0] == 200 and true() for _ in range(turns))


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def channels(server):
    return list(server.listener.active_channels.values())


def a_turn_of_the_loop(server):
    """Return once the loop has seen all that clients sent before; no worker thread is needed for that."""
    with closing(socket.create_connection((server.host, server.port), timeout=10)) as connected:
        connected.shutdown(socket.SHUT_WR)
        assert is_closed(connected)


def at_rest(server):
    """Watch until no worker thread has a connection: a client has its reply a moment before that."""
    return any(not any(one._in_hand for one in channels(server)) for _ in range(10_000_000))


def in_line(server):
    return max(len(channel.requests) for channel in channels(server))


def unsent(server):
    return sum(channel.total_outbufs_len for channel in channels(server))


# Output that nobody reads


@pytest.mark.parametrize("target", ["/big", "/drip"])
def test_clients_that_never_read_do_not_keep_others_from_being_served(serve, connect, served, target) -> None:
    server = serve()
    for _ in range(MANY):
        connect(server).sendall(asked(target) * 4)

    assert [fetch(server)[0] for _ in range(MANY)] == [200] * MANY


def test_a_connection_is_not_served_further_while_its_output_waits(serve, connect, served) -> None:
    server = serve(unsent=1000)
    connect(server).sendall(asked("/big") * 4)

    assert until(server, lambda: "/big" in served)
    assert [fetch(server)[0] for _ in range(MANY)] == [200] * MANY
    assert served.count("/big") == 1
    assert unsent(server) < BIG + 1000


def test_a_client_that_reads_late_gets_every_reply_in_order(serve, connect, served) -> None:
    server = serve(unsent=1000, pipelined=2)
    slow = connect(server)
    slow.sendall(b"".join(asked(f"/big?{n}") + asked(f"/echo?{n}") for n in range(3)))
    assert until(server, lambda: "/big?0" in served)

    received = list(replies(slow, 6))

    expected = [[(200, b"x" * BIG), (200, f"/echo?{n}".encode())] for n in range(3)]
    assert received == list(itertools.chain(*expected))


def test_an_idle_connection_does_not_hold_on_to_the_reply_that_it_had(serve, connect) -> None:
    server = serve()
    tracemalloc.start()
    try:
        for _ in range(MANY):
            ask(connect(server), "/big")
        assert at_rest(server)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held < BIG


def test_unsent_output_of_all_is_bounded_by_closing_who_reads_nothing_longest(serve, connect, served) -> None:
    server = serve(unsent_in_all=2 * BIG)
    slow = []
    for n in range(1, MANY + 1):
        slow.append(connect(server))
        slow[-1].sendall(asked("/big"))
        # One after the other, so that it is plain which has waited longest.
        assert until(server, lambda n=n: served.count("/big") == n)
        assert at_rest(server)

    assert until(server, lambda: unsent(server) <= 2 * BIG)
    assert (is_closed(slow[0]), one_reply(slow[-1])) == (True, (200, b"x" * BIG))


def test_a_connection_on_which_nothing_moves_is_closed_in_the_end(serve, connect, served) -> None:
    server = serve(unsent=1000, idle=0.2)
    connect(server).sendall(asked("/big") * 4)
    assert until(server, lambda: "/big" in served)

    assert until(server, lambda: len(channels(server)) <= 1)


def test_a_client_goes_before_those_that_do_not_wait_for_their_replies(serve, connect, served, gates) -> None:
    server = serve()
    for _ in range(THREADS - 1):
        connect(server).sendall(asked("/gate/last"))
        assert gates["last"].entered.acquire(timeout=10)
    connect(server).sendall(asked("/gate/first"))
    assert gates["first"].entered.acquire(timeout=10)
    for n in range(8):
        connect(server).sendall(asked(f"/echo?eager{n}") * 4)
    a_turn_of_the_loop(server)
    connect(server).sendall(asked("/gate/second"))
    a_turn_of_the_loop(server)
    gates["first"].opened.set()
    assert gates["second"].entered.acquire(timeout=10)
    before = len(served)
    normal = connect(server)
    normal.sendall(asked("/echo?normal"))
    a_turn_of_the_loop(server)
    gates["second"].opened.set()

    assert one_reply(normal) == (200, b"/echo?normal")
    gates["last"].opened.set()
    assert served.index("/echo?normal") - before <= 1


# Connections


def test_a_new_connection_closes_the_one_that_was_idle_longest(serve, connect) -> None:
    server = serve(connections=3)
    first, second, third = (connect(server) for _ in range(3))
    for one in (second, first, third):
        ask(one, "/echo")
        assert at_rest(server)

    statuses = [ask(one, "/echo")[0] for one in (connect(server), first, third)]

    assert (statuses, is_closed(second)) == ([200] * 3, True)


def test_new_connections_get_in_however_many_sit_there_silently(serve, connect) -> None:
    server = serve(connections=5)
    for _ in range(50):
        connect(server)

    assert [fetch(server)[0] for _ in range(10)] == [200] * 10


def test_a_connection_with_a_reply_to_come_outlives_the_idle_ones(serve, connect, served) -> None:
    server = serve(connections=3)
    waiting = connect(server)
    waiting.sendall(asked("/late?ms=300"))
    for _ in range(10):
        ask(connect(server), "/echo")
        assert at_rest(server)

    assert one_reply(waiting) == (200, b"late")


@pytest.mark.parametrize("target", ["/hang", "/late?ms=60000", "/_emulator/journal?operation=none&wait=20"])
def test_when_nothing_is_idle_the_one_paused_longest_makes_room(serve, connect, target) -> None:
    server = serve(connections=5)
    paused = []
    for n in range(1, 6):
        paused.append(connect(server))
        paused[-1].sendall(asked(target))
        if n <= 3:  # what asks has up to two connections of its own
            assert until(server, lambda n=n: sum(one._asleep is not None for one in channels(server)) == n)
            assert at_rest(server)

    status, _ = ask(connect(server), "/echo")

    assert (status, is_closed(paused[0])) == (200, True)
    paused[-1].settimeout(0)
    with pytest.raises(BlockingIOError):
        paused[-1].recv(1)


@pytest.mark.parametrize("part", [asked("/echo")[:-2], posted("/echo", 100) + b"x"], ids=["head", "body"])
def test_requests_that_never_end_make_room_too(serve, connect, part) -> None:
    server = serve(connections=3)
    for _ in range(9):
        connect(server).sendall(part)

    assert [fetch(server)[0] for _ in range(5)] == [200] * 5


def test_what_a_paused_connection_waited_for_is_forgotten_when_it_closes(serve, connect) -> None:
    server = serve()
    for target in ("/late?ms=600000", "/_emulator/journal?operation=none&wait=20"):
        gone = connect(server)
        gone.sendall(asked(target))
        assert until(server, lambda: any(one._asleep is not None for one in channels(server)))
        gone.close()
        assert until(server, lambda: len(channels(server)) <= 1)

    assert server.listener._pauses == []


# Requests


def test_requests_in_line_are_bounded_and_all_answered_in_order(serve, connect, gates) -> None:
    server = serve(pipelined=3)
    sent = [f"/echo?{n}" for n in range(100)]
    eager = connect(server)
    eager.sendall(asked("/gate/first") + b"".join(asked(target) for target in sent))

    assert until(server, lambda: in_line(server) >= 3)
    assert not until(server, lambda: in_line(server) > 3, turns=20)
    gates["first"].opened.set()
    assert list(replies(eager, 101)) == [(200, b"open"), *((200, target.encode()) for target in sent)]


def test_requests_in_line_behind_a_paused_one_are_bounded_too(serve, connect) -> None:
    server = serve(pipelined=3)
    eager = connect(server)
    eager.sendall(asked("/hang"))
    assert until(server, lambda: any(one._asleep is not None for one in channels(server)))
    eager.sendall(asked("/echo") * 1000)

    assert until(server, lambda: in_line(server) >= 3)
    assert not until(server, lambda: in_line(server) > 3, turns=20)


def test_stalled_bodies_hold_little_memory_and_are_read_in_the_end(serve, connect) -> None:
    body = b"0123456789abcdef" * (1 << 17)
    tracemalloc.start()
    try:
        server = serve()
        stalled = [connect(server) for _ in range(10)]
        for one in stalled:
            one.sendall(posted("/echo", len(body)) + body[:-1])
        assert until(
            server,
            lambda: sum(one.request.body_bytes_received for one in channels(server) if one.request) > 9 * len(body),
        )
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    for one in stalled:
        one.sendall(body[-1:])

    assert held < 2 * len(body)
    assert [one_reply(one) for one in stalled] == [(200, body)] * 10


def test_bodies_that_fill_the_files_are_refused_until_there_is_room_again(serve, connect) -> None:
    server = serve(body_memory=100, body_files_in_all=10_000)
    stalled, refused = connect(server), connect(server)
    stalled.sendall(posted("/echo", 8000) + b"x" * 7999)
    assert until(server, lambda: server.listener.bodies.in_files == 7999)

    refused.sendall(posted("/echo", 3000) + b"y" * 3000)
    status, body = one_reply(refused)
    small = fetch(server, body=b"z" * 99)
    stalled.sendall(b"x")
    one_reply(stalled)
    assert at_rest(server)

    assert (status, list(json.loads(body))) == (503, ["error", "message"])
    assert (small, fetch(server, body=b"y" * 3000)) == ((200, b"z" * 99), (200, b"y" * 3000))


def test_bodies_go_to_files_when_all_of_them_fill_the_memory(serve, connect) -> None:
    server = serve(body_memory=1000, body_memory_in_all=1500)
    stalled = [connect(server) for _ in range(3)]
    for one in stalled:
        one.sendall(posted("/echo", 900) + b"x" * 899)

    bodies = server.listener.bodies
    assert until(server, lambda: bodies.in_memory + bodies.in_files == 3 * 899)
    assert (bodies.in_memory, bodies.in_files) == (899, 2 * 899)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux shows them")
def test_no_file_outlives_the_server(serve, connect) -> None:
    before = open_files()
    with ExitStack() as stack:
        server = serve(body_memory=100)
        clients = [
            stack.enter_context(closing(socket.create_connection((server.host, server.port), timeout=10)))
            for _ in range(4)
        ]
        clients[0].sendall(posted("/echo", 3000) + b"x" * 2999)
        clients[1].sendall(posted("/hang", 3000) + b"x" * 3000)
        clients[2].sendall(asked("/late?ms=60000") + posted("/echo", 3000) * 1 + b"x" * 3000)
        clients[3].sendall(asked("/big") * 3 + posted("/echo", 3000) + b"x" * 3000)
        assert until(server, lambda: server.listener.bodies.in_files >= 2999 + 3000)
        server.stop()

    assert open_files() == before
    assert (server.listener.bodies.in_files, server.listener.bodies.in_memory) == (0, 0)


# All together


def test_slow_clients_of_every_kind_do_not_disturb_a_normal_one(serve, connect) -> None:
    server = serve()
    kinds = [
        asked("/echo")[:-2],
        posted("/echo", 1 << 20) + b"x" * (1 << 19),
        asked("/big") * 4,
        b"",
        asked("/hang"),
        asked("/_emulator/journal?operation=none&wait=20"),
    ]
    for part in kinds * MANY:
        connect(server).sendall(part)

    assert [fetch(server, body=b"me")[1] for _ in range(20)] == [b"me"] * 20
