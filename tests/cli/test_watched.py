"""What `--watch` of serve and run promises: what is saved is read again, and mistakes change nothing."""

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

FIRST = "version: 1\npersonas: {dora: {}}\n"
STEPS = "steps:\n  - login: {as: dora}\n    expect: {status: STATUS}\n"


@contextmanager
def mockdoor(*words):
    """Run a command that goes on until it is interrupted, which it minds though tests may run in the background."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def lines_until(stream, words):
    """Return the lines of a stream up to one with these words in it."""
    found = []
    for line in stream:
        found.append(line)
        if words in line:
            return found
    raise AssertionError(f"{words!r} never came: {found}")


def personas(url):
    with urllib.request.urlopen(f"{url}/_emulator/personas") as reply:
        return {one["name"] for one in json.load(reply)["personas"]}


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    path = tmp_path / "a.scenario.yaml"
    path.write_text(FIRST)
    return path


def test_serve_begins_anew_with_what_is_saved_and_keeps_the_last_good_one(file):
    with mockdoor("serve", file, "--watch", "--port", 0, "--json", "--quiet") as server:
        url = json.loads(server.stdout.readline())["url"]

        file.write_text(FIRST.replace("{}}", "{}, eve: {}}"))
        lines_until(server.stderr, "the world begins anew with it")
        assert {"dora", "eve"} <= personas(url)

        file.write_text("version: 1\npersonas: {frank: {bad: 1}}\n")
        said = lines_until(server.stderr, "the last good version goes on")
        assert f"{file}:2:20: unknown key 'bad'" in said[0]
        assert {"dora", "eve"} <= personas(url)


def test_run_runs_again_after_a_save_until_it_is_interrupted(file):
    file.write_text(FIRST + STEPS.replace("STATUS", "200"))
    with mockdoor("run", file, "--watch") as run:
        lines_until(run.stderr, "watching for changes")

        file.write_text(FIRST + STEPS.replace("STATUS", "201"))
        lines_until(run.stderr, "watching for changes")
        run.send_signal(signal.SIGINT)

        out, _ = run.communicate(timeout=30)
    assert [line.partition(" in ")[0] for line in out.splitlines() if " passed, " in line] == [
        "1 passed, 0 failed",
        "0 passed, 1 failed",
    ]
    assert run.returncode == 130


def test_watching_nothing_is_a_mistake():
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "serve", "--watch", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "--watch goes with a scenario file" in done.stderr) == (2, True)
