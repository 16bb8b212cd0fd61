"""What failed in the last run of a folder, kept for `mockdoor run --rerun-failed`."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from emulator.core.folders import cache_folder
from emulator.runner.results import RunResult

_FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class LastRun:
    """The scenario files that failed, relative to the folder of the run, and the profiles that it was told to use."""

    failed: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


def remember(found: RunResult, profiles: Iterable[str], *, before: LastRun | None = None) -> None:
    """Keep what failed; of `before`, the run whose failures were repeated, also what this run did not reach.

    Nothing is said when it cannot be kept: a run is good without it.
    """
    reached = [str(suite.path) for suite in found.suites]
    failed = [str(suite.path) for suite in found.suites if suite.problems or any(map(found.failed, suite.cases))]
    failed += [path for path in (before.failed if before else ()) if path not in reached]
    kept = {"format": _FORMAT, "folder": os.fspath(Path.cwd()), "failed": failed, "profiles": list(profiles)}
    try:
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError:
        return


def recall() -> LastRun | None:
    """Return the last run of this folder; None when none is remembered."""
    try:
        kept = json.loads(_path().read_text("utf-8"))
        if kept["format"] != _FORMAT:
            return None
        return LastRun(failed=tuple(map(str, kept["failed"])), profiles=tuple(map(str, kept["profiles"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path() -> Path:
    """Return the file for the folder in which the command runs; it is never inside a project."""
    return cache_folder() / "runs" / f"{sha256(os.fsencode(Path.cwd())).hexdigest()[:16]}.json"
