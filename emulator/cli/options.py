"""What several commands share: exit codes, options, and how their help ends."""

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

    from click.shell_completion import CompletionItem

    from emulator.scenario.model import Scenario

    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType  # not generic in earlier versions of click

#: Exit codes: the user's file or command line, a server that cannot start or be reached, Ctrl-C.
USER_ERROR, CANNOT_START, INTERRUPTED = 2, 3, 130


class ProfileName(_TextType):
    """The name of a profile. The table of profiles is read only when a name is given or help is shown."""

    name = "profile"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002  # click's
        """Show the names in the help."""
        return f"[{'|'.join(self._choice().choices)}|docs@VERSION]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return a known name; fail with all of them."""
        from emulator.casdoor.versions import PROFILES

        return value if value in PROFILES else self._choice().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Complete a name."""
        from emulator.scenario.profile_names import every_profile_name

        return click.Choice(every_profile_name()).shell_complete(ctx, param, incomplete)

    @staticmethod
    def _choice() -> "click.Choice[str]":
        from emulator.casdoor.versions import PROFILES

        return click.Choice(list(PROFILES))


profile_option = click.option(
    "--profile", type=ProfileName(), envvar="MOCKDOOR_PROFILE", show_envvar=True, help="Which Casdoor to play."
)


def examples(*lines: str) -> str:
    """Return the examples that a command's help ends with."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def load_scenario(name: str | None, said_by: str = "") -> "Scenario":
    """Return a scenario by path or shipped name, the default world without one; exit 2 with its problems.

    `said_by` is the start of that message: what named the scenario, when the command line did not.
    """
    from emulator.core.errors import ScenarioError
    from emulator.scenario import find, load, load_default

    try:
        return load_default() if name is None else load(find(name))
    except ScenarioError as error:
        click.echo(f"{said_by}{error}", err=True)
        sys.exit(USER_ERROR)


def wall_clock() -> "datetime":
    """Return the machine's time, aware, in UTC."""
    from datetime import UTC, datetime

    return datetime.now(UTC)
