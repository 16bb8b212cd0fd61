"""A scenario file's values with the place of each, and the problems found at them."""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.errors import Problem, ScenarioError

#: Larger files are refused.
MOST_BYTES = 5 * 1024 * 1024

Trail = tuple[str | int, ...]


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

    def report(self, trail: Trail, message: str, *, at_key: bool = False, once: bool = False) -> None:
        """Note a problem at a value, or at the key before it; at the nearest known place above otherwise.

        `once` keeps quiet where the same value has a problem already.
        """
        table = self.keys if at_key else self.places
        place = table.get(trail)
        while place is None and trail:
            trail = trail[:-1]
            place = self.places.get(trail)
        line, column = place or (0, 0)
        if not once or (line + 1, column + 1) not in {(one.line, one.column) for one in self.problems}:
            self.report_at((line, column), message)

    def report_at(self, place: tuple[int, int], message: str) -> None:
        """Note a problem at a line and column that count from 0."""
        line, column = place
        source = self.lines[line].rstrip() if line < len(self.lines) else ""
        self.problems.append(
            Problem(path=self.path, line=line + 1, column=column + 1, message=message, source=source[:200])
        )


def problem(path: Path, message: str) -> ScenarioError:
    """Return the error for a file that cannot be used at all."""
    return ScenarioError((Problem(path=path, line=0, column=0, message=message),))


def read_text(path: Path) -> str:
    """Return a file's text; raises ScenarioError for one that cannot be read as UTF-8."""
    try:
        if path.is_dir():
            raise problem(path, "this is a directory; name a file in it")
        if path.stat().st_size > MOST_BYTES:
            raise problem(path, f"the file is larger than {MOST_BYTES // 1024 // 1024} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise problem(path, f"not UTF-8: byte {error.object[error.start]:#04x} at offset {error.start}") from error
    except FileNotFoundError as error:
        raise problem(path, "there is no such file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise problem(path, f"the file cannot be read: {reason}") from error


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
