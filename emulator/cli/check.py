"""Commands around scenario files: `mockdoor check`, `schema` and `init`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.options import INTERRUPTED, USER_ERROR, examples

if TYPE_CHECKING:
    from emulator.core.errors import Problem

STARTER = """\
# yaml-language-server: $schema={schema}
version: 1
description: >-
  Say what goes wrong here, what a reader should look at, and what helps.
tags: [example]

# Everything that is not said comes from the built-in world: organization test, one application with the docs
# page's client_id, one mini program, the personas visitor, alice, bob and carol. Names below merge over it.
profile: {profile}            # {profiles}
clock: 2026-01-01T08:00:00Z   # time stands still here; steps advance it

personas:
  dora: {{nickname: 朵拉}}

# What goes wrong: an operation, a window, one effect. `mockdoor schema` lists them all.
faults:
  - {{at: wechat.code2session, error: -1, times: 1}}

# What a client does, for `mockdoor run` and pytest; `mockdoor serve` leaves the steps out.
steps:
  - name: WeChat is busy
    login: {{as: dora}}
    expect: {{status: 400, json: {{error: invalid_grant, error_description: {{$contains: system error}}}}}}
  - name: a second try works
    login: {{as: dora, username: Dora}}
    expect: {{status: 200}}
  - get_account: {{}}
    expect: {{json: {{status: ok, name: Dora}}}}
"""


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
    from emulator.cli.watching import watch_scenarios

    def act() -> None:
        _check(paths, as_json=as_json)

    try:
        watch_scenarios(paths, act)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


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


@click.command(
    epilog=examples("mockdoor init", "mockdoor init login.scenario.yaml", "mockdoor run login.scenario.yaml")
)
@click.argument("path", default="first.scenario.yaml", type=click.Path(dir_okay=False))
def init(path: str) -> None:
    """Write a first scenario, with comments.

    The schema that editors use is written next to it.
    """
    target = Path(path)
    schema = target.parent / "mockdoor.schema.json"
    if target.exists():
        click.echo(f"{path} already exists; name another file", err=True)
        sys.exit(USER_ERROR)
    from emulator.scenario import schema as whole

    try:
        target.write_text(_starter(schema.name), "utf-8")
        schema.write_text(json.dumps(whole(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        click.echo(f"{path}: cannot be written: {error.strerror}", err=True)
        sys.exit(USER_ERROR)
    click.echo(f"wrote {target} and {schema}; next: mockdoor run {target}")


def _starter(schema: str) -> str:
    """Return a first scenario; its comment lists the profiles, each with the version that it plays as recorded."""
    from emulator.casdoor.versions import PROFILES

    names = [one.name if one.leniencies else f"{one.name} ({one.version.name})" for one in PROFILES.values()]
    return STARTER.format(schema=schema, profile=next(iter(PROFILES)), profiles=" | ".join(names))
