"""Promises about who answers a client that names a host."""

import json
import socket
from datetime import UTC, datetime

import pytest

from emulator.control.worlds import open_world
from emulator.scenario import parse
from emulator.server.listener import Server


@pytest.fixture(name="plain", scope="module")
def fixture_plain(tmp_path_factory):
    """The plain port of a world whose Casdoor is called door.example.com."""
    path = tmp_path_factory.mktemp("scenario") / "x.yaml"
    world = open_world(parse("version: 1\nhosts: [door.example.com]\n", path), wall=lambda: datetime.now(UTC))
    with Server(world, port=0) as server:
        yield server.port


def send(port, line):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(f"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while piece := client.recv(65536):
            reply += piece
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body.startswith(b"{") else body


def test_connect_says_what_to_start(plain):
    message = (
        "this port is not a proxy; `mockdoor serve --proxy` starts one, and `mockdoor exec` runs a command with it"
    )

    assert send(plain, "CONNECT api.weixin.qq.com:443") == (405, {"error": "no_proxy", "message": message})


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://api.weixin.qq.com/sns/jscode2session", 200),
        ("http://api.weixin.qq.com/api/health", 404),
        ("http://door.example.com/api/health", 200),
        ("http://localhost/api/health", 200),
        ("http://door.example.com/_emulator/state", 403),
        ("http://api.weixin.qq.com/@main/_emulator/state", 403),
        ("http://localhost/_emulator/state", 200),
    ],
)
def test_an_absolute_address_is_routed_by_its_host(plain, target, status):
    assert send(plain, f"GET {target}")[0] == status


def test_casdoors_host_knows_nothing_of_wechat(plain):
    at_wechat, at_casdoor = (
        send(plain, f"GET http://{host}/sns/jscode2session")[1] for host in ("api.weixin.qq.com", "door.example.com")
    )

    assert "errcode" in at_wechat
    assert b"<html" in at_casdoor
