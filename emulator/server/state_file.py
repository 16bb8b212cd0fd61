"""A server's worlds kept in a file: read at the start, written after every change and at the end."""

import json
import os
import threading
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Any, Self

from emulator.control import snapshot
from emulator.world.world import World

#: Seconds between two looks for changes; a change is in the file a second later at most.
PAUSE = 0.5
MAIN = "main"


class Unreadable(Exception):
    """A state file that cannot be used; the text says which and why."""


class StateFile:
    """Keeps worlds in a file, as a context manager.

    The file is what `GET state` answers for the world `main`, and under `worlds` the same for every other one. It is
    replaced whole, so that a crash in the middle leaves the one before. That it cannot be written is told once.
    """

    def __init__(self, path: Path, worlds: MutableMapping[str, World], *, tell: Callable[[str], None]) -> None:
        self.path = path
        self._tell = tell
        self._worlds = worlds
        self._written: dict[str, tuple[int, int]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="mockdoor-state", daemon=True)
        self._failed = False

    def load(self) -> bool:
        """Put the worlds into the file's state; tell whether there was a file. Raises Unreadable, changing nothing."""
        try:
            told = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unreadable(f"{self.path}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"{self.path}: no JSON, so no state that mockdoor has written: {error}") from error
        if not isinstance(told, dict):
            raise Unreadable(f"{self.path}: a state is a JSON object")
        others = told.pop("worlds", {})
        if not isinstance(others, dict):
            raise Unreadable(f"{self.path}: 'worlds' must be an object of states by name")
        self._restore({MAIN: told, **others})
        return True

    def write(self) -> None:
        """Write every world to the file, in one replacement."""
        told = {name: snapshot.take(world) for name, world in list(self._worlds.items())}
        text = snapshot.dump(told.pop(MAIN))
        if told:
            others = ",\n".join(f"{json.dumps(name)}: {snapshot.dump(one).rstrip()}" for name, one in told.items())
            text = text.removesuffix("\n}\n") + f',\n "worlds": {{\n{others}}}\n}}\n'
        _replace(self.path, text)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._write_changes()

    def _restore(self, told: Mapping[str, Any]) -> None:
        main = self._worlds[MAIN]
        made: dict[str, World] = {}
        for name, one in told.items():
            world = made[name] = main.new_world(main.scenario, name=name)
            try:
                snapshot.restore(world, one)
            except ValueError as error:
                where = "" if name == MAIN else f" world {name!r}:"
                raise Unreadable(f"{self.path}:{where} {error}") from error
        first = made.pop(MAIN)
        main.restore(first.scenario, first.state, profile=first.profile)
        self._worlds.update(made)

    def _watch(self) -> None:
        while not self._stop.wait(PAUSE):
            self._write_changes()

    def _write_changes(self) -> None:
        now = {name: (id(world), world.revision) for name, world in list(self._worlds.items())}
        if now == self._written:
            return
        try:
            self.write()
        except OSError as error:
            if not self._failed:
                self._tell(f"mockdoor: {self.path} cannot be written: {error.strerror}")
            self._failed = True
            return
        self._written, self._failed = now, False


def _replace(path: Path, text: str) -> None:
    """Write a file under another name beside it, and put it in its place."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
