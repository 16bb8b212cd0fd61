"""Promises about a target that lies, hangs, hurries, or says too much, on real sockets."""

import gzip
import socket
import ssl
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from emulator.runner.requests import Request
from emulator.runner.selection import CannotRun
from emulator.runner.target import MAX_REPLY, MAX_WAITS, Target, TooBusy
from emulator.server.authority import Authority

GET = Request(method="GET", path="/api/health")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n"


@contextmanager
def answering(*replies, context=None):
    """Answer one connection after another, each with the next reply; yields the port and what was asked."""
    listener, asked = socket.create_server(("127.0.0.1", 0)), []

    def answer():
        for reply in replies:
            with suppress(OSError), listener.accept()[0] as plain:
                client = context.wrap_socket(plain, server_side=True) if context else plain
                asked.append(client.recv(65536))
                for chunk in [reply] if isinstance(reply, bytes) else reply:
                    client.sendall(chunk)

    thread = Thread(target=answer, daemon=True)
    thread.start()
    with listener:
        yield listener.getsockname()[1], asked


def hundred_megabytes():
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"
    for _ in range(1600):
        yield b"x" * 65536


def endless():
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield b"x" * 65536


def test_a_server_that_limits_its_rate_is_waited_for():
    waits = []
    with answering(BUSY % b"7", OK) as (port, asked):
        _, received = Target(f"http://127.0.0.1:{port}", wait=waits.append).ask(GET)

    assert (received.status, waits, len(asked)) == (200, [7.0], 2)


@pytest.mark.parametrize("given", [b"3600", b"Fri, 31 Dec 9999 23:59:59 GMT", b"9" * 400])
def test_a_server_that_wants_a_long_pause_is_left_alone(given):
    waits = []
    with answering(BUSY % given, OK) as (port, asked):
        with pytest.raises(TooBusy, match="nothing more is sent"):
            Target(f"http://127.0.0.1:{port}", wait=waits.append).ask(GET)

        assert (waits, len(asked)) == ([], 1)


def test_a_server_that_always_says_to_wait_is_left_alone_in_the_end():
    with answering(*[BUSY % b"0"] * MAX_WAITS) as (port, asked), pytest.raises(TooBusy):
        Target(f"http://127.0.0.1:{port}", wait=lambda _: None).ask(GET)

    assert len(asked) == MAX_WAITS


@pytest.mark.parametrize("given", [b"soon", b"-1", b""])
def test_a_pause_that_is_not_said_is_not_made(given):
    with answering(BUSY % given) as (port, _):
        _, received = Target(f"http://127.0.0.1:{port}").ask(GET)

    assert received.status == 429


@pytest.mark.parametrize("reply", [hundred_megabytes, endless])
def test_a_reply_without_measure_is_cut_off(reply):
    with answering(reply()) as (port, _):
        _, received = Target(f"http://127.0.0.1:{port}").ask(GET)

    assert received.failure == f"more than {MAX_REPLY // 1024 // 1024} MiB"


def test_a_reply_that_does_not_come_ends_with_the_patience():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = Target(f"http://127.0.0.1:{silent.getsockname()[1]}", patience=0.2)
        _, received = target.ask(GET)

    assert received.failure == "timeout"


def test_a_compressed_reply_is_read_although_none_was_asked_for():
    body = gzip.compress(b'{"status": "ok"}')
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with answering(head + body) as (port, asked):
        _, received = Target(f"http://127.0.0.1:{port}").ask(GET)

    assert (received.body, b"accept-encoding" in asked[0].lower()) == ('{"status": "ok"}', False)


def test_a_redirect_is_not_followed():
    reply = b"HTTP/1.1 302 Found\r\nLocation: https://sso.example.com/?client_secret=abc\r\nContent-Length: 0\r\n\r\n"
    with answering(reply) as (port, asked):
        target = Target(f"http://127.0.0.1:{port}")
        with pytest.raises(CannotRun, match=r"redirects to https://sso\.example\.com/\?client_secret=\*\*\*; give"):
            target.version({})

    assert len(asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": {"version": ""}}', b"[" * 100_000])
def test_a_version_that_is_not_said_is_a_mistake(body):
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with answering(reply) as (port, _), pytest.raises(CannotRun, match="says no version"):
        Target(f"http://127.0.0.1:{port}").version({})


def test_a_certificate_of_another_host_is_not_trusted(tmp_path):
    authority = Authority.open(folder=tmp_path)
    context = authority.context("api.weixin.qq.com")
    assert isinstance(context, ssl.SSLContext)
    with answering(OK, context=context) as (port, _):
        target = Target(f"https://localhost:{port}", authority=authority.certificate_path)
        with pytest.raises(CannotRun, match="certificate is not trusted: Hostname mismatch"):
            target.ask(GET)
