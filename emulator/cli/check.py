"""Commands around scenario files: `mockdoor check` and `schema`."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.options import USER_ERROR, examples

if TYPE_CHECKING:
    from emulator.core.errors import Problem


@click.command(
    epilog=examples(
        "mockdoor check demo.scenario.yaml", "mockdoor check scenarios/", "mockdoor check 'scenarios/**/*.yaml' --json"
    )
)
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
@click.option("--watch", "watched", is_flag=True, help="Check again after each save, until Ctrl-C.")
def check(paths: tuple[str, ...], *, as_json: bool, watched: bool) -> None:
    """Find every mistake in scenario files.

    PATHS are files, folders, or patterns in quotes. The exit code is 2 when there is a mistake.
    """
    if not watched:
        sys.exit(_check(paths, as_json=as_json))
    from emulator.cli.watching import repeat, watch_scenarios

    repeat(partial(watch_scenarios, paths), lambda: sys.exit(_check(paths, as_json=as_json)))


def _check(paths: tuple[str, ...], *, as_json: bool) -> int:
    """Check once; return the exit code."""
    from emulator.core.errors import ScenarioError
    from emulator.runner.selection import CannotRun, scenario_files
    from emulator.scenario import load

    try:
        files = scenario_files(paths)
    except CannotRun as error:
        click.echo(str(error), err=True)
        return USER_ERROR
    wrong = False
    for path in files:
        problems: tuple[Problem, ...] = ()
        try:
            load(path)
        except ScenarioError as error:
            problems, wrong = error.problems, True
        if as_json:
            click.echo(_as_json(path, problems))
        elif problems:
            click.echo(str(ScenarioError(problems)), err=True)
        else:
            click.echo(f"{path}: ok")
    return USER_ERROR if wrong else 0


def _as_json(path: Path, problems: "tuple[Problem, ...]") -> str:
    shown = [
        {"path": str(one.path), "line": one.line, "column": one.column, "message": one.message} for one in problems
    ]
    return json.dumps({"path": str(path), "ok": not problems, "problems": shown}, ensure_ascii=False)


@click.command(epilog=examples("mockdoor schema > scenario.schema.json"))
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from emulator import scenario

    click.echo(json.dumps(scenario.schema(), ensure_ascii=False, indent=2))
