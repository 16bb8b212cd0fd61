"""Where a command's values came from when they did not come from its line."""

import click
from click.core import ParameterSource


def said_by(name: str) -> str:
    """Return the start of a message, such as `MOCKDOOR_PORT: `, about a parameter that a variable of the shell set.

    It is empty for what the command line said, and for defaults.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.get_parameter_source(name) is not ParameterSource.ENVIRONMENT:
        return ""
    parameter = next(one for one in context.command.params if one.name == name)
    return f"{parameter.envvar}: "


def is_from_line(name: str) -> bool:
    """Return whether the command line said a parameter."""
    context = click.get_current_context(silent=True)
    return context is None or context.get_parameter_source(name) is ParameterSource.COMMANDLINE
