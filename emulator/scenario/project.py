"""`mockdoor.yaml`: what all commands in a project take for granted."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.core.errors import ScenarioError
from emulator.scenario import shipped
from emulator.scenario.check import check_schema
from emulator.scenario.document import Document, Trail, is_there, read_text, suggest
from emulator.scenario.nodes import Schema, parse_document, schema
from emulator.scenario.profile_names import every_profile_name

#: The name of a project's file.
NAME = "mockdoor.yaml"
_WILD = frozenset("*?[")


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's file; paths in it are seen from where the command runs, names of shipped scenarios stay names.

    `scenario` is what `serve` and `exec` play, `scenarios` what `run` runs; `reports` holds paths by kind (`junit`,
    `html`, `json`). `apps` and `audit` are as written in a scenario, and lie under its own (`merge_project`); only the
    `cwd` of an app that is started is absolute, because here it is seen from this file.
    """

    path: Path
    scenario: str | None = None
    scenarios: tuple[str, ...] = ()
    profile: str | None = None
    target: str | None = None
    reports: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, Any] = field(default_factory=dict)
    audit: Mapping[str, Any] = field(default_factory=dict)


def find_project(folder: Path) -> Path | None:
    """Return the file of a folder's project: in it, or in the nearest folder above up to the repository's root.

    Outside of a repository only the folder itself is looked at, so that nobody else's file is taken.
    """
    above = (folder, *folder.parents)
    root = next((one for one in above if (one / ".git").exists()), folder)
    for one in above[: above.index(root) + 1]:
        if is_there(one / NAME):
            return Path(os.path.relpath(one / NAME, folder))
    return None


def load_project(path: Path) -> Project:
    """Return a project by its file; raises ScenarioError with every problem of the file."""
    return parse_project(read_text(path), path)


def parse_project(text: str, path: Path) -> Project:
    """Return a project by its text; raises ScenarioError with every problem of it."""
    whole = project_schema()
    document = parse_document(text, path, whole=whole)
    check_schema(document, whole=whole)
    value = document.value
    if not document.problems:
        _check_paths(document)
    if document.problems:
        raise ScenarioError(document.all_problems())
    scenario = value.get("scenario")
    return Project(
        path=path,
        scenario=None if scenario is None else _located(path, scenario),
        scenarios=tuple(_located(path, one) for one in value.get("scenarios", ())),
        profile=value.get("profile"),
        target=value.get("target"),
        reports={kind: str(path.parent / one) for kind, one in value.get("reports", {}).items()},
        apps={name: _rooted(path, app) for name, app in value.get("apps", {}).items()},
        audit=value.get("audit", {}),
    )


def merge_project(project: Project | None, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scenario's content over the `apps` and `audit` of its project.

    An app, and `audit`, is merged field by field; a scenario removes an app with null.
    """
    merged = dict(own)
    if project is None:
        return merged
    apps = dict(project.apps)
    for name, app in (own.get("apps") or {}).items():
        below = apps.get(name)
        apps[name] = {**below, **app} if isinstance(below, dict) and isinstance(app, dict) else app
    apps = {name: app for name, app in apps.items() if app is not None}
    audit = {**project.audit, **(own.get("audit") or {})}
    return merged | ({"apps": apps} if apps else {}) | ({"audit": audit} if audit else {})


def project_schema() -> Schema:
    """Return the JSON Schema of a project's file; `apps` and `audit` are what they are in a scenario, or a part."""
    scenario, text = schema(), {"type": "string", "minLength": 1, "x-expected": "a text"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mockdoor project",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "scenario": text,
            "scenarios": {"type": "array", "items": text, "minItems": 1},
            "profile": {"enum": list(every_profile_name())},
            "target": text,
            "reports": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"junit": text, "html": text, "json": text},
            },
            **{name: _in_part(scenario["properties"].get(name, {"type": "object"})) for name in ("apps", "audit")},
        },
        "$defs": scenario["$defs"],
    }


def _in_part(one: Schema) -> Schema:
    """Return the schema of a value whose rest scenarios say."""
    return {name: value for name, value in one.items() if name != "required"}


def _check_paths(document: Document) -> None:
    """Note every scenario that is neither there nor comes along; patterns may find nothing yet."""
    known = shipped()
    for trail, name in _names(document.value):
        there = (
            is_there(document.path.parent / name) or name in known or (trail[0] == "scenarios" and _WILD & set(name))
        )
        if not there:
            what = "no such file or shipped scenario" if trail[0] == "scenario" else "no such file or folder"
            near = suggest(name, known) if "/" not in name and not name.endswith(".yaml") else ""
            document.report(trail, f"{name}: there is {what}{near}")


def _names(value: Mapping[str, Any]) -> Iterator[tuple[Trail, str]]:
    if "scenario" in value:
        yield ("scenario",), value["scenario"]
    for index, name in enumerate(value.get("scenarios", ())):
        yield ("scenarios", index), name


def _located(path: Path, name: str) -> str:
    """Return a scenario as a command is told it: a path from here, or a shipped name."""
    here = path.parent / name
    return name if name in shipped() and not is_there(here) else str(here)


def _rooted(path: Path, app: Any) -> Any:
    """Return an app with its folder as an absolute path."""
    if isinstance(app, dict) and app.get("mini_program"):
        return {**app, "mini_program": os.path.abspath(path.parent / str(app["mini_program"]))}  # noqa: PTH100
    if not isinstance(app, dict) or not app.get("start"):
        return app
    return {**app, "cwd": os.path.abspath(path.parent / str(app.get("cwd", ".")))}  # noqa: PTH100  # links stay
