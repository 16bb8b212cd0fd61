"""Mini programs as they are written or compiled: run in Node by node:test, beside a real emulator."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
BUILT = Path(os.environ.get("MOCKDOOR_PROGRAMS") or CACHE / "mockdoor" / "programs")
PACKAGE = HERE.parents[1] / "emulator" / "js"

pytestmark = [
    pytest.mark.skipif(not shutil.which("node"), reason="node is not installed; mini programs run in it"),
    pytest.mark.skipif(
        not (PACKAGE / "node_modules").is_dir(),
        reason="the runtime's packages are missing: npm ci --prefix emulator/js",
    ),
]


def test_programs_written_by_hand_log_in(tmp_path):
    done = run_beside_emulator(HERE / "login.test.mjs", tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("file", "programs"), [("frameworks", ("taro", "uni")), ("kits", ("kits",))])
def test_compiled_programs_and_component_libraries_work(tmp_path, file, programs):
    missing = [program for program in programs if not (BUILT / program / ".built").is_file()]
    if missing:
        pytest.skip(f"not built: {', '.join(missing)}; run tests/programs/build")

    done = run_beside_emulator(HERE / f"{file}.test.mjs", tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def run_beside_emulator(file, tmp_path):
    given = os.environ | {"MOCKDOOR_HOME": str(tmp_path), "MOCKDOOR_PROGRAMS": str(BUILT)}
    return subprocess.run(
        [sys.executable, "-m", "emulator", "exec", "--", "node", "--test", "--test-reporter=spec", str(file)],
        cwd=tmp_path,
        env=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
