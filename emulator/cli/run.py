"""Commands around scenarios as tests: `mockdoor run`, `init` and `exec`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from emulator.runner.results import CaseResult, RunResult
    from emulator.scenario.model import Scenario
    from emulator.server.listener import Server
    from emulator.world.world import World

#: Exit codes (conventions 17).
USER_ERROR, CANNOT_START, INTERRUPTED = 2, 3, 130

PROFILES = ["docs", "classic", "current"]


def examples(*lines: str) -> str:
    """Return the examples that a command's help ends with."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


@click.command(
    epilog=examples(
        "mockdoor run scenarios/",
        "mockdoor run my.scenario.yaml:14 -v",
        "mockdoor run scenarios/ --tag retry --profile docs --profile current",
        "mockdoor run . --junit report.xml --html report.html",
        "mockdoor run my.scenario.yaml --target https://staging.example.com",
    )
)
@click.argument("paths", nargs=-1, required=True)
@click.option("-k", "text", default="", metavar="TEXT", help="Run what has this text in its name or description.")
@click.option("--tag", "tags", multiple=True, help="Run what has this tag; may be given again.")
@click.option("--profile", "profiles", multiple=True, type=click.Choice(PROFILES), help="Run under this profile too.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first failure.")
@click.option("--strict", is_flag=True, help="Fail where a planned fault never struck.")
@click.option("-v", "--verbose", is_flag=True, help="Show every step.")
@click.option("--explain", is_flag=True, help="Tell step by step who called whom, for a classroom.")
@click.option("--target", default="", metavar="URL", help="Send the steps to this server, not to the embedded one.")
@click.option("--junit", type=click.Path(dir_okay=False), help="Write a JUnit XML report.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a report as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def run(
    paths: tuple[str, ...],
    *,
    text: str,
    tags: tuple[str, ...],
    profiles: tuple[str, ...],
    fail_fast: bool,
    strict: bool,
    verbose: bool,
    explain: bool,
    target: str,
    junit: str | None,
    html: str | None,
    as_json: bool,
) -> None:
    """Run the steps of scenario files and tell what differed.

    PATHS are files, folders, names of shipped scenarios, or FILE:LINE for the scenario with a step in that line.
    """
    from emulator.runner.run import run_paths
    from emulator.runner.selection import CannotRun, Choice

    choice = Choice(text=text, tags=tags, profiles=profiles, fail_fast=fail_fast, strict=strict, target=target)
    show = _Progress(verbose=verbose, explain=explain, quiet=as_json)
    try:
        found = run_paths(paths, choice, on_case=show.case)
    except CannotRun as error:
        click.echo(str(error), err=True)
        sys.exit(USER_ERROR)
    written = _write_reports(found, junit=junit, html=html)
    if as_json:
        from emulator.runner.reports.json_report import write_json

        click.echo(write_json(found))
    show.end(found)
    sys.exit(found.exit_code or (0 if written else USER_ERROR))


class _Progress:
    """What a run says while it goes on."""

    def __init__(self, *, verbose: bool, explain: bool, quiet: bool) -> None:
        import time

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
            return  # a pipe wants to know of trouble only
        click.echo(show_case(case, verbose=self.verbose, colour=self.colour), nl=False)

    def end(self, found: "RunResult") -> None:
        from emulator.runner.reports.terminal import show_problems, show_summary

        problems = show_problems(found)
        if problems:
            click.echo(problems, err=True, nl=False)
        if not self.quiet:
            click.echo(show_summary(found, seconds=self.now() - self.begun, colour=self.colour))


def _write_reports(found: "RunResult", *, junit: str | None, html: str | None) -> bool:
    """Write the reports that were asked for; say which could not be written."""
    written = True
    for path, write in ((junit, _junit), (html, _html)):
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

    return write_junit(found)


def _html(found: "RunResult") -> str:
    from emulator.runner.reports.html import write_html

    return write_html(found)


STARTER = """\
# yaml-language-server: $schema={schema}
version: 1
description: >-
  Say what goes wrong here, what a reader should look at, and what helps.
tags: [example]

# Everything that is not said comes from the built-in world: organization test, one application with the docs
# page's client_id, one mini program, the personas visitor, alice, bob and carol. Names below merge over it.
profile: docs            # docs | classic (v3.35.0) | current (v3.158.0)
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
    epilog=examples("mockdoor init", "mockdoor init login.scenario.yaml", "mockdoor run login.scenario.yaml")
)
@click.argument("path", default="first.scenario.yaml", type=click.Path(dir_okay=False))
def init(path: str) -> None:
    """Write a commented scenario to start from, and the schema that editors use beside it."""
    target = Path(path)
    schema = target.parent / "mockdoor.schema.json"
    if target.exists():
        click.echo(f"{path} exists already; name another file", err=True)
        sys.exit(USER_ERROR)
    import json

    from emulator.scenario import schema as whole

    try:
        target.write_text(STARTER.format(schema=schema.name), "utf-8")
        schema.write_text(json.dumps(whole(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        click.echo(f"{path}: cannot be written: {error.strerror}", err=True)
        sys.exit(USER_ERROR)
    click.echo(f"wrote {target} and {schema}; next: mockdoor run {target}")


@click.command(
    name="exec",
    context_settings={"ignore_unknown_options": True},
    epilog=examples(
        "mockdoor exec -- npm test",
        "mockdoor exec --scenario wechat-busy-once -- ./gradlew test",
        "mockdoor exec -- sh -c 'curl -s $CASDOOR_HOSTNAME/api/health'",
    ),
)
@click.option("--scenario", "name", help="A scenario file, or the name of a shipped one.")
@click.option("--profile", type=click.Choice(PROFILES), help="Which Casdoor to play.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(command: Sequence[str], *, name: str | None, profile: str | None) -> None:
    """Run a command beside an emulator, and return the command's exit code.

    The command finds the address in CASDOOR_HOSTNAME, CASDOOR_ENDPOINT, WECHAT_API_BASE and MOCKDOOR_URL, and the
    world's names in CASDOOR_CLIENT_ID, CASDOOR_CLIENT_SECRET, CASDOOR_ORGANIZATION, CASDOOR_APPLICATION,
    CASDOOR_CERTIFICATE (a file), WECHAT_APPID and WECHAT_SECRET.
    """
    import subprocess
    from tempfile import TemporaryDirectory

    from emulator.server.listener import Server
    from emulator.world.world import World

    world = World(load_scenario(name), wall=_wall, profile=profile)
    try:
        server = Server(world, port=0)
    except OSError as error:
        click.echo(f"no free port: {error.strerror}", err=True)
        sys.exit(CANNOT_START)
    with server, TemporaryDirectory() as folder:
        try:
            environment = os.environ | _environment(server, world, Path(folder))
            done = subprocess.run(command, env=environment, check=False)  # noqa: S603  # the user's own command
        except OSError as error:
            click.echo(f"{command[0]}: {error.strerror}", err=True)
            sys.exit(127)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def load_scenario(name: str | None) -> "Scenario":
    """Return a scenario by path or shipped name, the default world without one; exit 2 with its problems."""
    from emulator.core.errors import ScenarioError
    from emulator.scenario import find, load, load_default

    try:
        return load_default() if name is None else load(find(name))
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(USER_ERROR)


def _wall() -> "datetime":
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _environment(server: "Server", world: "World", folder: Path) -> dict[str, str]:
    """Return what the command is told of the emulator; the certificate stands in a file of `folder`."""
    shown = dict.fromkeys(("CASDOOR_HOSTNAME", "CASDOOR_ENDPOINT", "WECHAT_API_BASE", "MOCKDOOR_URL"), server.url)
    application = next(iter(world.state.applications.values()), None)
    if application is not None:
        cert = world.state.certs.get(application.text("cert")) or next(iter(world.state.certs.values()))
        path = folder / "casdoor.pem"
        path.write_text(cert.text("certificate"), "utf-8")
        shown |= {
            "CASDOOR_CLIENT_ID": application.text("clientId"),
            "CASDOOR_CLIENT_SECRET": application.text("clientSecret"),
            "CASDOOR_ORGANIZATION": application.text("organization"),
            "CASDOOR_APPLICATION": application.name,
            "CASDOOR_CERTIFICATE": str(path),
        }
    program = next(iter(world.miniprograms.values()), None)
    if program is not None:
        shown |= {"WECHAT_APPID": program.appid, "WECHAT_SECRET": program.secret}
    return shown
