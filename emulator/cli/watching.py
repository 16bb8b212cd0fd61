"""Doing something again whenever files change: what `--watch` of the commands is made of."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from glob import glob
from pathlib import Path
from typing import NoReturn

import click

from emulator.cli.options import INTERRUPTED

#: Milliseconds: a change is acted upon when it has been quiet for so long, and after so long at the latest.
QUIET, LONGEST = 20, 200
#: Milliseconds after which the files are looked at in any case; some file systems report no changes.
LOOK = 1000
#: Seconds that a file may be gone while an editor saves it.
GONE = 0.3
_STEP = 0.01
#: Nanoseconds by which a file's time may be behind the clock.
_COARSE = 10_000_000

#: A file's number, time and size; None for one that is not there.
Stamp = tuple[int, int, int] | None


def watch(
    paths_of: Callable[[], Iterable[Path]], act: Callable[[], None], *, stop: threading.Event | None = None
) -> None:
    """Act now, and again after each change of one of the paths, until an interruption or `stop`.

    `paths_of` is asked after each act and at each change, so that the files may become others; one of them may be
    missing, or be a folder, of which only new names count. What `act` raises ends the watching.
    """
    import watchfiles

    stop = stop or threading.Event()
    while not stop.is_set():
        seen, begun = _stamps(paths_of()), time.time_ns() - _COARSE
        act()
        seen = {path: seen.get(path, _before(begun, stamp)) for path, stamp in _stamps(paths_of()).items()}
        if _settled(paths_of, seen) != seen:
            continue
        for _ in watchfiles.watch(
            *_folders(seen),
            watch_filter=None,
            debounce=LONGEST,
            step=QUIET,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            recursive=False,
            stop_event=stop,
        ):
            if _settled(paths_of, seen) != seen:
                break


def watch_scenarios(given: Iterable[str], act: Callable[[], None], *, stop: threading.Event | None = None) -> None:
    """Act now, and again after each change of what `act` read of scenarios, or of a file that `given` names or holds.

    Their `extends`, `init_data` and tables count too. Ends as `watch` does.
    """
    from emulator.scenario.document import reading

    read: set[Path] = set()
    named = tuple(given)

    def act_and_note() -> None:
        read.clear()
        with reading() as found:
            act()
        read.update(found)

    watch(lambda: {*read, *_named(named)}, act_and_note, stop=stop)


def repeat(watcher: Callable[[Callable[[], None]], None], act: Callable[[], None]) -> NoReturn:
    """Act again and again as `watcher` says, whatever exit code that ends with; exit 130 on an interruption."""

    def act_once() -> None:
        try:
            act()
        except SystemExit as ended:
            if ended.code == INTERRUPTED:
                raise
        click.echo("watching for changes; Ctrl-C ends it", err=True)

    with suppress(KeyboardInterrupt):
        watcher(act_once)
    sys.exit(INTERRUPTED)


def _named(given: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are or may be meant by what the command line names."""
    for one in given:
        path = Path(one)
        if path.is_dir():
            yield path
            yield from path.rglob("*.yaml")
        elif any(char in one for char in "*?["):
            yield from map(Path, glob(one, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        else:
            yield path


def _settled(paths_of: Callable[[], Iterable[Path]], seen: dict[Path, Stamp]) -> dict[Path, Stamp]:
    """Return the stamps, once no file that was there is gone, as it is for a moment where editors save by renaming."""
    end = time.monotonic() + GONE
    while True:
        now = _stamps({*seen, *paths_of()})
        if all(now[path] or not stamp for path, stamp in seen.items()) or time.monotonic() > end:
            return now
        time.sleep(_STEP)


def _stamps(paths: Iterable[Path]) -> dict[Path, Stamp]:
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return (0, 0, 0) if path.is_dir() else (found.st_ino, found.st_mtime_ns, found.st_size)


def _before(begun: int, stamp: Stamp) -> Stamp:
    """Return the stamp of a file that an act has found, None when it changed since that began."""
    return None if stamp and stamp[1] >= begun else stamp


def _folders(paths: Iterable[Path]) -> set[Path]:
    """Return the folders whose names tell of changes: those of the files, for a missing one the nearest above."""
    return {next(one for one in (path, *path.parents, Path()) if one.is_dir()) for path in map(Path.absolute, paths)}
