"""mockdoor run -j: files side by side."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 200}\n"
BAD = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 500}\n"
#: Waits until the file of the other worker has opened the fifo; alone, it would wait for its time limit.
MEETING = "version: 1\nsteps:\n  - run: {{command: ['{python}', -c, 'open(\"{gate}\", \"{mode}\")'], timeout: 20s}}\n"
SERVER = """
import http.server, os
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = os.environ["MOCKDOOR_URL"].encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
"""
WAITING = """
import signal
open("{gate}", "w").write("here")
signal.pause()
"""


def run_of(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "emulator", "run", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )


@pytest.fixture(name="mockdoor")
def fixture_mockdoor(tmp_path):
    """Run scenarios in a folder of their own; return exit code, stdout without the seconds, and stderr."""

    def run(*words):
        with run_of(tmp_path, *words) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out.rpartition(" in ")[0] or out, err

    return run


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.scenario.yaml").write_text(text)


def test_reports_are_the_same_however_many_run_side_by_side(mockdoor, tmp_path):
    words = (ROOT / "scenarios" / "codes", "wechat-busy-once", "casdoor-hangs", "--json")
    found = []
    for jobs in (1, 2, 3):
        reports = [tmp_path / f"{jobs}.{kind}" for kind in ("xml", "html")]
        code, out, _ = mockdoor(*words, "-j", jobs, "--junit", reports[0], "--html", reports[1])
        texts = [re.sub(r' time="[0-9.]+"', "", report.read_text("utf-8")) for report in reports]
        found.append((code, out, *texts))

    assert found[0][0] == 0
    assert found == [found[0]] * 3


def test_two_files_run_at_the_same_time(mockdoor, tmp_path):
    os.mkfifo(tmp_path / "gate")
    for name, mode in (("a", "r"), ("b", "w")):
        write(tmp_path, **{name: MEETING.format(python=sys.executable, gate=tmp_path / "gate", mode=mode)})

    code, out, _ = mockdoor(".", "-j", "2")

    assert (code, out) == (0, "2 passed, 0 failed")


@pytest.mark.parametrize("words", [(), ("--fail-fast",)], ids=["to the end", "fail fast"])
def test_what_is_shown_is_the_same_and_in_the_order_of_the_files(mockdoor, tmp_path, words):
    write(tmp_path, a=GOOD, b=BAD, c=GOOD, d=BAD, e="version: 2\n", f=GOOD)

    alone = mockdoor(".", "-v", *words)

    assert mockdoor(".", "-v", "-j", "3", *words) == alone
    assert alone[0] == (1 if words else 2)


def test_each_worker_has_apps_of_its_own(mockdoor, tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    os.mkfifo(tmp_path / "gate")
    for name, mode in (("a", "r"), ("b", "w")):
        step = MEETING.format(python=sys.executable, gate=tmp_path / "gate", mode=mode).partition("steps:\n")[2]
        app = "version: 1\napps: {backend: {start: [python, server.py]}}\nsteps:\n"
        asked = "  - request: {to: backend, path: /}\n    expect: {text: {$regex: '^http://127'}}\n"
        write(tmp_path, **{name: app + step + asked})

    code, out, err = mockdoor(".", "-j", "2")

    assert (code, out) == (0, "2 passed, 0 failed"), err


def test_files_whose_apps_have_a_port_of_their_own_run_in_turn(mockdoor, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free_port = taken.getsockname()[1]
    (tmp_path / "server.py").write_text(SERVER)
    text = (
        f"version: 1\napps: {{backend: {{start: [python, server.py], port: {free_port}}}}}\n"
        "steps:\n  - request: {to: backend, path: /}\n    expect: {status: 200}\n"
    )
    write(tmp_path, a=text, b=text.replace("/}", "/b}"), c=text)

    code, out, err = mockdoor(".", "-j", "3")

    assert (code, out) == (0, "3 passed, 0 failed"), out + err


def test_an_interruption_ends_every_worker_and_does_finally(tmp_path):
    for name in ("a", "b"):
        os.mkfifo(tmp_path / f"gate-{name}")
        (tmp_path / f"{name}.py").write_text(WAITING.format(gate=tmp_path / f"gate-{name}"))
        step = f"  - run: {{command: ['{sys.executable}', {name}.py], timeout: 60s}}\n"
        write(tmp_path, **{name: f"version: 1\nsteps:\n{step}  - note: never\nfinally:\n  - note: done {name}\n"})
    write(tmp_path, c=GOOD)
    with run_of(tmp_path, ".", "-j", "2", "-v", "--junit", "r.xml") as process:
        for name in ("a", "b"):
            assert (tmp_path / f"gate-{name}").read_text() == "here"

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, "Traceback" in err) == (130, False), out + err
    assert [name in out for name in ("done a", "done b", "never", "c.scenario")] == [True, True, False, False]
    assert (tmp_path / "r.xml").read_text().count('message="interrupted"') == 2


def test_a_target_has_one_world_for_all(mockdoor, tmp_path):
    write(tmp_path, a=GOOD)

    code, _, err = mockdoor(".", "-j", "2", "--target", "http://127.0.0.1:1")

    assert (code, "-j goes without --target, where all scenarios share a world" in err) == (2, True)
