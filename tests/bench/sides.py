"""Both sides of the benchmark: serving them, asking them, and taking turns."""

import atexit
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import bare

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EMULATOR = (sys.executable, "-m", "emulator", "serve", "--port", "0", "--json", "--quiet")
BARE = (sys.executable, str(HERE / "bare.py"))
CONNECTIONS = 4
#: Seconds that one row takes turns at most, and that one answer, one start, one command is waited for.
TURNS, PATIENCE = 60, 120
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


def seconds(command, more=None):
    """Return how long a command takes from start to end."""
    settings = environment() | (more or {})
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, check=True, timeout=PATIENCE)
    return time.perf_counter() - begun


@contextmanager
def served(command):
    """Run a server for the length of a with-statement; yields its port and its process."""
    with announced(command) as (started, process):
        yield port_of(started["url"]), process


@contextmanager
def announced(command):
    """Run a server for the length of a with-statement; yields what it says of its start, and its process."""
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as process:
        try:
            yield _announcement(process), process
        finally:
            process.terminate()
            with _killed_after_patience(process):
                process.wait()


@cache
def environment():
    """Return the environment of both sides: with bytecode, which an installed package has and a checkout may lack."""
    folder = tempfile.mkdtemp(prefix="mockdoor-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return without | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder, "MOCKDOOR_HOME": folder}


def rate(port, requests, request, secured=()):
    """Return requests a second, of a load in a process of its own; `secured` is what `load.py` takes for https."""
    load = [sys.executable, str(HERE / "load.py"), str(port), str(CONNECTIONS), str(requests), *secured]
    done = subprocess.run(load, input=request, capture_output=True, check=False, timeout=PATIENCE)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return requests / float(done.stdout)


def signatures(number):
    """Return RS256 signatures a second with the shipped key, on one core."""
    sign = bare.make_signature()
    begun = time.perf_counter()
    for _ in range(number):
        sign()
    return number / (time.perf_counter() - begun)


def login_request():
    """Return the bytes of alice's login."""
    body = urllib.parse.urlencode(LOGIN).encode()
    return request("POST", "/api/login/oauth/access_token", body, "application/x-www-form-urlencoded")


def login(port, world=""):
    """Log alice in, in the main world or behind the path of another, and return her access token."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = ask(port, "POST", f"{world}/api/login/oauth/access_token", urllib.parse.urlencode(LOGIN), headers)
    return json.loads(reply)["access_token"]


def ask(port, method, target, body=None, headers=None):
    """Return the body of a reply that must have status 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, target, body, headers or {})
        reply = connection.getresponse()
        if reply.status != 200:
            raise SystemExit(f"{method} {target} answered {reply.status}: {reply.read(300)!r}")
        return reply.read()
    finally:
        connection.close()


def request(method, target, body=b"", content_type="", more=""):
    """Return the bytes of a request."""
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n{more}"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def resident(process_id):
    """Return the resident memory of a process in MB, 0 where the system does not show it."""
    status = Path(f"/proc/{process_id}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def cpu_seconds(process_id):
    """Return the processor time that the threads of a process have used, 0 where the system does not show it."""
    threads = Path(f"/proc/{process_id}/task").glob("*/schedstat")
    return sum(int(one.read_text("utf-8").split()[0]) for one in threads) / 1e9


def side_by_side(rounds, ours, theirs):
    """Return both sides' medians; they take turns at going first, since whoever does is at an advantage."""
    measured = []
    for turn in turns(rounds):
        if turn % 2:
            second, first = theirs(), ours()
        else:
            first, second = ours(), theirs()
        measured.append((first, second))
    return tuple(statistics.median(side) for side in zip(*measured, strict=True))


def turns(rounds):
    """Count rounds, fewer of them when they would take too long, one at least."""
    end = time.monotonic() + TURNS
    for turn in range(rounds):
        if turn and time.monotonic() > end:
            return
        yield turn


def port_of(url):
    """Return the port of an address."""
    return urllib.parse.urlsplit(url).port


def _announcement(process):
    """Return what a server says of its start."""
    with _killed_after_patience(process):
        line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{' '.join(process.args)}: did not start")
    return json.loads(line)


@contextmanager
def _killed_after_patience(process):
    """Kill a process that has been waited for too long, so that the waiting ends."""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
