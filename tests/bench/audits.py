"""A row about the audit of a good backend: how long it takes in all, and for each request."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from table import Found, ratio

BACKENDS = Path(__file__).parents[1] / "backends"
FILE = f"""
version: 1
apps: {{backend: {{start: [{json.dumps(sys.executable)}, good_direct.py], cwd: {json.dumps(str(BACKENDS))}}}}}
audit:
  app: backend
  login:
    request: {{method: POST, path: /login, json: {{code: "${{code}}"}}}}
    success: {{status: 200, json: {{token: {{$type: string}}}}}}
    refused: {{status: [400, 401, 403]}}
    unavailable: {{status: 503}}
    logged_in: {{path: /me, headers: {{Authorization: "Bearer ${{token}}"}}}}
"""


def whole(size):
    """Compare a whole audit with one of a single quick rule, which has the start and the plain logins only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "login.audit.yaml"
        path.write_text(FILE, "utf-8")
        least, few = _audited(path, "--only", "text-plain-accepted")
        most, all_of_them = _audited(path, *size.audit)
    each = (most - least) / (all_of_them - few)
    return Found(
        emulator=f"{most:.0f} s",
        beside=f"{all_of_them} requests, {each * 1000:.0f} ms each; plain logins only: {least:.1f} s",
        ratio=ratio(most, least),
    )


def _audited(path, *options):
    """Return the seconds of an audit, and how many requests it made."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "audit", str(path), *options],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"LC_ALL": "C"},
    )
    seconds = time.perf_counter() - begun
    words = done.stdout.rsplit("·", 1)[1].split()  # "… · 171 requests to backend in 41.6 s"
    return seconds, int(words[0])
