"""A scenario file's values with the place of each, and the problems found at them."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.core.errors import Problem, ScenarioError

#: Larger files are refused.
MAX_BYTES = 5 * 1024 * 1024

Trail = tuple[str | int, ...]

#: Where the files are noted that are looked for.
_noted: ContextVar[set[Path] | None] = ContextVar("_noted", default=None)


class Entry(dict[str, Any]):
    """A mapping of a file that knows where it stands, and where its values do; lines and columns count from 0."""

    def __init__(self, path: Path, place: tuple[int, int]) -> None:
        super().__init__()
        self.path = path
        self.place = place
        self.places: dict[str, tuple[int, int]] = {}


@dataclass(kw_only=True)
class Document:
    """A file's values, and where they stand: `places` by trail, `keys` for the key itself; both count from 0."""

    path: Path
    lines: list[str]
    value: Any = None
    places: dict[Trail, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Trail, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    base: "Document | None" = None
    built_in: bool = False
    noun: str = "scenario"

    def chain(self) -> Iterator["Document"]:
        """Yield this document, what it extends, what that extends, and so on."""
        one: Document | None = self
        while one is not None:
            yield one
            one = one.base

    def all_problems(self) -> tuple[Problem, ...]:
        """Return the problems of the whole chain, each once."""
        return tuple(dict.fromkeys(problem for one in self.chain() for problem in one.problems))

    def holder(self, trail: Trail) -> "Document":
        """Return the document of the chain where a value stands, or as much of its trail as possible.

        Elements of lists are not inherited by number, so theirs is this document.
        """
        if len(trail) > 1 and isinstance(trail[1], int):
            return self
        for depth in range(len(trail), 0, -1):
            for one in self.chain():
                if trail[:depth] in one.places:
                    return one
        return self

    def report(self, trail: Trail, message: str, *, at_key: bool = False, once: bool = False) -> None:
        """Note a problem at a value, or at the key before it; at the nearest known place above otherwise.

        The value may stand in a file that this one extends. `once` keeps quiet where the same value
        has a problem already.
        """
        holder = self.holder(trail)
        if holder is not self:
            self._report_inherited(holder, trail, message, at_key=at_key)
            return
        table = self.keys if at_key else self.places
        place = table.get(trail)
        while place is None and trail:
            trail = trail[:-1]
            place = self.places.get(trail)
        line, column = place or (0, 0)
        if not once or (line + 1, column + 1) not in {(one.line, one.column) for one in self.problems}:
            self.report_at((line, column), message)

    def _report_inherited(self, holder: "Document", trail: Trail, message: str, *, at_key: bool) -> None:
        """Note a problem of an inherited value: where this file removed what it needs, else where it stands."""
        removed = {
            str(removal[-1]): (one, one.places[removal])
            for one in self.chain()
            for removal in one.keys
            if len(removal) == 2 and removal[0] != "vars" and one.value.get(removal[0], {}).get(removal[1], "") is None
        }
        causes = [cause for name, cause in removed.items() if repr(name) in message]
        if not causes and not holder.built_in:
            holder.report(trail, message, at_key=at_key)
            return
        one, place = (causes or [*removed.values(), (self, (0, 0))])[0]
        where = f"{holder.path}:{holder.places.get(trail, (0, 0))[0] + 1}"
        needs = f"{'.'.join(map(str, trail))} of {'the built-in world' if holder.built_in else where}"
        one.report_at(place, f"{message}; {needs} needs it")

    def report_at(self, place: tuple[int, int], message: str) -> None:
        """Note a problem at a line and column that count from 0."""
        line, column = place
        source = self.lines[line].rstrip() if line < len(self.lines) else ""
        self.problems.append(
            Problem(path=self.path, line=line + 1, column=column + 1, message=message, source=source[: column + 200])
        )


def problem(path: Path, message: str) -> ScenarioError:
    """Return the error for a file that cannot be used at all."""
    return ScenarioError((Problem(path=path, line=0, column=0, message=message),))


@contextmanager
def reading() -> Iterator[set[Path]]:
    """Yield a set that takes in every file that this thread looks for or reads meanwhile, those not there included."""
    found: set[Path] = set()
    before = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(before)


def _note(path: Path) -> None:
    noted = _noted.get()
    if noted is not None:
        noted.add(path)


def read_text(path: Path) -> str:
    """Return a file's text; raises ScenarioError for one that cannot be read as UTF-8."""
    _note(path)
    try:
        if path.is_dir():
            raise problem(path, "this is a directory; name a file in it")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise problem(path, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise problem(path, f"not UTF-8: byte {error.object[error.start]:#04x} at offset {error.start}") from error
    except FileNotFoundError as error:
        raise problem(path, "there is no such file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise problem(path, f"the file cannot be read: {reason}") from error


def is_there(path: Path) -> bool:
    """Return whether a path names something, readable or not."""
    _note(path)
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def suggest(word: str, known: Iterable[str], *, show: Callable[[str], str] = repr) -> str:
    """Return `; did you mean 'x'?` for a near miss, else `; allowed: …`."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1, 0.6)
    lowered = {name.lower(): name for name in names}
    if word.lower() in lowered:
        near = [lowered[word.lower()]]
    if near:
        return f"; did you mean {show(near[0])}?"
    listed = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"; allowed: {listed}" if names else "; there are none"
