"""Shipped scenarios over a real socket, where connection faults are real."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from emulator.scenario import parse, shipped

SESSION = "/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&js_code=alice"


def get(url, path, timeout=10):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


@pytest.fixture(name="serve")
def fixture_serve(serving, tmp_path):
    """Serve a scenario that plans one fault at code2session."""
    return lambda fault: serving(
        parse(f"version: 1\nfaults:\n  - {{at: wechat.code2session, {fault}}}\n", tmp_path / "x.yaml")
    )


def test_a_connection_is_really_reset(running):
    with running(shipped()["wechat-down"]) as url, pytest.raises(ConnectionResetError):
        get(url, SESSION)


def test_an_empty_reply_is_really_empty(serve):
    with serve("connection: empty") as url, pytest.raises(http.client.RemoteDisconnected):
        get(url, SESSION)


def test_a_truncated_body_breaks_off(serve):
    with serve("body: truncated") as url, pytest.raises(http.client.IncompleteRead):
        get(url, SESSION)


def test_dripping_bodies_arrive_whole(serve):
    with serve("drip: {bytes: 20, every: 1ms}") as url:
        status, body = get(url, SESSION)

    assert (status, list(json.loads(body))) == (200, ["session_key", "openid", "unionid"])


def test_hanging_calls_do_not_keep_others_from_being_served(serve):
    with serve("connection: hang") as url, ThreadPoolExecutor(20) as pool:
        hanging = [pool.submit(get, url, SESSION, 1) for _ in range(20)]
        status, _ = get(url, "/api/health")
        ends = [one.exception() for one in hanging]

    assert status == 200
    assert [type(end) for end in ends] == [TimeoutError] * 20
