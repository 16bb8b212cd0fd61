"""How fast the emulator is, side by side with a bare Flask application: `python tests/bench/bench.py`.

Prints a Markdown table. `--quick` runs a little of everything, `--write` puts the table into the README.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

import sides
import worlds
from table import Row, table, write


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: rounds of each side, requests a round."""

    starts: int
    rounds: int
    lookups: int
    logins: int
    updates: int
    resets: int
    worlds: int
    watched_logins: int
    logins_before_memory: int
    runs: int
    plugin_tests: int


FULL = Size(
    starts=12,
    rounds=16,
    lookups=2000,
    logins=100,
    updates=200,
    resets=50,
    worlds=1000,
    watched_logins=400,
    logins_before_memory=1000,
    runs=8,
    plugin_tests=200,
)
QUICK = Size(
    starts=2,
    rounds=2,
    lookups=50,
    logins=10,
    updates=10,
    resets=5,
    worlds=10,
    watched_logins=10,
    logins_before_memory=20,
    runs=1,
    plugin_tests=5,
)


def measure(size):
    """Return the rows of the table, one after another."""
    return (
        _start(size),
        _lookups(size),
        _logins(size),
        _updates(size),
        _reset(size),
        worlds.make(size),
        worlds.hold(size),
        worlds.watched(size),
        _memory(size),
        _fifty_steps(size),
        _library(size),
        _plugin(size),
    )


def _start(size):
    def seconds(command):
        begun = time.perf_counter()
        with sides.served(command) as (port, _):
            sides.ask(port, "GET", "/api/health")
            return time.perf_counter() - begun

    bare = (*sides.BARE, "waitress")
    for command in (sides.EMULATOR, bare):  # writes the bytecode
        seconds(command)
    ours, theirs = sides.side_by_side(size.starts, lambda: seconds(sides.EMULATOR), lambda: seconds(bare))
    return Row(
        what="process start to first answer",
        emulator=f"{ours * 1000:.0f} ms",
        beside=f"bare Flask on waitress: {theirs * 1000:.0f} ms",
        ratio=f"{ours / theirs:.2f}",
        target="at most 1.6",
    )


def _lookups(size):
    request = sides.request("GET", sides.CODE2SESSION)
    with sides.served(sides.EMULATOR) as (port, _), sides.served(sides.BARE) as (bare, _):
        ours, theirs = sides.side_by_side(
            size.rounds,
            lambda: sides.rate(port, size.lookups, request),
            lambda: sides.rate(bare, size.lookups, request),
        )
    return Row(
        what="code2session a second, journal on",
        emulator=f"{ours:.0f}",
        beside=f"bare Flask on the same server: {theirs:.0f}",
        ratio=f"{ours / theirs:.2f}",
        target="at least 0.8",
    )


def _logins(size):
    body = urllib.parse.urlencode(sides.LOGIN).encode()
    request = sides.request("POST", "/api/login/oauth/access_token", body, "application/x-www-form-urlencoded")
    with sides.served(sides.EMULATOR) as (port, _):
        sides.rate(port, sides.CONNECTIONS, request)  # loads what signing needs
        ours, limit = sides.side_by_side(
            size.rounds, lambda: sides.rate(port, size.logins, request), lambda: sides.signatures(size.logins) / 2
        )
    return Row(
        what="logins a second",
        emulator=f"{ours:.0f}",
        beside=f"two RS256 signatures each, on one core: {limit:.0f}",
        ratio=f"{ours / limit:.2f}",
        target="",
    )


def _updates(size):
    with sides.served(sides.EMULATOR) as (port, _):
        token = sides.login(port)
        body = json.dumps({"owner": "test", "name": "alice", "displayName": "Alice Zhang"}).encode()
        request = sides.request(
            "POST", "/api/update-user", body, "application/json", f"Authorization: Bearer {token}\r\n"
        )
        rates = [sides.rate(port, size.updates, request) for _ in range(size.rounds)]
    return Row(
        what="profile updates a second", emulator=f"{statistics.median(rates):.0f}", beside="", ratio="", target=""
    )


def _reset(size):
    with sides.served(sides.EMULATOR) as (port, _):
        sides.login(port)
        connection, times = http.client.HTTPConnection("127.0.0.1", port), []
        for _ in range(size.resets):
            begun = time.perf_counter()
            connection.request("POST", "/_emulator/reset")
            connection.getresponse().read()
            times.append(time.perf_counter() - begun)
        connection.close()
    taken = f"{statistics.median(times) * 1000:.1f} ms"
    return Row(what="reset of a world over HTTP", emulator=taken, beside="", ratio="", target="at most 2 ms")


def _memory(size):
    with sides.served((*sides.BARE, "waitress", "signing")) as (port, process):
        sides.ask(port, "GET", "/api/health")
        floor = sides.resident(process.pid)
    with sides.served(sides.EMULATOR) as (port, process):
        sides.login(port)
        first = sides.resident(process.pid)
        for _ in range(size.logins_before_memory - 1):
            sides.login(port)
        resident = sides.resident(process.pid)
    return Row(
        what=f"resident memory after {size.logins_before_memory} logins",
        emulator=f"{resident:.0f} MB (after one: {first:.0f} MB)" if resident else "not measured here",
        beside=f"bare Flask on waitress, one RSA signature: {floor:.0f} MB" if floor else "",
        ratio=f"{resident / floor:.2f}" if floor else "",
        target="at most 40 MB",
    )


FIFTY = "version: 1\nsteps:\n" + "  - login: {as: alice}\n  - get_account: {}\n    expect: {json: {status: ok}}\n" * 25


def _fifty_steps(size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fifty.scenario.yaml"
        path.write_text(FIFTY, "utf-8")
        run = (sys.executable, "-m", "emulator", "run", str(path))
        ours, theirs = sides.side_by_side(
            size.runs, lambda: sides.seconds(run), lambda: sides.seconds((sys.executable, "-c", "import flask"))
        )
    return Row(
        what="a scenario of 50 steps, whole process",
        emulator=f"{ours:.2f} s",
        beside=f"python -c 'import flask': {theirs:.2f} s",
        ratio=f"{ours / theirs:.2f}",
        target="at most 0.6 s",
    )


def _library(size):
    run = (sys.executable, "-m", "emulator", "run", "scenarios")
    taken = statistics.median(sides.seconds(run) for _ in range(size.runs))
    number = len(list((sides.ROOT / "scenarios").rglob("*.yaml")))
    return Row(
        what=f"the {number} shipped scenarios, whole process",
        emulator=f"{taken:.2f} s",
        beside="",
        ratio="",
        target="about 1 s",
    )


def _plugin(size):
    """Compare a module of many tests that take a world with one of a single such test."""
    head = "import pytest\n@pytest.mark.parametrize('n', range({}))\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, number in (("many", size.plugin_tests + 1), ("one", 1)):
            body = head.format(number) + "def test_it(mockdoor, n):\n    pass\n"
            (Path(folder) / f"test_{name}.py").write_text(body, "utf-8")

        def seconds(name):
            words = ("-q", "-p", "no:cacheprovider", "-p", "emulator.pytest_plugin")
            plain = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            return sides.seconds((sys.executable, "-m", "pytest", *words, f"{folder}/test_{name}.py"), plain)

        ours, theirs = sides.side_by_side(size.runs, lambda: seconds("many"), lambda: seconds("one"))
    each = max(ours - theirs, 0) / size.plugin_tests
    return Row(
        what="a test with the pytest fixture, after the first",
        emulator=f"{each * 1000:.1f} ms",
        beside="",
        ratio="",
        target="at most 10 ms",
    )


def main():
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a little of everything, in seconds; no use as a measure")
    parser.add_argument("--write", action="store_true", help="also put the table into the README")
    parser.add_argument("--readme", type=Path, default=sides.ROOT / "README.md", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    text = table(measure(QUICK if chosen.quick else FULL))
    sys.stdout.write(text + "\n")
    if chosen.write:
        write(text, chosen.readme)


if __name__ == "__main__":
    main()
