"""What the commands take from a project's `mockdoor.yaml` where neither their line nor a variable says it."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.options import USER_ERROR

if TYPE_CHECKING:
    from emulator.scenario import Overlay
    from emulator.scenario.project import Project

#: Where a command's context keeps the project; None when there is none.
_KEY = "mockdoor.project"


class ProjectCommand(click.Command):
    """A command whose parameters have defaults in the project's file, by their names.

    A variable of the shell outranks the file, the command's line outranks both. Asking for help reads no file.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Find the project and lay its values under what was given."""
        given = args[: args.index("--")] if "--" in args else args
        if not ctx.resilient_parsing and not set(given) & set(ctx.help_option_names):
            project = _open_project()
            ctx.meta[_KEY] = project
            names = {one.name for one in self.params}
            ctx.default_map = {name: value for name, value in _defaults(project).items() if name in names}
        return super().parse_args(ctx, args)


def current_project() -> "Project | None":
    """Return the project in which the command runs."""
    context = click.get_current_context(silent=True)
    found: Project | None = context.meta.get(_KEY) if context else None
    return found


def overlay() -> "Overlay | None":
    """Return what lays a scenario over the apps and the audit of the project; None without a project."""
    from emulator.scenario.project import merge_project

    project = current_project()
    return partial(merge_project, project) if project else None


def _open_project() -> "Project | None":
    """Return the project of the current folder; exit 2 with its problems."""
    from emulator.core.errors import ScenarioError
    from emulator.scenario.project import find_project, load_project

    path = find_project(Path.cwd())
    if path is None:
        return None
    try:
        return load_project(path)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(USER_ERROR)


def _defaults(project: "Project | None") -> dict[str, Any]:
    """Return the project's values by the names of parameters, as far as it says them."""
    if project is None:
        return {}
    found = {
        "scenario": project.scenario,
        "scenarios": (project.scenario,) if project.scenario else (),
        "paths": project.scenarios,
        "profile": project.profile,
        "profiles": (project.profile,) if project.profile else (),
        "target": project.target,
        "file": project.path if project.audit else None,
        "junit": project.reports.get("junit"),
        "html": project.reports.get("html"),
        "json_report": project.reports.get("json"),
    }
    return {name: value for name, value in found.items() if value}
