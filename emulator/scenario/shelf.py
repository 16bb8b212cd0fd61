"""The scenarios that a server can switch to by name: its own files, the default world, the shipped ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emulator.core.errors import ScenarioError
from emulator.scenario import load, load_default, shipped
from emulator.scenario.document import problem, suggest
from emulator.scenario.model import Scenario

DEFAULT = "default"


class UnknownScenario(Exception):
    """A name that no scenario here has; the text says which one is meant."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A scenario as lists show it; `problems` are why a file of the server's own cannot be served now."""

    name: str
    folder: str
    description: str = ""
    tags: tuple[str, ...] = ()
    own: bool = False
    problems: tuple[str, ...] = ()


class Shelf:
    """Knows scenarios by name; a file of the server's own comes before a shipped one of its name."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """Take the names of the files as they are now; raises ScenarioError for a second file of one name."""
        self._own: dict[str, Path] = {}
        for path in files:
            name = _look(path).name
            if name in self._own:
                raise problem(path, f"{self._own[name]} is named {name!r} too; say another name: in one of them")
            self._own[name] = path

    def load(self, name: str) -> Scenario:
        """Return a scenario as its file says now; raises UnknownScenario, or ScenarioError with its problems."""
        path = self._own.get(name) or shipped().get(name)
        if path is not None:
            return load(path)
        if name != DEFAULT:
            # Not a path: a caller over the network has no business with this machine's files.
            known = {*self._own, DEFAULT, *shipped()}
            raise UnknownScenario(f"there is no scenario {name!r}{suggest(name, known)}")
        return load_default()

    def list(self) -> Iterator[Listed]:
        """Yield every scenario, those of the server's own first."""
        for name, path in self._own.items():
            found = _look(path)
            yield Listed(**vars(found) | {"name": name})
        if DEFAULT not in self._own:
            yield Listed(name=DEFAULT, folder="")
        yield from (one for one in _shipped() if one.name not in self._own)


def _look(path: Path) -> Listed:
    """Return what a file of the server's own says of itself, or what is wrong with it."""
    folder = path.absolute().parent.name
    try:
        one = load(path)
    except ScenarioError as error:
        name = path.stem.removesuffix(".scenario")
        return Listed(name=name, folder=folder, own=True, problems=tuple(str(each) for each in error.problems))
    return Listed(name=one.name, folder=folder, description=one.description, tags=one.tags, own=True)


@cache
def _shipped() -> tuple[Listed, ...]:
    known = [(path.parent.name, load(path)) for path in shipped().values()]
    return tuple(
        Listed(name=one.name, folder=folder, description=one.description, tags=one.tags)
        for folder, one in sorted(known, key=lambda pair: (pair[0], pair[1].name))
    )
