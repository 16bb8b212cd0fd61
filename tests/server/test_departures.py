"""Promises about clients that leave while their reply is under way."""

import socket
import threading
from datetime import UTC, datetime

from emulator.control.service import ControlService
from emulator.control.worlds import open_world
from emulator.scenario import load_default
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state


def test_who_leaves_a_hanging_call_is_heard_of():
    world = open_world(load_default(), wall=lambda: datetime.now(UTC))
    ControlService(world).plan_fault({"at": "wechat.code2session", "connection": "hang"})
    asked, left = threading.Event(), []
    gone = threading.Event()
    with Server(world, port=0) as server:
        app_state(server.app).listeners.append(lambda _exchange: asked.set())
        app_state(server.app).departures.append(lambda exchange: (left.append(exchange.operation), gone.set()))
        client = socket.create_connection((server.host, server.port))
        client.sendall(b"GET /sns/jscode2session?js_code=alice HTTP/1.1\r\nHost: a\r\n\r\n")
        assert asked.wait(10)
        assert left == []

        client.close()

        assert gone.wait(10)
    assert left == ["wechat.code2session"]


def test_who_waits_for_a_reply_has_not_left():
    world = open_world(load_default(), wall=lambda: datetime.now(UTC))
    left = []
    with Server(world, port=0) as server:
        app_state(server.app).departures.append(left.append)
        with socket.create_connection((server.host, server.port)) as client:
            client.sendall(b"GET /sns/jscode2session?js_code=alice HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            while client.recv(4096):
                pass
    assert left == []
