"""Which scenario files `mockdoor serve` is given."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.options import USER_ERROR

if TYPE_CHECKING:
    from emulator.scenario.shelf import Shelf


def served_files(given: tuple[str, ...], said_by: str = "") -> tuple[Path, ...]:
    """Return the files that paths, folders, patterns and names of shipped scenarios mean; exit 2 where one is none.

    `said_by` is the start of that message: what named them, when the command line did not.
    """
    if not given:
        return ()
    from emulator.core.errors import ScenarioError
    from emulator.runner.selection import CannotRun, scenario_files
    from emulator.scenario import find

    try:
        return tuple(dict.fromkeys(find(str(path)) for path in scenario_files(given)))
    except (CannotRun, ScenarioError) as error:
        click.echo(f"{said_by}{error}", err=True)
        sys.exit(USER_ERROR)


def open_shelf(files: Iterable[Path]) -> "Shelf":
    """Return what knows the files by name, and say what is wrong with them; exit 2 when two have one name."""
    from emulator.core.errors import ScenarioError
    from emulator.scenario.shelf import Shelf

    try:
        shelf = Shelf(files)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(USER_ERROR)
    for problem in (each for one in shelf.list() if one.own for each in one.problems):
        click.echo(problem, err=True)
    return shelf
