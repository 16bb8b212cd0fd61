"""Rows about worlds: making one, holding many, and being watched by consoles."""

import http.client
import json
import statistics
import subprocess
import sys
import time
import urllib.parse
from contextlib import contextmanager

import sides
from table import Row

CONSOLES = 3


def make(size):
    """Time the making of a world over HTTP."""
    with sides.served(sides.EMULATOR) as (port, _):
        times = [seconds * 1000 for seconds in _made(port, size.resets)]
    taken = f"{statistics.median(times):.1f} ms"
    return Row(what="making a world over HTTP", emulator=taken, beside="", ratio="", target="at most 5 ms")


def hold(size):
    """Weigh a server with many worlds, in each of which somebody has logged in."""
    with sides.served(sides.EMULATOR) as (port, process):
        for _ in _made(port, size.worlds):
            pass
        for number in range(size.worlds):
            form = urllib.parse.urlencode(sides.LOGIN)
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            sides.ask(port, "POST", f"/@w{number}/api/login/oauth/access_token", form, headers)
        resident = sides.resident(process.pid)
    return Row(
        what=f"resident memory with {size.worlds} worlds, a login in each",
        emulator=f"{resident:.0f} MB" if resident else "not measured here",
        beside="",
        ratio="",
        target="at most 200 MB",
    )


def watched(size):
    """Compare logins with and without consoles that watch the same world, in turns, on one server."""
    body = urllib.parse.urlencode(sides.LOGIN).encode()
    request = sides.request("POST", "/api/login/oauth/access_token", body, "application/x-www-form-urlencoded")

    def with_consoles(port):
        with _consoles(port):
            return sides.rate(port, size.watched_logins, request)

    with sides.served(sides.EMULATOR) as (port, _):
        sides.rate(port, sides.CONNECTIONS, request)
        seen, unseen = sides.side_by_side(
            size.rounds, lambda: with_consoles(port), lambda: sides.rate(port, size.watched_logins, request)
        )
    return Row(
        what=f"logins a second while {CONSOLES} consoles watch",
        emulator=f"{seen:.0f}",
        beside=f"nobody watches: {unseen:.0f}",
        ratio=f"{seen / unseen:.2f}",
        target="",
    )


def _made(port, number):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for one in range(number):
        begun = time.perf_counter()
        connection.request("POST", "/_emulator/worlds", json.dumps({"name": f"w{one}"}))
        connection.getresponse().read()
        yield time.perf_counter() - begun
    connection.close()


@contextmanager
def _consoles(port):
    """Run consoles without a screen for the length of a with-statement."""
    script = str(sides.HERE / "watch.py")
    running = [subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.PIPE) for _ in range(CONSOLES)]
    try:
        for one in running:
            one.stdout.readline()
        yield
    finally:
        for one in running:
            one.terminate()
            one.communicate()
