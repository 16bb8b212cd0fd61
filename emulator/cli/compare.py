"""`mockdoor compare`: a real Casdoor beside the emulator."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.completion import SCENARIO
from emulator.cli.options import INTERRUPTED, USER_ERROR, ProfileName, examples
from emulator.cli.project import ProjectCommand, overlay

if TYPE_CHECKING:
    from emulator.runner.comparison import Comparison
    from emulator.runner.selection import Chosen
    from emulator.runner.target import Target


@click.command(
    cls=ProjectCommand,
    epilog=examples(
        "mockdoor compare --target https://door.example.com my.scenario.yaml",
        "mockdoor compare --target https://door.example.com --ca ca.pem --allow-writes scenarios/",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=SCENARIO, metavar="SCENARIO...")
@click.option("--target", metavar="URL", required=True, help="The server to compare with.")
@click.option("--profile", "played", type=ProfileName(), help="Which Casdoor to play; default: the target's nearest.")
@click.option("--client-id", default="", metavar="ID", help="Ask the target for its version as this application.")
@click.option(
    "--client-secret",
    default="",
    metavar="SECRET",
    envvar="MOCKDOOR_CLIENT_SECRET",
    show_envvar=True,
    help="The secret of --client-id.",
)
@click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable over the files'.")
@click.option("--allow-writes", is_flag=True, help="Send also what changes, makes or deletes something on the target.")
@click.option("--ca", type=click.Path(dir_okay=False, exists=True), help="Trust the certificates of this PEM file.")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 600),
    metavar="SECONDS",
    help="How long to wait for a reply.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the steps that are alike too.")
@click.option("--junit", "junit_path", type=click.Path(dir_okay=False), help="Write a JUnit XML report.")
@click.option("--html", "html_path", type=click.Path(dir_okay=False), help="Write a report as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def compare(
    paths: tuple[str, ...],
    *,
    target: str,
    played: str | None,
    client_id: str,
    client_secret: str,
    variables: tuple[str, ...],
    allow_writes: bool,
    ca: str | None,
    timeout: float,
    verbose: bool,
    junit_path: str | None,
    html_path: str | None,
    as_json: bool,
) -> None:
    """Play scenarios against a real server and the emulator, and show where the replies differ.

    Times, ids, keys, cookies and the claims of tokens that differ everywhere are put aside. Steps that need
    the emulator's control API are left out. Exit codes: 0 all alike, 1 a difference, 2 a mistake, a target that
    cannot be asked, or nothing that could be compared.
    """
    from emulator.cli.run import _variable
    from emulator.runner.comparison import compare_scenario
    from emulator.runner.selection import CannotRun, Choice, choose
    from emulator.runner.target import Target

    choice = Choice(variables=dict(map(_variable, variables)), overlay=overlay())
    found: list[Comparison] = []
    try:
        chosen = choose(paths, choice)
        _refuse_mistakes(chosen, allow_writes=allow_writes)
        server = Target(target, authority=Path(ca) if ca else None, patience=timeout)
        profile = played or _nearest(server, client_id, client_secret)
        for one in chosen:
            if one.scenario is not None:
                found.append(compare_scenario(one.scenario, target=server, profile=profile, allow_writes=allow_writes))
                if not as_json:
                    _show(found[-1], verbose=verbose)
    except CannotRun as error:
        click.echo(str(error), err=True)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    written = _write(found, junit_path, html_path)
    _end(found, target=server.base, as_json=as_json)
    if all(one.is_empty for one in found):
        click.echo("nothing was compared: every step was left out", err=True)
        sys.exit(USER_ERROR)
    sys.exit(int(any(one.differs for one in found)) or (0 if written else USER_ERROR))


def _refuse_mistakes(chosen: "Sequence[Chosen]", *, allow_writes: bool) -> None:
    """Raise CannotRun for files with mistakes, and for those that would change something on the target."""
    from emulator.runner.comparison import writes_of
    from emulator.runner.selection import CannotRun

    problems = [problem for one in chosen for problem in one.problems]
    if problems:
        raise CannotRun(problems)
    writes = [line for one in chosen if one.scenario and not allow_writes for line in writes_of(one.scenario)]
    if writes:
        raise CannotRun([*writes, "nothing was sent; --allow-writes sends it, which is meant for a server of tests"])


def _nearest(server: "Target", client_id: str, client_secret: str) -> str:
    """Return the profile nearest to the target, and say which it is."""
    from emulator.runner.likeness import nearest_profile

    profile, sentence = nearest_profile(server, client_id, client_secret)
    click.echo(f"{server.base}: {sentence}", err=True)
    return profile


def _show(one: "Comparison", *, verbose: bool) -> None:
    from emulator.runner.reports.comparing import show_comparison

    click.echo(show_comparison(one, verbose=verbose))


def _end(found: "Sequence[Comparison]", *, target: str, as_json: bool) -> None:
    from emulator.runner.reports.comparing import show_total, write_json

    click.echo(write_json(found, target=target) if as_json else show_total(found))


def _write(found: "Sequence[Comparison]", junit: str | None, html: str | None) -> bool:
    """Write the reports that were asked for; say which could not be written."""
    from emulator.cli.run import _html, _junit, _write_reports
    from emulator.runner.reports.comparing import as_run

    return _write_reports(as_run(found), {_junit: junit, _html: html})
