"""Where a command's values came from when they did not come from its line."""

import click
from click.core import ParameterSource

from emulator.cli.project import current_project


def said_by(name: str) -> str:
    """Return the start of a message, such as `MOCKDOOR_PORT: `, about a parameter that a variable of the shell set.

    It is the path of the project's file for what that said, and empty for what the command line said, and for defaults.
    """
    context = click.get_current_context(silent=True)
    project = current_project()
    if project and is_from_project(name):
        return f"{project.path}: "
    if context is None or context.get_parameter_source(name) is not ParameterSource.ENVIRONMENT:
        return ""
    parameter = next(one for one in context.command.params if one.name == name)
    return f"{parameter.envvar}: "


def is_from_line(name: str) -> bool:
    """Return whether the command line said a parameter."""
    context = click.get_current_context(silent=True)
    return context is None or context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def is_from_project(name: str) -> bool:
    """Return whether the project's file said a parameter."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source(name) is ParameterSource.DEFAULT_MAP
