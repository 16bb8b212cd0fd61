"""The file of an audit: what has to stand in it, and where."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from emulator.audit.description import describe
from emulator.audit.rules.registry import RULES
from emulator.core.errors import Problem, ScenarioError
from emulator.scenario import Overlay, load, parse
from emulator.scenario.apps import unknown_app
from emulator.scenario.document import Entry, problem, suggest
from emulator.scenario.model import Scenario
from emulator.scenario.project import NAME

_START = "mockdoor init --audit writes a file to start from"


def load_audit(path: Path, *, addresses: Mapping[str, str], overlay: Overlay | None = None) -> Scenario:
    """Return the checked scenario of an audit; `addresses` are those of apps that run already.

    `overlay` lays the file over what its project shares; the project's own file holds nothing else. Raises
    ScenarioError with every problem of the file.
    """
    is_project = path.name == NAME
    scenario = parse("version: 1\n", path, overlay=overlay) if is_project else load(path, overlay=overlay)
    if not scenario.audit:
        raise problem(path, f"the file has no 'audit:', which says how to log in; {_START}")
    name = str(scenario.audit["app"])
    if not scenario.apps and name not in addresses:
        message = f"the file has no 'apps:', so nobody knows {name!r}; add it, or give --app {name}=URL"
        raise _problem(scenario, "app", message)
    for given in addresses:
        if given not in scenario.apps and (scenario.apps or given != name):
            raise problem(path, f"--app {given}: {unknown_app(given, scenario.apps)}")
    return scenario


def app_folders(path: Path) -> Iterator[Path]:
    """Yield the folders in which the apps of an audit's file are started; none for a file with mistakes."""
    try:
        scenario = load(path)
    except ScenarioError:
        return
    yield from dict.fromkeys(app.cwd for app in scenario.apps.values() if app.start)


def rule_files(scenario: Scenario) -> list[Path]:
    """Return the Python files of own rules that a file names, from its folder."""
    return [_source(scenario).parent / name for name in describe(scenario.audit).rules]


def check_skipped(scenario: Scenario) -> Mapping[str, str]:
    """Return the rules that a file skips with their reasons; raises ScenarioError for an unknown one."""
    skip = describe(scenario.audit).skip
    for name in skip:
        if name not in RULES:
            raise _problem(scenario, "skip", f"unknown rule {name!r}{suggest(name, RULES)}; --list shows all")
    return skip


def login_line(scenario: Scenario) -> int:
    """Return the line of `login:`, counted from 1."""
    line, _ = _place(scenario, "login")
    try:
        lines = _source(scenario).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return line + 1
    above = [number for number, text in enumerate(lines[: line + 1]) if text.lstrip(" {-").startswith("login:")]
    return (above[-1] if above else line) + 1


def _source(scenario: Scenario) -> Path:
    """Return the file in which the audit stands, which may be one that the named file extends."""
    audit = scenario.audit
    return audit.path if isinstance(audit, Entry) else scenario.path or Path()


def _place(scenario: Scenario, key: str) -> tuple[int, int]:
    audit = scenario.audit
    return audit.places.get(key, audit.place) if isinstance(audit, Entry) else (0, 0)


def _problem(scenario: Scenario, key: str, message: str) -> ScenarioError:
    line, column = _place(scenario, key)
    try:
        source = _source(scenario).read_text("utf-8").splitlines()[line].rstrip()
    except (OSError, ValueError, IndexError):
        source = ""
    return ScenarioError(
        (Problem(path=_source(scenario), line=line + 1, column=column + 1, message=message, source=source),)
    )
