"""Rows about worlds: resetting and making one, holding many, and being watched by consoles."""

import http.client
import json
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

import sides
from table import Found, ratio

CONSOLES = 3


def reset(size):
    """Time a reset over HTTP, of a world in which somebody has logged in."""
    with sides.served(sides.EMULATOR) as (port, _):
        sides.login(port)
        times = _posted(port, (("/_emulator/reset", None) for _ in sides.turns(size.resets)))
    return Found(emulator=f"{statistics.median(times) * 1000:.1f} ms")


def make(size):
    """Time the making of a world over HTTP."""
    with sides.served(sides.EMULATOR) as (port, _):
        times = _made(port, size.resets)
    return Found(emulator=f"{statistics.median(times) * 1000:.1f} ms")


def hold(size):
    """Weigh a server with many worlds, in each of which somebody has logged in."""
    with sides.served(sides.EMULATOR) as (port, process):
        _made(port, size.worlds)
        end = time.monotonic() + sides.PATIENCE
        for number in range(size.worlds):
            sides.login(port, f"/@w{number}")
            if time.monotonic() > end:
                raise SystemExit(f"only {number + 1} worlds had their login in {sides.PATIENCE} s")
        resident = sides.resident(process.pid)
    return Found(emulator=f"{resident:.0f} MB" if resident else "not measured here")


def watched(size):
    """Compare logins with and without consoles that watch the same world, in turns, on one server."""
    request = sides.login_request()

    def with_consoles(port):
        with _consoles(port):
            return sides.rate(port, size.watched_logins, request)

    with sides.served(sides.EMULATOR) as (port, _):
        sides.rate(port, sides.CONNECTIONS, request)
        seen, unseen = sides.side_by_side(
            size.rounds, lambda: with_consoles(port), lambda: sides.rate(port, size.watched_logins, request)
        )
    return Found(emulator=f"{seen:.0f}", beside=f"nobody watches: {unseen:.0f}", ratio=ratio(seen, unseen))


def _made(port, number):
    """Make worlds w0, w1, … and return the seconds that each took."""
    return _posted(port, (("/_emulator/worlds", json.dumps({"name": f"w{one}"})) for one in range(number)))


def _posted(port, calls):
    """Post to the control API on one connection; return the seconds of each call."""
    connection, times = http.client.HTTPConnection("127.0.0.1", port, timeout=sides.PATIENCE), []
    for path, body in calls:
        begun = time.perf_counter()
        connection.request("POST", path, body)
        reply = connection.getresponse()
        answered = reply.read()
        times.append(time.perf_counter() - begun)
        if reply.status not in (200, 201):
            raise SystemExit(f"POST {path} answered {reply.status}: {answered[:300]!r}")
    connection.close()
    return times


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
