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
import time
import urllib.parse
from contextlib import contextmanager
from functools import cache
from pathlib import Path

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


def seconds(command, more=None):
    """Return how long a command takes from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment() | (more or {}), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


@contextmanager
def served(command):
    """Run a server for the length of a with-statement; yields its port and its process."""
    settings = environment()
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE) as process:
        try:
            yield urllib.parse.urlsplit(json.loads(process.stdout.readline())["url"]).port, process
        finally:
            process.terminate()


@cache
def environment():
    """Return the environment of both sides: with bytecode, which an installed package has and a checkout may lack."""
    folder = tempfile.mkdtemp(prefix="mockdoor-bench-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return without | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": folder}


def rate(port, requests, request):
    """Return requests a second, of a load in a process of its own."""
    load = [sys.executable, str(HERE / "load.py"), str(port), str(CONNECTIONS), str(requests)]
    return requests / float(subprocess.run(load, input=request, capture_output=True, check=True).stdout)


def signatures(number):
    """Return RS256 signatures a second with the shipped key, on one core."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key((ROOT / "emulator/data/casdoor/cert-built-in.key").read_bytes(), password=None)
    begun = time.perf_counter()
    for _ in range(number):
        key.sign(b"claims", PKCS1v15(), SHA256())
    return number / (time.perf_counter() - begun)


def login(port):
    form = urllib.parse.urlencode(LOGIN)
    reply = ask(
        port, "POST", "/api/login/oauth/access_token", form, {"Content-Type": "application/x-www-form-urlencoded"}
    )
    return json.loads(reply)["access_token"]


def ask(port, method, target, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request(method, target, body, headers or {})
        reply = connection.getresponse()
        if reply.status != 200:
            raise SystemExit(f"{method} {target} answered {reply.status}")
        return reply.read()
    finally:
        connection.close()


def request(method, target, body=b"", content_type="", more=""):
    head = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n{more}"
    if body:
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def resident(process_id):
    """Return the resident memory of a process in MB, 0 where the system does not tell."""
    status = Path(f"/proc/{process_id}/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def side_by_side(rounds, ours, theirs):
    """Return both sides' medians; they take turns at going first, since whoever does is at an advantage."""
    measured = []
    for turn in range(rounds):
        if turn % 2:
            second, first = theirs(), ours()
        else:
            first, second = ours(), theirs()
        measured.append((first, second))
    return tuple(statistics.median(side) for side in zip(*measured, strict=True))
