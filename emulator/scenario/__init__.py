"""Scenario files: finding them, reading them, and saying what is wrong with them (design.md 7)."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from emulator.core.errors import ScenarioError
from emulator.faults.effects import Fault
from emulator.scenario.apps import refuse_programs
from emulator.scenario.audits import check_audit
from emulator.scenario.build import Builder
from emulator.scenario.check import check_part, check_schema
from emulator.scenario.document import Document, Trail, is_there, problem, read_text, suggest
from emulator.scenario.effects import build_fault
from emulator.scenario.init_data import read_init_data
from emulator.scenario.interpolation import ENVIRONMENT, names_in
from emulator.scenario.merge import merge
from emulator.scenario.model import Scenario
from emulator.scenario.names import check_steps
from emulator.scenario.nodes import parse_document, schema
from emulator.scenario.tables import read_tables
from emulator.scenario.verifying import verify_problems

__all__ = ["check_verify", "find", "load", "load_default", "parse", "parse_closed", "parse_fault", "schema", "shipped"]

_DEFAULT = "default"
#: Longer chains of `extends` are refused.
MAX_FILES = 20


#: Lays a file's content over what all files of a project share.
Overlay = Callable[[Mapping[str, Any]], dict[str, Any]]


def load(path: Path, *, variables: Mapping[str, str] | None = None, overlay: Overlay | None = None) -> Scenario:
    """Return the scenario of a file, with `variables` over its own; raises ScenarioError with every problem."""
    return parse(read_text(path), path, variables=variables, overlay=overlay)


def load_default() -> Scenario:
    """Return the built-in world. Trusted, so nothing is checked against the schema."""
    path = Path("default.yaml")
    document = parse_document(resources.files("emulator.scenario").joinpath("default.yaml").read_text("utf-8"), path)
    return Builder(document.value, document, imported=()).build()


def parse(
    text: str, path: Path, *, variables: Mapping[str, str] | None = None, overlay: Overlay | None = None
) -> Scenario:
    """Return the scenario of a text; files that it names are looked for next to `path`.

    `variables` stand over its own, `overlay` lays it over what its project shares.

    Raises ScenarioError with every problem of the text.
    """
    document, merged, imported = _read(text, path, ())
    if overlay:
        merged = overlay(merged)
    if variables:
        merged["vars"] = merged.get("vars", {}) | variables
    read_tables(document, merged)
    scenario = Builder(merged, document, imported=imported).build()
    check_steps(document, scenario)
    check_audit(document, scenario)
    _raise(document)
    return scenario


def parse_closed(text: str) -> Scenario:
    """Return the scenario of a text from elsewhere, which may name no file of this machine.

    Raises ScenarioError with every problem of the text.
    """
    path = Path("text")
    document = parse_document(text, path)
    if document.value.get("extends", _DEFAULT) not in (_DEFAULT, "none"):
        document.report(("extends",), "a scenario sent here extends default or none, never a file")
    if "init_data" in document.value:
        document.report(("init_data",), "a scenario sent here can name no file; write the objects out")
    _report_outside(document, document.value, ())
    refuse_programs(document)
    _raise(document)
    return parse(text, path)


def _report_outside(document: Document, value: Any, trail: Trail) -> None:
    """Note where a text from elsewhere would read this machine's files or environment."""
    if isinstance(value, str):
        if any(name.startswith(ENVIRONMENT) for name in names_in(value)):
            document.report(trail, "a scenario sent here cannot read the environment; write the value out")
    elif isinstance(value, dict):
        if isinstance(value.get("with"), dict):
            document.report((*trail, "with"), "a scenario sent here can name no file; write the rows out")
        for key, one in value.items():
            _report_outside(document, one, (*trail, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            _report_outside(document, one, (*trail, index))


def parse_fault(value: object, *, personas: Iterable[str], number: int) -> Fault:
    """Return the fault that a plain value describes, written as in a file; `number` names it without an id.

    Raises ScenarioError with every problem of it, one of `when` that is not among `personas` included.
    """
    known = list(personas)
    document = Document(path=Path("fault"), lines=[], value=value)
    check_part(document, "fault")
    _raise(document)
    fault = build_fault(document.value, (), document.report, number=number)
    persona = fault.when.get("persona")
    if persona is not None and persona not in known:
        document.report(("when",), f"nobody declared the persona {persona!r}{suggest(persona, known)}")
    _raise(document)
    return fault


def check_verify(source: object) -> None:
    """Check a plain value as a `verify` step's; raises ScenarioError with every problem of it."""
    document = Document(path=Path("verify"), lines=[], value=source)
    check_part(document, "verify")
    _raise(document)
    for trail, message in verify_problems(document.value):
        document.report(trail, message)
    _raise(document)


def find(name: str) -> Path:
    """Return a scenario's path: `name` itself when it is one, else the shipped scenario of that name.

    Raises ScenarioError when there is neither.
    """
    path, known = Path(name), shipped()
    if is_there(path) or "/" in name or path.suffix in (".yaml", ".yml"):
        return path
    if name not in known:
        raise problem(path, f"neither a file nor a shipped scenario{suggest(name, known)}")
    return known[name]


def shipped() -> dict[str, Path]:
    """Return the scenarios that come with the emulator, by name."""
    package = Path(str(resources.files("emulator")))
    for folder in (package / "shipped", package.parent / "scenarios"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.rglob("*.yaml"))}
    return {}


def _read(text: str, path: Path, above: tuple[Path, ...]) -> tuple[Document, dict[str, Any], set[Trail]]:
    """Return a file's document, its content over what it extends, and the trails of its imported rows."""
    document = parse_document(text, path)
    spared = _spare(document, check_schema(document))
    document.base, base, imported = _base(document, above)
    if "init_data" in document.value:
        rows = _init_data(document)
        imported |= {(kind, key) for kind, entries in rows.items() for key in entries}
        base = merge(base, rows)
    imported -= {trail for trail in imported if trail in document.places}
    return document, merge(base, document.value), imported | spared


#: What stands in for a broken element of a list, so that the others keep their number.
_STAND_INS: dict[str, dict[str, Any]] = {"faults": {"at": "*", "delay": "0s"}}


def _spare(document: Document, broken: set[Trail]) -> set[Trail]:
    """Take the parts that broke the schema out, so that the rest is checked too; return what stays half-known.

    A broken row keeps its name, so that what refers to it finds it.
    """
    half_known: set[Trail] = set()
    for trail in broken:
        kind = trail[0] if trail else ""
        if len(trail) < 2:
            document.value.pop(kind, None)
        elif kind in _STAND_INS or kind in ("steps", "finally"):
            document.value[kind][trail[1]] = dict(_STAND_INS.get(str(kind), {"note": ""}))
        elif kind in ("codes", "miniprograms", "flows", "apps"):
            document.value[kind].pop(trail[1], None)
        elif isinstance(document.value.get(kind), dict):
            document.value[kind][trail[1]] = {}
            half_known.add(trail[:2])
    return half_known


def _base(document: Document, above: tuple[Path, ...]) -> tuple[Document | None, dict[str, Any], set[Trail]]:
    """Return the document that a file extends, its content and its imported rows."""
    named = document.value.get("extends", _DEFAULT)
    if named == "none":
        return None, {}, set()
    if named == _DEFAULT:
        built_in = _default_document()
        return built_in, built_in.value, set()
    path = document.path.parent / named
    chain = (*above, Path(os.path.realpath(document.path)))
    wrong = _wrong_base(named, path, chain)
    if wrong:
        document.report(("extends",), wrong)
        _raise(document)
    try:
        return _read(read_text(path), path, chain)
    except ScenarioError as error:
        raise ScenarioError((*document.all_problems(), *error.problems)) from None


def _wrong_base(named: str, path: Path, chain: tuple[Path, ...]) -> str:
    """Return why a path cannot be extended, empty when it can."""
    if not named or not is_there(path):
        return f"there is no file {_plain(named)}; write default, none, or the path of a scenario"
    if Path(os.path.realpath(path)) in chain:
        return f"{named} extends this file in turn"
    return f"more than {MAX_FILES} files extend each other" if len(chain) > MAX_FILES else ""


@cache
def _default_document() -> Document:
    text = resources.files("emulator.scenario").joinpath("default.yaml").read_text("utf-8")
    return replace(parse_document(text, Path("default.yaml")), built_in=True)


def _init_data(document: Document) -> dict[str, Any]:
    named = document.value["init_data"]
    path = document.path.parent / named
    if not named or not is_there(path):
        document.report(("init_data",), f"there is no file {_plain(named)}")
        _raise(document)
    try:
        return read_init_data(path)
    except ScenarioError as error:
        raise ScenarioError((*document.all_problems(), *error.problems)) from None


def _plain(name: str) -> str:
    """Return a file's name as a message shows it, quoted when it would not be seen otherwise."""
    return name if name.strip() and name.isprintable() else repr(name)


def _raise(document: Document) -> None:
    problems = document.all_problems()
    if problems:
        raise ScenarioError(problems)
