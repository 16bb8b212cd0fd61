"""Which scenarios a run takes, and why it takes none."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

from emulator.core.errors import ScenarioError
from emulator.scenario import Overlay, load, shipped
from emulator.scenario.model import Scenario

#: How many names a message lists at most.
MAX_LISTED = 12
_MAGIC = re.compile(r"[*?\[]")


class CannotRun(Exception):
    """A run that cannot begin; `causes` are lines that say why, each complete in itself."""

    def __init__(self, causes: Iterable[str]) -> None:
        self.causes = tuple(causes)
        super().__init__("\n".join(self.causes))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to run: `text` in name, description or path; one of `tags`; under which profiles; against what.

    `variables` stand over those of the files, `apps` are addresses of apps that run already, `overlay` lays files over
    what their project shares.
    """

    text: str = ""
    tags: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    fail_fast: bool = False
    strict: bool = False
    target: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    overlay: Overlay | None = None


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A file to run: its scenario, or the problems for which it could not be loaded; `line` was asked for."""

    path: Path
    line: int | None = None
    scenario: Scenario | None = None
    problems: tuple[str, ...] = ()


def choose(paths: Iterable[str], choice: Choice) -> tuple[Chosen, ...]:
    """Return the chosen files that have steps, and every file that has mistakes, in order.

    A path is a file, a folder, a pattern such as `scenarios/**/*.yaml`, the name of a shipped scenario, or a file or
    name with `:LINE` for the scenario with a step on that line.

    Raises CannotRun for a path or a line that is not there, and when nothing is left to run.
    """
    found: list[Chosen] = []
    wrong: list[str] = []
    empty: list[str] = []
    for given in _spread(paths, wrong):
        path, line = _locate(given)
        if path is None:
            name = given if line is None else given.rpartition(":")[0]
            wrong.append(f"{name}: there is no such file, folder or shipped scenario{_meant(name)}")
        elif path.is_dir() and line is not None:
            wrong.append(f"{path}: a folder has no lines; name the scenario file before :{line}")
        elif path.is_dir():
            inside = _inside(path)
            empty += [] if inside else [_no_files(path)]
            found += [_loaded(one, None, choice) for one in inside]
        else:
            one = _loaded(path, line, choice)
            wrong += _missed_line(one)
            found.append(one)
    if wrong:
        raise CannotRun(wrong)
    left = [one for one in found if one.problems or _is_chosen(one, choice)]
    if not left:
        raise CannotRun([*empty, *_nothing_left(found, choice)])
    return tuple(left)


def scenario_files(paths: Iterable[str]) -> tuple[Path, ...]:
    """Return the scenario files that files, folders and patterns name, each once; a file need not be there.

    Raises CannotRun for a pattern or a folder without one.
    """
    wrong: list[str] = []
    found: list[Path] = []
    for given in _spread(paths, wrong):
        path = Path(given)
        inside = _inside(path) if path.is_dir() else [path]
        wrong += [] if inside else [_no_files(path)]
        found += inside
    if wrong:
        raise CannotRun(wrong)
    return tuple(dict.fromkeys(found))


def _spread(paths: Iterable[str], wrong: list[str]) -> Iterator[str]:
    """Yield paths, those that a pattern matches in its place; note the patterns that match nothing."""
    for given in paths:
        if not _MAGIC.search(given) or _locate(given)[0] is not None:
            yield given
            continue
        found = glob(given, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
        matches = sorted(one for one in found if Path(one).suffix in (".yaml", ".yml"))
        if not matches:
            wrong.append(f"{given}: no YAML file matches this pattern")
        yield from matches


def _locate(given: str) -> tuple[Path | None, int | None]:
    """Return the path that is meant, None when there is none, and the line after its colon."""
    path = _existing(given)
    name, _, digits = given.rpartition(":")
    if path is not None or not name or not digits.isdecimal():
        return path, None
    return _existing(name), int(digits)


def _existing(name: str) -> Path | None:
    return Path(name) if Path(name).exists() else shipped().get(name)


def _meant(name: str) -> str:
    near = difflib.get_close_matches(name, shipped(), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.rglob(_pattern(folder)))


def _pattern(folder: Path) -> str:
    """Return what scenario files are called: below a folder `scenarios` any YAML file is one."""
    return "*.yaml" if "scenarios" in folder.resolve().parts else "*.scenario.yaml"


def _no_files(folder: Path) -> str:
    other = next(iter(sorted(folder.glob("*.yaml"))), None)
    hint = f"; name {other} itself, or rename it" if other else ""
    return f"{folder}: no {_pattern(folder)} in it{hint}"


def _loaded(path: Path, line: int | None, choice: Choice) -> Chosen:
    try:
        return Chosen(path=path, line=line, scenario=load(path, variables=choice.variables, overlay=choice.overlay))
    except ScenarioError as error:
        return Chosen(path=path, line=line, problems=tuple(str(one) for one in error.problems))


def _missed_line(one: Chosen) -> list[str]:
    """Return the message about a line without a step; nothing when there is one, or when the steps are not known."""
    if one.line is None or one.scenario is None or not one.scenario.steps:
        return []
    steps = (*one.scenario.steps, *one.scenario.cleanup)
    if any(one.line in _lines(step) for step in steps):
        return []
    starts = [str(_lines(step).start) for step in steps if _lines(step)]
    there = f"its steps are on line{'s' if len(starts) > 1 else ''} {', '.join(starts)}"
    return [f"{one.path}: there is no step on line {one.line}; {there}"]


def _lines(step: object) -> range:
    """Return the lines in which a step and the values in it stand, counted from 1; none when it has no place."""
    place = getattr(step, "place", None)
    if place is None:
        return range(0)
    lines: list[int] = [place[0], *(where[0] for where in getattr(step, "places", {}).values())]
    return range(min(lines) + 1, max(lines) + 2)


def _is_chosen(one: Chosen, choice: Choice) -> bool:
    scenario = one.scenario
    return bool(scenario and scenario.steps) and _has_tag(one, choice) and _has_text(one, choice)


def _has_tag(one: Chosen, choice: Choice) -> bool:
    return not choice.tags or (one.scenario is not None and bool(set(choice.tags) & set(one.scenario.tags)))


def _has_text(one: Chosen, choice: Choice) -> bool:
    if one.scenario is None:
        return False
    return choice.text.lower() in f"{one.scenario.name} {one.scenario.description} {one.path}".lower()


def _nothing_left(found: Sequence[Chosen], choice: Choice) -> list[str]:
    """Return the lines that say at which of the conditions the last scenario fell out."""
    if not found:
        return []
    quoted = " or ".join(repr(tag) for tag in choice.tags)
    tagged = [one for one in found if _has_tag(one, choice)]
    if not tagged:
        known = sorted({tag for one in found if one.scenario for tag in one.scenario.tags})
        here = f"tags here: {_listed(known)}" if known else "no scenario here has tags"
        return [f"nothing to run: no scenario has the tag {quoted}; {here}"]
    named = [one for one in tagged if _has_text(one, choice)]
    if not named:
        which = f"no scenario with the tag {quoted}" if choice.tags else "no scenario"
        names = _listed([one.scenario.name for one in tagged if one.scenario])
        return [
            f"nothing to run: {which} has {choice.text!r} in its name, description or path; scenarios here: {names}"
        ]
    return [f"{one.path}: the scenario has no steps" for one in named]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MAX_LISTED
    return ", ".join(names[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
