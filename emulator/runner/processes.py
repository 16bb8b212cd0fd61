"""Programs in process groups of their own, which end with us whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from emulator.runner.output import Output

#: Seconds that a group has between SIGTERM and SIGKILL.
GRACE = 3.0
_STEP = 0.02
#: Waits for the end of its input, which comes when we end in whatever way, and then ends the group.
_WATCHER = 'read -r g || exit 0; cat >/dev/null; kill -s TERM -- "-$g"; sleep 1; kill -s KILL -- "-$g"'


class CannotStart(Exception):
    """A program that did not start, or an app that did not become ready; the text says why."""


class Process:
    """A program that runs in a session and process group of its own."""

    def __init__(self, started: "subprocess.Popen[bytes]") -> None:
        self._popen = started
        self.group = started.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, None while it runs, negative for the signal that ended it.

        The process is not reaped, so that its number stays its own until the whole group has ended.
        """
        if self._popen.returncode is not None or not hasattr(os, "waitid"):
            return self._popen.poll()
        found = os.waitid(os.P_PID, self.group, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        return found.si_status if found.si_code == os.CLD_EXITED else -found.si_status

    def wait(self, seconds: float) -> int | None:
        """Return the exit code once there is one, None when it does not come in time."""
        end = time.monotonic() + seconds
        while (code := self.exit_code) is None and time.monotonic() < end:
            time.sleep(_STEP)
        return code

    def end(self, *, grace: float = GRACE) -> None:
        """End the whole group: SIGTERM, some seconds of grace, SIGKILL."""
        try:
            self._signal(signal.SIGTERM)
            end = time.monotonic() + grace
            while self._is_group_alive() and time.monotonic() < end:
                time.sleep(_STEP)
        finally:
            self._signal(signal.SIGKILL)
            self._popen.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def _is_group_alive(self) -> bool:
        members = group_members(self.group)
        if members is not None:
            return bool(members)
        return self.exit_code is None


@contextmanager
def running(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    outputs: Sequence[Output],
    grace: float = GRACE,
    stdin: int = subprocess.DEVNULL,
) -> Iterator[Process]:
    """Run a program without a shell, its stdout and stderr followed by the one or two outputs; end its group at last.

    `stdin` is a file descriptor that it reads from. Raises CannotStart.
    """
    if not hasattr(os, "killpg"):
        raise CannotStart("programs are started on Unix systems only")
    if not cwd.is_dir():
        raise CannotStart(f"its cwd {cwd} {'is not a folder' if cwd.exists() else 'does not exist'}")
    pipes = [os.pipe() for _ in outputs]
    program = find_program(command[0], cwd, environment)
    with _watcher() as watch:
        try:
            started = subprocess.Popen(  # noqa: S603  # the user's own program
                [program, *command[1:]],
                cwd=cwd,
                env=environment,
                stdin=stdin,
                stdout=pipes[0][1],
                stderr=pipes[-1][1],
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            for source, _ in pipes:
                os.close(source)
            raise CannotStart(_reason(command[0], error)) from error
        finally:
            for _, target in pipes:
                os.close(target)
        process = Process(started)
        try:
            os.write(watch, b"%d\n" % process.group)
            for output, (source, _) in zip(outputs, pipes, strict=True):
                output.follow(source)
            yield process
        finally:
            process.end(grace=grace)
            for output in outputs:
                output.wait(1)


def find_program(name: str, cwd: Path, environment: Mapping[str, str]) -> str:
    """Return the program of a name: from PATH, or from `cwd` where the name holds a slash.

    `python` and `python3` are this interpreter where PATH has none. What is not found stays as it is.
    """
    if "/" in name:
        return str((cwd / name).absolute())
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None and name in ("python", "python3") and sys.executable:
        return sys.executable
    return found or name


def group_members(group: int) -> list[int] | None:
    """Return the processes of a group that still run, None where the system does not tell (it has no /proc)."""
    proc = Path("/proc")
    if not (proc / "self" / "stat").exists():
        return None
    found = []
    for entry in os.listdir(proc):  # noqa: PTH208  # names only
        if not entry.isdigit():
            continue
        with suppress(OSError):
            fields = (proc / entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry))
    return found


def listening_ports(group: int) -> list[int]:
    """Return the TCP ports on which a group listens, as far as the system tells."""
    inodes = {inode for pid in group_members(group) or () for inode in _sockets(pid)}
    ports = set()
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and fields[9] in inodes:
                    ports.add(int(fields[1].rpartition(":")[2], 16))
    return sorted(ports)


def _sockets(pid: int) -> Iterator[str]:
    folder = Path("/proc", str(pid), "fd")
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208  # names only
            with suppress(OSError):
                target = os.readlink(folder / name)  # noqa: PTH115  # a link to no file
                if target.startswith("socket:["):
                    yield target[8:-1]


@contextmanager
def _watcher() -> Iterator[int]:
    """Start what ends a group when we end without a word, as by kill -9; yields where to write the group's number."""
    ours, theirs = os.pipe()
    watcher = subprocess.Popen(  # noqa: S603  # a fixed text
        ["/bin/sh", "-c", _WATCHER],
        stdin=ours,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(ours)
    try:
        yield theirs
    finally:
        with suppress(ProcessLookupError):
            os.killpg(watcher.pid, signal.SIGKILL)
        watcher.wait()
        os.close(theirs)


def _reason(name: str, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        if "/" in name and "No such" in str(error) and Path(str(error.filename)).exists():
            return f"{name!r} cannot be executed: what its first line names does not exist"
        return f"there is no program {name!r}{'' if '/' in name else ' on PATH'}"
    if isinstance(error, PermissionError):
        return f"{name!r} may not be executed"
    return f"{name!r} cannot be executed: {getattr(error, 'strerror', None) or error}"
