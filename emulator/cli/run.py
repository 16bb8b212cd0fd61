"""`mockdoor run`: scenarios as tests."""

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.completion import SCENARIO
from emulator.cli.options import USER_ERROR, ProfileName, examples
from emulator.cli.project import ProjectCommand, overlay
from emulator.cli.sources import is_from_line

if TYPE_CHECKING:
    from emulator.runner.last_run import LastRun
    from emulator.runner.results import CaseResult, RunResult
    from emulator.runner.selection import Choice

    #: Where each kind of report is written, by what writes it.
    Reports = Mapping[Callable[[RunResult], str], str | None]


@click.command(
    cls=ProjectCommand,
    epilog=examples(
        "mockdoor run scenarios/ -j 4",
        "mockdoor run my.scenario.yaml:14 -v",
        "mockdoor run scenarios/ --tag retry --profile docs --profile current",
        "mockdoor run --rerun-failed",
        "mockdoor run . --junit report.xml --html report.html",
        "mockdoor run my.scenario.yaml --target https://staging.example.com",
    ),
)
@click.argument("paths", nargs=-1, type=SCENARIO, metavar="PATHS...")
@click.option("--rerun-failed", is_flag=True, help="Run what failed in this folder's last run, in place of PATHS.")
@click.option(
    "-k",
    "text",
    default="",
    metavar="TEXT",
    help="Run only scenarios with this text in their name, description or path.",
)
@click.option(
    "--tag", "tags", multiple=True, help="Run only scenarios with this tag; may be given again for any of several."
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=ProfileName(),
    help="Run under this profile instead of the file's; may be given again.",
)
@click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a variable over the files'; may be given again.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first failure.")
@click.option("--strict", is_flag=True, help="Fail a scenario in which a planned fault never struck.")
@click.option("-v", "--verbose", is_flag=True, help="Show every step.")
@click.option("--explain", is_flag=True, help="Show step by step who called whom, for a classroom.")
@click.option(
    "-j",
    "--jobs",
    metavar="N",
    default=1,
    type=click.IntRange(1),
    help="Run this many files side by side, each with a server and apps of its own; the reports stay the same.",
)
@click.option("--target", metavar="URL", help="Send the steps to this server, not to the embedded one.")
@click.option(
    "--app",
    "apps",
    multiple=True,
    metavar="NAME=URL",
    callback=lambda _context, _option, given: app_addresses(given),
    help="Ask this app at an address where it runs already; may be given again.",
)
@click.option("--junit", type=click.Path(dir_okay=False), help="Write a JUnit XML report.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a report as one HTML page.")
@click.option("--json-report", type=click.Path(dir_okay=False), help="Write the results as JSON to a file.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--watch", "watched", is_flag=True, help="Run again after each save, until Ctrl-C.")
def run(
    paths: tuple[str, ...],
    *,
    rerun_failed: bool,
    text: str,
    tags: tuple[str, ...],
    profiles: tuple[str, ...],
    variables: tuple[str, ...],
    fail_fast: bool,
    strict: bool,
    verbose: bool,
    explain: bool,
    jobs: int,
    target: str | None,
    apps: dict[str, str],
    junit: str | None,
    html: str | None,
    json_report: str | None,
    as_json: bool,
    watched: bool,
) -> None:
    """Run the steps of scenario files and show what differs.

    PATHS are files, folders, patterns in quotes, names of shipped scenarios, or FILE:LINE for the scenario with a step
    in that line.
    Without any, those of the project's mockdoor.yaml run.
    It is a mistake (exit code 2) when nothing is left to run, or with --rerun-failed when no run is remembered; when
    nothing failed in the last run, there is nothing to do and the exit code is 0.
    """
    from emulator.runner.selection import Choice

    last = _last_run(paths) if rerun_failed else None
    paths, profiles = (last.failed, profiles or last.profiles) if last else (paths, profiles)
    if not paths:
        raise click.UsageError("Missing argument 'PATHS...'.")
    choice = Choice(
        text=text,
        tags=tags,
        profiles=profiles,
        fail_fast=fail_fast,
        strict=strict,
        target=target,
        variables=dict(map(_variable, variables)),
        apps=apps,
        overlay=overlay(),
    )
    if jobs > 1 and target is not None:
        raise click.UsageError("-j goes without --target, where all scenarios share a world")
    reports: Reports = {_junit: junit, _html: html, _json: json_report}

    def act() -> None:
        show = _Progress(choice, verbose=verbose, explain=explain, quiet=as_json)
        sys.exit(_run_once(paths, choice, show, jobs=jobs, last=last, reports=reports, as_json=as_json))

    if not watched:
        act()
    from emulator.cli.watching import repeat, watch_scenarios

    repeat(partial(watch_scenarios, paths), act)


def _run_once(
    paths: tuple[str, ...],
    choice: "Choice",
    show: "_Progress",
    *,
    jobs: int,
    last: "LastRun | None",
    reports: "Reports",
    as_json: bool,
) -> int:
    """Run and show what came of it; return the exit code."""
    from emulator.runner.last_run import remember
    from emulator.runner.run import run_paths
    from emulator.runner.selection import CannotRun

    try:
        found = run_paths(paths, choice, on_case=show.case, jobs=jobs, in_order=not sys.stdout.isatty())
    except CannotRun as error:
        click.echo(str(error), err=True)
        return USER_ERROR
    remember(found, choice.profiles, before=last)
    written = _write_reports(found, reports)
    if as_json:
        click.echo(_json(found))
    show.end(found)
    return found.exit_code or (0 if written else USER_ERROR)


def _variable(given: str) -> tuple[str, str]:
    """Return the name and value of a `--var`."""
    name, equals, value = given.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{given!r} is not NAME=VALUE", param_hint="'--var'")
    return name, value


def app_addresses(given: tuple[str, ...]) -> dict[str, str]:
    """Return the addresses of `--app NAME=URL`; raises BadParameter for what is none."""
    from emulator.scenario.apps import is_address

    found = {}
    for one in given:
        name, _, url = one.partition("=")
        if not name or not is_address(url):
            raise click.BadParameter(f"{one!r} is not NAME=URL; write for example backend=http://127.0.0.1:3000")
        found[name] = url
    return found


def _last_run(paths: tuple[str, ...]) -> "LastRun":
    """Return the last run of this folder, one with failures; end here when there is none."""
    from emulator.runner.last_run import recall

    if paths and is_from_line("paths"):
        raise click.UsageError("--rerun-failed chooses the scenarios; leave PATHS out")
    last = recall()
    if last is None:
        click.echo("no run of this folder is remembered; run scenarios without --rerun-failed first", err=True)
        sys.exit(USER_ERROR)
    if not last.failed:
        click.echo("nothing failed in the last run of this folder", err=True)
        sys.exit(0)
    return last


class _Progress:
    """What a run shows as it proceeds."""

    def __init__(self, choice: "Choice", *, verbose: bool, explain: bool, quiet: bool) -> None:
        import time

        self.choice = choice
        self.verbose = verbose
        self.explain = explain
        self.quiet = quiet
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.now = time.monotonic
        self.begun = time.monotonic()

    def case(self, case: "CaseResult") -> None:
        if self.quiet:
            return
        if self.explain:
            from emulator.cli.banner import language
            from emulator.runner.reports.explain import explain

            click.echo(explain(case, language=language()))
            return
        from emulator.runner.reports.terminal import show_case

        if not (self.verbose or sys.stdout.isatty()) and case.status == "passed" and not case.idle_faults:
            return  # a pipe gets what went wrong only
        click.echo(show_case(case, verbose=self.verbose, colour=self.colour), nl=False)
        if case.status in ("failed", "error") or (self.choice.strict and case.idle_faults):
            from emulator.runner.reports.repeat import repeat_line

            click.echo(f"  repeat: {repeat_line(case, self.choice)}")

    def end(self, found: "RunResult") -> None:
        from emulator.runner.reports.terminal import show_problems, show_summary

        problems = show_problems(found)
        if problems:
            click.echo(problems, err=True, nl=False)
        if not self.quiet:
            click.echo(show_summary(found, seconds=self.now() - self.begun, colour=self.colour))


def _write_reports(found: "RunResult", paths: "Reports") -> bool:
    """Write the reports that were asked for; say which could not be written."""
    written = True
    for write, path in paths.items():
        if path is None:
            continue
        try:
            Path(path).write_text(write(found), "utf-8")
        except OSError as error:
            click.echo(f"{path}: the report cannot be written: {error.strerror}", err=True)
            written = False
    return written


def _junit(found: "RunResult") -> str:
    from emulator.runner.reports.junit import write_junit

    return write_junit(found, times=True)


def _json(found: "RunResult") -> str:
    from emulator.runner.reports.json_report import write_json

    return write_json(found)


def _html(found: "RunResult") -> str:
    from emulator.runner.reports.html import write_html

    return write_html(found)
