"""The runtime of mini programs in Node: its own tests, run by node:test beside a real emulator."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "emulator" / "js"
INSTALL = "npm ci --prefix emulator/js"

pytestmark = [
    pytest.mark.skipif(not shutil.which("node"), reason="node is not installed; the runtime of mini programs needs it"),
    pytest.mark.skipif(not (PACKAGE / "node_modules").is_dir(), reason=f"its packages are missing: {INSTALL}"),
]


def test_the_runtime_keeps_its_promises(tmp_path):
    files = sorted(map(str, PACKAGE.glob("test/*.test.mjs")))
    given = os.environ | {"MOCKDOOR_HOME": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "emulator", "exec", "--", "node", "--test", "--test-reporter=spec", *files],
        cwd=PACKAGE,
        env=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
