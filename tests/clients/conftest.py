"""What the tests of client libraries share: programs that run beside an emulator, under `mockdoor exec`."""

import os
import subprocess
import sys

import pytest

PROXY_NAMES = ("proxy", "bundle", "ssl_cert", "node_")


@pytest.fixture(name="mockdoor_exec", scope="session")
def fixture_mockdoor_exec(tmp_path_factory):
    """Run a command under `mockdoor exec`; returns what it has printed. Without the outer proxy, if any."""
    given = {name: value for name, value in os.environ.items() if not any(one in name.lower() for one in PROXY_NAMES)}
    given["MOCKDOOR_HOME"] = str(tmp_path_factory.mktemp("data"))

    def run(*command, options=(), cwd=None):
        done = subprocess.run(
            [sys.executable, "-m", "emulator", "exec", *map(str, options), "--", *map(str, command)],
            cwd=cwd,
            env=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
