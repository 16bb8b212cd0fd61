"""A server's worlds kept in a file: read at the start, then written to as far as something changed."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from emulator.control import snapshot
from emulator.world.state import State
from emulator.world.world import World

if TYPE_CHECKING:
    from filelock import FileLock

#: Seconds between two looks for changes; a change is in the file a second later at most.
PAUSE = 0.5
MAIN = "main"
#: The file is written whole again when its changes are longer than this many bytes, and than twice the rest.
MIN_COMPACTION = 1024 * 1024


class Unreadable(Exception):
    """A state file that cannot be used; the text says which, why, and what helps."""

    def __init__(self, text: str, *, hint: str = "correct it, or name another file") -> None:
        super().__init__(f"{text}; {hint}")


@dataclass(kw_only=True)
class _Written:
    """What the file holds of a world: up to which revision of which state, and the small things besides the tables."""

    state: State
    revision: int
    rest: Mapping[str, object]


class StateFile:
    """Keeps worlds in a file, as a context manager.

    The file begins with what `GET state` answers for the world `main`, and under `worlds` the same for every other one.
    While the server runs, a line follows for each change; when it ends, and when the changes outgrow the rest, the file
    is replaced whole. A crash leaves what was written before it. That the file cannot be written is reported once.
    """

    def __init__(self, path: Path, worlds: MutableMapping[str, World], *, report: Callable[[str], None]) -> None:
        self.path = path
        self._report = report
        self._worlds = worlds
        #: Where a symbolic link leads, so that the link stays one.
        self._target = Path(os.path.realpath(path))
        self._written: dict[str, _Written] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="mockdoor-state", daemon=True)
        self._failed = False
        self._lock: FileLock | None = None
        self._file: BinaryIO | None = None
        self._base_size = self._size = 0

    def load(self) -> bool:
        """Claim the file for this server and put the worlds into its state; return whether there was a file.

        Raises Unreadable, changing nothing; also when another server has claimed the file.
        """
        self._claim()
        try:
            text = _whole_characters(self._target.read_bytes()).decode()
        except FileNotFoundError:
            return False
        except (OSError, UnicodeDecodeError) as error:
            self.close()
            raise Unreadable(f"{self.path}: {getattr(error, 'strerror', None) or error}") from error
        try:
            self._restore(text)
        except Unreadable:
            self.close()
            raise
        return True

    def write(self) -> None:
        """Write every world to the file, in one replacement."""
        frozen = {name: _frozen(world) for name, world in list(self._worlds.items())}
        states = {name: snapshot.encode(one) for name, (one, _) in frozen.items()}
        text = snapshot.dump(states.pop(MAIN))
        if states:
            others = ",\n".join(f"{json.dumps(name)}: {snapshot.dump(one).rstrip()}" for name, one in states.items())
            text = text.removesuffix("\n}\n") + f',\n "worlds": {{\n{others}}}\n}}\n'
        self._replace(text.encode())
        self._written = {name: written for name, (_, written) in frozen.items()}

    def write_changes(self) -> None:
        """Append what has changed since the last time; everything, when the changes have outgrown the rest."""
        lines = list(self._changes())
        if not lines:
            return
        if self._file is None or self._size > max(MIN_COMPACTION, 2 * self._base_size):
            self.write()
            return
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line, _, _ in lines).encode()
        try:
            self._file.write(text)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file.close()  # it may end with half a line now, so the next time it is replaced whole
            self._file = None
            raise
        self._size += len(text)
        for _, name, written in lines:
            if written is None:
                self._written.pop(name, None)
            else:
                self._written[name] = written

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._reporting(self._finish)
        self.close()

    def _finish(self) -> None:
        if self._file is None or self._size or any(self._changes()):
            self.write()

    def _claim(self) -> None:
        from filelock import FileLock, Timeout

        lock = FileLock(self._target.with_name(f".{self._target.name}.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            text = f"{self.path}: another mockdoor serves from this file"
            raise Unreadable(text, hint="stop it first, or name another file") from error
        except OSError as error:
            raise Unreadable(f"{self.path}: {error.strerror}") from error
        self._lock = lock

    def _restore(self, text: str) -> None:
        """Put the worlds into what the file says; raises Unreadable, changing nothing."""
        states = _Reader(self.path, self._worlds[MAIN]).read(text)
        for name, state in states.items():
            if name in self._worlds:
                self._worlds[name].replace_state(state)
            else:
                main = self._worlds[MAIN]
                world = main.new_world(state.setting, name=name, profile=state.profile)
                world.replace_state(state)
                self._worlds[name] = world

    def _changes(self) -> Iterator[tuple[dict[str, Any], str, _Written | None]]:
        """Yield a line for each world that is not as the file has it, and what the file holds of it afterwards."""
        worlds = dict(self._worlds)
        for name in [name for name in self._written if name not in worlds]:
            yield {"world": name, "gone": True}, name, None
        for name, world in worlds.items():
            state, known = world.state, self._written.get(name)
            if known is None or known.state is not state:
                frozen, written = _frozen(world)
                yield {"world": name, "state": snapshot.encode(frozen)}, name, written
                continue
            with state.lock:
                written = _Written(state=state, revision=state.revision, rest=snapshot.rest_of(state))
                if (written.revision, written.rest) == (known.revision, known.rest):
                    continue
                parts = snapshot.freeze_changes(state, known.revision)
            yield {"world": name, "changes": snapshot.encode_changes(state, written.rest, parts)}, name, written

    def _watch(self) -> None:
        while not self._stop.wait(PAUSE):
            self._reporting(self.write_changes)

    def _reporting(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Exception as error:  # a boundary: it reports, and the next change is tried again
            why = error.strerror if isinstance(error, OSError) else repr(error)
            if not self._failed:
                self._report(f"mockdoor: {self.path} cannot be written: {why}")
            self._failed = True
        else:
            self._failed = False

    def _replace(self, text: bytes) -> None:
        """Write the file under another name next to it, and put it in its place; both are closed then, for Windows."""
        if self._file is not None:
            self._file.close()
            self._file = None
        folder, name = self._target.parent, self._target.name
        with NamedTemporaryFile("wb", dir=folder, prefix=f".{name}.", delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                file.close()
                temporary.unlink(missing_ok=True)
                raise
        try:
            temporary.replace(self._target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._file = self._target.open("ab")
        self._base_size, self._size = len(text), 0


class _Reader:
    """Reads a state file: the state that it begins with, then the lines of changes."""

    def __init__(self, path: Path, main: World) -> None:
        self._path = path
        self._main = main
        self._states: dict[str, State] = {}

    def read(self, text: str) -> dict[str, State]:
        """Return the state of each world; raises Unreadable."""
        try:
            whole, end = json.JSONDecoder().raw_decode(text.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{self._path}: not JSON, so not a state that mockdoor has written: {error}") from error
        if not isinstance(whole, dict):
            raise Unreadable(f"{self._path}: a state is a JSON object")
        others = whole.pop("worlds", {})
        if not isinstance(others, dict):
            raise Unreadable(f"{self._path}: 'worlds' must be an object of states by name")
        for name, one in {MAIN: whole, **others}.items():
            self._put(name, one)
        first = text.count("\n", 0, end) + 1
        lines = text[end:].split("\n")
        for number, line in enumerate(lines):
            if line.strip():
                self._apply(line, first + number, last=number == len(lines) - 1)
        return self._states

    def _apply(self, line: str, number: int, *, last: bool) -> None:
        try:
            change = json.loads(line)
        except (ValueError, RecursionError) as error:
            if last:
                return  # a crash in the middle of the line: what it began to say was never promised
            raise Unreadable(f"{self._path}:{number}: not a change that mockdoor has written: {error}") from error
        name = change.get("world") if isinstance(change, dict) else None
        if not isinstance(name, str) or not {"state", "changes", "gone"} & set(change):
            raise Unreadable(f"{self._path}:{number}: not a change that mockdoor has written")
        if "state" in change:
            self._put(name, change["state"], number)
        elif "gone" in change:
            self._states.pop(name, None)
        elif name in self._states:
            try:
                snapshot.restore_changes(self._states[name], change["changes"], self._main.wall)
            except ValueError as error:
                raise Unreadable(f"{self._path}:{number}: {error}") from error

    def _put(self, name: str, given: Any, number: int = 0) -> None:
        try:
            self._states[name] = snapshot.decode(self._main, given)
        except ValueError as error:
            where = f"{number}:" if number else ("" if name == MAIN else f" world {name!r}:")
            raise Unreadable(f"{self._path}:{where} {error}") from error


def _whole_characters(written: bytes) -> bytes:
    """Return the bytes without half a character at their end, where a crash may have cut the last line."""
    try:
        written.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return written[: error.start]
    return written


def _frozen(world: World) -> tuple[snapshot.Frozen, _Written]:
    state = world.state
    with state.lock:
        frozen = snapshot.freeze(state)
        return frozen, _Written(state=state, revision=state.revision, rest=snapshot.rest_of(state))
