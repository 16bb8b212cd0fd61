"""Rows about running scenarios: side by side, against an app of one's own, and again after a save."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import sides
from table import Found, ratio

BACKENDS = Path(__file__).parents[1] / "backends"
STEPS = 200


def side_by_side(size):
    """Compare two workers with one over the shipped scenarios."""
    folder = sides.ROOT / "scenarios"
    ours, theirs = sides.side_by_side(
        size.runs, lambda: _seconds("run", folder, "-j", "2"), lambda: _seconds("run", folder, "-j", "1")
    )
    return Found(emulator=f"{ours:.2f} s", beside=f"-j 1: {theirs:.2f} s", ratio=ratio(ours, theirs))


def to_an_app(size):
    """Compare steps that ask an app with steps that ask the emulator."""
    app = {"start": [sys.executable, "echo.py"], "cwd": str(BACKENDS)}

    def seconds(to):
        step = {"request": {"path": "/health" if to else "/api/health"} | ({"to": "backend"} if to else {})}
        scenario = {"version": 1, "apps": {"backend": app}, "steps": [step] * STEPS}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.scenario.yaml"
            path.write_text(json.dumps(scenario), "utf-8")
            return _seconds("run", path)

    ours, theirs = sides.side_by_side(size.runs, lambda: seconds(True), lambda: seconds(False))
    return Found(
        emulator=f"{STEPS} steps: {ours:.2f} s", beside=f"to the emulator: {theirs:.2f} s", ratio=ratio(ours, theirs)
    )


def from_save_to_served(size):
    """Measure from a save until the server says what was saved."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.scenario.yaml"
        path.write_text("version: 1\npersonas: {p0: {}}\n", "utf-8")
        with sides.announced((*sides.EMULATOR, str(path), "--watch")) as (started, _):
            found = sorted(_saved_and_served(path, started["url"], number) for number in range(1, size.runs + 2))
    return Found(emulator=f"{found[len(found) // 2] * 1000:.0f} ms", beside="", ratio="")


def _saved_and_served(path, url, number):
    begun = time.perf_counter()
    path.write_text(f"version: 1\npersonas: {{p{number}: {{}}}}\n", "utf-8")
    while time.perf_counter() < begun + 10:
        with urllib.request.urlopen(f"{url}/_emulator/personas") as reply:
            if f'"p{number}"'.encode() in reply.read():
                return time.perf_counter() - begun
        time.sleep(0.01)
    raise AssertionError("what was saved is not served after 10 s")


def _seconds(*words):
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "emulator", *map(str, words)],
        check=True,
        capture_output=True,
        env=os.environ | {"LC_ALL": "C"},
    )
    return time.perf_counter() - begun
