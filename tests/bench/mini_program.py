"""Rows about mini programs in Node."""

import os
import shutil
import subprocess
from pathlib import Path

import sides
from table import Found, ratio

PROGRAM = sides.HERE / "mini_program.mjs"
PACKAGES = sides.ROOT / "emulator" / "js" / "node_modules"
#: Where miniprogram-simulate is looked for: `npm install --prefix FOLDER miniprogram-simulate@1.6.2 jsdom@22`.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mockdoor-bench"
ITEMS = 1000


def first_tap(size):
    """Compare Node's start to the first tap in a mini program with Node alone."""
    if not _can_run():
        return Found(emulator="not measured here")
    ours, theirs = sides.side_by_side(
        size.runs, lambda: sides.seconds(("node", str(PROGRAM), "tap")), lambda: sides.seconds(("node", "-e", "0"))
    )
    return Found(emulator=f"{ours:.2f} s", beside=f"node -e 0: {theirs:.2f} s", ratio=ratio(ours, theirs))


def set_data(size):
    """Compare setData on a list with the same component in miniprogram-simulate, which draws it in jsdom."""
    if not _can_run():
        return Found(emulator="not measured here")
    times = str(size.runs * 4)
    ours = _printed("node", str(PROGRAM), "set-data", str(ITEMS), times)
    if not (CACHE / "node_modules" / "miniprogram-simulate").is_dir():
        return Found(emulator=f"{ours:.1f} ms", beside="miniprogram-simulate: not installed here")
    theirs = _printed("node", str(sides.HERE / "simulate.cjs"), str(CACHE), str(ITEMS), times)
    return Found(
        emulator=f"{ours:.1f} ms", beside=f"miniprogram-simulate in jsdom: {theirs:.1f} ms", ratio=ratio(ours, theirs)
    )


def _can_run():
    return bool(shutil.which("node")) and PACKAGES.is_dir()


def _printed(*command):
    done = subprocess.run(command, cwd=sides.ROOT, capture_output=True, text=True, check=True, timeout=sides.PATIENCE)
    return float(done.stdout)
