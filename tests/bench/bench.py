"""How fast the emulator is, side by side with a bare Flask application: `python tests/bench/bench.py`.

Prints a Markdown table. `--quick` runs a little of everything, `--write` puts the table into the README.
"""

import argparse
import atexit
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from table import Row, table, write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EMULATOR = (sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", "--quiet")
BARE = (sys.executable, str(HERE / "bare.py"))
CONNECTIONS = 4
CLIENT_ID = "6825f4f0af45554c8952"
CODE2SESSION = "/sns/jscode2session?" + urllib.parse.urlencode(
    {
        "appid": "wx0123456789abcdef",
        "secret": "0123456789abcdef0123456789abcdef",
        "js_code": "alice",
        "grant_type": "authorization_code",
    }
)
LOGIN = {"tag": "wechat_miniprogram", "client_id": CLIENT_ID, "code": "alice", "username": "alice"}


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured: rounds of each side, requests a round."""

    starts: int
    rounds: int
    lookups: int
    logins: int
    updates: int
    resets: int
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
        _memory(size),
        _fifty_steps(size),
        _library(size),
        _plugin(size),
    )


def _start(size):
    def seconds(command):
        begun = time.perf_counter()
        with _served(command) as (port, _):
            _ask(port, "GET", "/api/health")
            return time.perf_counter() - begun

    bare = (*BARE, "waitress")
    for command in (EMULATOR, bare):  # writes the bytecode
        seconds(command)
    ours, theirs = _side_by_side(size.starts, lambda: seconds(EMULATOR), lambda: seconds(bare))
    return Row(
        what="process start to first answer",
        emulator=f"{ours * 1000:.0f} ms",
        beside=f"bare Flask on waitress: {theirs * 1000:.0f} ms",
        ratio=f"{ours / theirs:.2f}",
        target="at most 1.6",
    )


def _lookups(size):
    request = _request("GET", CODE2SESSION)
    with _served(EMULATOR) as (port, _), _served(BARE) as (bare, _):
        ours, theirs = _side_by_side(
            size.rounds, lambda: _rate(port, size.lookups, request), lambda: _rate(bare, size.lookups, request)
        )
    return Row(
        what="code2session a second, journal on",
        emulator=f"{ours:.0f}",
        beside=f"bare Flask on the same server: {theirs:.0f}",
        ratio=f"{ours / theirs:.2f}",
        target="at least 0.8",
    )


def _logins(size):
    body = urllib.parse.urlencode(LOGIN).encode()
    request = _request("POST", "/api/login/oauth/access_token", body, "application/x-www-form-urlencoded")
    with _served(EMULATOR) as (port, _):
        _rate(port, CONNECTIONS, request)  # loads what signing needs
        ours, limit = _side_by_side(
            size.rounds, lambda: _rate(port, size.logins, request), lambda: _signatures(size.logins) / 2
        )
    return Row(
        what="logins a second",
        emulator=f"{ours:.0f}",
        beside=f"two RS256 signatures each, on one core: {limit:.0f}",
        ratio=f"{ours / limit:.2f}",
        target="",
    )


def _updates(size):
    with _served(EMULATOR) as (port, _):
        token = _login(port)
        body = json.dumps({"owner": "test", "name": "alice", "displayName": "Alice Zhang"}).encode()
        request = _request("POST", "/api/update-user", body, "application/json", f"Authorization: Bearer {token}\r\n")
        rates = [_rate(port, size.updates, request) for _ in range(size.rounds)]
    return Row(
        what="profile updates a second", emulator=f"{statistics.median(rates):.0f}", beside="", ratio="", target=""
    )


def _reset(size):
    with _served(EMULATOR) as (port, _):
        _login(port)
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
    with _served((*BARE, "waitress", "signing")) as (port, process):
        _ask(port, "GET", "/api/health")
        floor = _resident(process.pid)
    with _served(EMULATOR) as (port, process):
        _login(port)
        first = _resident(process.pid)
        for _ in range(size.logins_before_memory - 1):
            _login(port)
        resident = _resident(process.pid)
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
        ours, theirs = _side_by_side(
            size.runs, lambda: _seconds(run), lambda: _seconds((sys.executable, "-c", "import flask"))
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
    taken = statistics.median(_seconds(run) for _ in range(size.runs))
    number = len(list((ROOT / "scenarios").rglob("*.yaml")))
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
            return _seconds((sys.executable, "-m", "pytest", *words, f"{folder}/test_{name}.py"), plain)

        ours, theirs = _side_by_side(size.runs, lambda: seconds("many"), lambda: seconds("one"))
    each = max(ours - theirs, 0) / size.plugin_tests
    return Row(
        what="a test with the pytest fixture, after the first",
        emulator=f"{each * 1000:.1f} ms",
        beside="",
        ratio="",
        target="at most 10 ms",
    )


def _seconds(command, more=None):
    """Return how long a command takes from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=_environment() | (more or {}), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


@contextmanager
def _served(command):
    """Run a server for the length of a with-statement; yields its port and its process."""
    environment = _environment()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            yield urllib.parse.urlsplit(json.loads(process.stdout.readline())["url"]).port, process
        finally:
            process.terminate()


@cache
def _environment():
    """Return the environment of both sides: with bytecode, which an installed package has and a checkout may lack."""
    folder = tempfile.mkdtemp(prefix="mockdoor-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return without | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder}


def _rate(port, requests, request):
    """Return requests a second, of a load in a process of its own."""
    load = [sys.executable, str(HERE / "load.py"), str(port), str(CONNECTIONS), str(requests)]
    return requests / float(subprocess.run(load, input=request, capture_output=True, check=True).stdout)


def _signatures(number):
    """Return RS256 signatures a second with the shipped key, on one core."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key((ROOT / "emulator/data/casdoor/cert-built-in.key").read_bytes(), password=None)
    begun = time.perf_counter()
    for _ in range(number):
        key.sign(b"claims", PKCS1v15(), SHA256())
    return number / (time.perf_counter() - begun)


def _login(port):
    form = urllib.parse.urlencode(LOGIN)
    reply = _ask(
        port, "POST", "/api/login/oauth/access_token", form, {"Content-Type": "application/x-www-form-urlencoded"}
    )
    return json.loads(reply)["access_token"]


def _ask(port, method, target, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, target, body, headers or {})
        reply = connection.getresponse()
        if reply.status != 200:
            raise SystemExit(f"{method} {target} answered {reply.status}")
        return reply.read()
    finally:
        connection.close()


def _request(method, target, body=b"", content_type="", more=""):
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n{more}"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def _resident(process_id):
    """Return the resident memory of a process in MB, 0 where the system does not tell."""
    status = Path(f"/proc/{process_id}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _side_by_side(rounds, ours, theirs):
    """Return both sides' medians; they take turns at going first, since whoever does is at an advantage."""
    measured = []
    for turn in range(rounds):
        if turn % 2:
            second, first = theirs(), ours()
        else:
            first, second = ours(), theirs()
        measured.append((first, second))
    return tuple(statistics.median(side) for side in zip(*measured, strict=True))


def main():
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a little of everything, in seconds; no use as a measure")
    parser.add_argument("--write", action="store_true", help="also put the table into the README")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    text = table(measure(QUICK if chosen.quick else FULL))
    sys.stdout.write(text + "\n")
    if chosen.write:
        write(text, chosen.readme)


if __name__ == "__main__":
    main()
