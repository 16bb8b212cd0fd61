"""Rows about what is kept: resident memory, and the file of `--state`."""

import statistics
import tempfile
import time
from pathlib import Path

import crowd
import sides
from table import Found, ratio

NOT_MEASURED = Found(emulator="not measured here")


def memory_after_one(size):
    """Weigh a server after its first login."""
    return _memory(size, 1)


def memory_after_many(size):
    """Weigh a server after many logins."""
    return _memory(size, size.logins_before_memory)


def state_file(size):
    """Weigh what one login in a large world adds to the file of `--state`, and the processor time that it costs."""
    with tempfile.TemporaryDirectory() as folder, sides.served(sides.EMULATOR) as (port, free):
        path = Path(folder) / "state.json"
        crowd.fill(port, size.crowd)
        path.write_bytes(sides.ask(port, "GET", "/_emulator/state"))
        with sides.served((*sides.EMULATOR, "--state", str(path))) as (saved_port, saved):
            _login_kept(saved_port, path)  # the first change after a start writes everything
            whole = path.stat().st_size
            turns = [
                (_login_kept(saved_port, path), _cpu_of(saved, saved_port, path), _cpu_of(free, port))
                for _ in sides.turns(size.rounds)
            ]
    added, with_file, without = (statistics.median(column) for column in zip(*turns, strict=True))
    return Found(
        emulator=f"{added / 1000:.1f} kB, {with_file * 1000:.1f} ms of CPU",
        beside=f"the whole state: {whole / 1e6:.1f} MB; without --state: {without * 1000:.1f} ms of CPU",
        ratio=ratio(added, whole),
    )


def _memory(size, logins):
    def ours():
        with sides.served(sides.EMULATOR) as (port, process):
            sides.login(port)
            if logins > 1:
                sides.rate(port, logins - 1, sides.login_request())
            return sides.resident(process.pid)

    def theirs():
        with sides.served((*sides.BARE, "waitress", "signing")) as (port, process):
            sides.ask(port, "GET", "/api/health")
            return sides.resident(process.pid)

    resident, floor = sides.side_by_side(size.weighings, ours, theirs)
    if not floor:
        return NOT_MEASURED
    return Found(
        emulator=f"{resident:.1f} MB",
        beside=f"bare Flask on waitress, one RSA signature: {floor:.1f} MB",
        ratio=ratio(resident, floor),
    )


def _login_kept(port, path):
    """Log in, wait until the file holds it, and return how many bytes were written."""
    before = path.stat()
    sides.login(port)
    after = _changed(path, before)
    return after.st_size - (before.st_size if after.st_ino == before.st_ino else 0)


def _cpu_of(process, port, path=None):
    """Return the processor time of a login, with what writes it to the file."""
    begun = sides.cpu_seconds(process.pid)
    if path is None:
        sides.login(port)
    else:
        _login_kept(port, path)
    return sides.cpu_seconds(process.pid) - begun


def _changed(path, before):
    """Return what the system shows of a file once it has changed and no longer grows."""
    end, seen = time.monotonic() + sides.PATIENCE, before
    while time.monotonic() < end:
        time.sleep(0.02)
        last, seen = seen, path.stat()
        if (seen.st_ino, seen.st_size) == (last.st_ino, last.st_size) != (before.st_ino, before.st_size):
            return seen
    raise SystemExit(f"{path}: nothing was written")
