"""The command line: `mockdoor serve`, `check`, `schema`, `profiles`, `notes`, and the commands of `commands`."""

import errno
import gc
import json
import os
import signal
import sys
import threading
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from emulator import __version__
from emulator.cli.remote import STEERING
from emulator.cli.run import CANNOT_START, INTERRUPTED, USER_ERROR, examples, execute, init, load_scenario, run

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from emulator.journal.exchange import Exchange
    from emulator.server.listener import Server
    from emulator.world.world import World


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "mockdoor serve                        the docs page's snippets work at http://127.0.0.1:8000",
        "mockdoor serve invalid-code           every login fails as with a wrong code",
        "mockdoor run scenarios/               run scenarios as tests",
        "mockdoor check my.scenario.yaml       find every mistake in a scenario file",
    ),
)
@click.version_option(__version__, prog_name="mockdoor")
def main() -> None:
    """Play WeChat's code2session and Casdoor's login API on this machine."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for _command in (run, init, execute, *STEERING):
    main.add_command(_command)


@main.command(
    epilog=examples(
        "mockdoor serve",
        "mockdoor serve missing-tag --profile current",
        "mockdoor serve demo.scenario.yaml --casdoor 3.20.0 --port 0 --json",
    )
)
@click.argument("scenario", required=False)
@click.option("--profile", type=click.Choice(["docs", "classic", "current"]), help="Which Casdoor to play.")
@click.option("--casdoor", metavar="VERSION", help="Play the profile nearest to this version of Casdoor.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option(
    "--state",
    "kept",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Go on from the state in FILE, if it is there, and keep it there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line: the start, then each exchange.")
@click.option("--quiet", is_flag=True, help="Print no exchanges, and without --json no start either.")
def serve(
    scenario: str | None,
    profile: str | None,
    casdoor: str | None,
    host: str,
    port: int,
    *,
    kept: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Serve a scenario: a shipped one by name, or a file; without one, the default world."""
    from emulator.world.world import World

    world = World(load_scenario(scenario), wall=lambda: datetime.now(UTC), profile=_profile(profile, casdoor))
    server = _bound(world, host, port)
    keeper = _kept(kept, server, world, profile=_profile(profile, casdoor), named=scenario) if kept else nullcontext()
    _announce(world, server, as_json=as_json, quiet=quiet)
    if not quiet:
        _tell_exchanges(server, as_json=as_json)
    with keeper:
        code = _run(server)
    sys.exit(code)


@main.command(epilog=examples("mockdoor check demo.scenario.yaml", "mockdoor check scenarios/*.yaml --json"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Find every problem of scenario files; exit 2 when there is one."""
    from emulator.core.errors import ScenarioError
    from emulator.scenario import load

    wrong = False
    for path in files:
        try:
            load(path)
        except ScenarioError as error:
            wrong = True
            if not as_json:
                click.echo(str(error), err=True)
            problems = [
                {"path": str(one.path), "line": one.line, "column": one.column, "message": one.message}
                for one in error.problems
            ]
        else:
            problems = []
            if not as_json:
                click.echo(f"{path}: ok")
        if as_json:
            _echo_json({"path": str(path), "ok": not problems, "problems": problems})
    sys.exit(USER_ERROR if wrong else 0)


@main.command(epilog=examples("mockdoor schema > scenario.schema.json"))
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from emulator import scenario

    click.echo(json.dumps(scenario.schema(), ensure_ascii=False, indent=2))


@main.command(epilog=examples("mockdoor profiles", "mockdoor serve --profile classic"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def profiles(*, as_json: bool) -> None:
    """List which Casdoors can be played."""
    from emulator.casdoor.profiles import PROFILES

    known = list(PROFILES.values())
    if as_json:
        _echo_json([{"name": one.name, "version": one.version, "en": one.en, "zh": one.zh} for one in known])
        return
    for one in known:
        click.echo(f"{one.name:<8} {one.version:<9} {one.en}\n{'':<18} {one.zh}")


@main.command(epilog=examples("mockdoor notes", "mockdoor notes --json"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def notes(*, as_json: bool) -> None:
    """List every place where production differs from what the emulator does."""
    from emulator.journal.notes import catalogue

    known = list(catalogue().values())
    if as_json:
        _echo_json([vars(one) for one in known])
        return
    for one in known:
        click.echo(f"{one.id} ({one.kind}; {one.versions})\n  {one.en}\n  {one.zh}\n  {one.source}\n")


def _profile(profile: str | None, casdoor: str | None) -> str | None:
    from emulator.casdoor.profiles import nearest

    if casdoor is None:
        return profile
    if profile is not None:
        raise click.UsageError("give --profile or --casdoor, not both")
    try:
        found, sentence = nearest(casdoor)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--casdoor") from error
    click.echo(sentence, err=True)
    return found.name


def _bound(world: "World", host: str, port: int) -> "Server":
    from emulator.server.listener import Server

    try:
        return Server(world, host, port)
    except OSError as error:
        # The socket module adds the address to the system's words; resolvers number their errors below 0.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        hint = "; choose another with --port, 0 picks a free one" if error.errno == errno.EADDRINUSE else ""
    except UnicodeError:
        reason, hint = "no such address", ""
    click.echo(f"mockdoor: cannot listen on {host}:{port}: {reason}{hint}", err=True)
    sys.exit(CANNOT_START)


def _kept(
    path: Path, server: "Server", world: "World", *, profile: str | None, named: str | None
) -> "AbstractContextManager[object]":
    """Go on from a state file; exit 2 when it cannot be used, and leave it as it is."""
    from emulator.server.state_file import StateFile, Unreadable
    from emulator.web.lifecycle import app_state

    fresh = world.scenario
    keeper = StateFile(path, app_state(server.app).worlds, tell=lambda text: click.echo(text, err=True))
    wrong = "" if path.parent.is_dir() else f"{path}: there is no folder {path.parent}"
    try:
        keeper.load()
    except Unreadable as error:
        wrong = f"{error}; mend it, or name another file"
    if named is not None and world.scenario.name != fresh.name:
        held = world.scenario.name
        wrong = f"{path} holds scenario {held}, not {fresh.name}; leave the scenario out, or name another file"
    if wrong:
        server.stop()
        click.echo(wrong, err=True)
        sys.exit(USER_ERROR)
    if world.scenario.name == fresh.name and world.scenario.document != fresh.document:
        click.echo(
            f"{path} goes on from an earlier text of {fresh.name}; delete it to begin with the new one", err=True
        )
    world.profile = profile or world.profile
    return keeper


def _announce(world: "World", server: "Server", *, as_json: bool, quiet: bool) -> None:
    from emulator.cli.banner import banner, language

    if as_json:
        started = {"url": server.url, "profile": world.profile, "scenario": world.scenario.name}
        _echo_json(started | ({"token": server.token} if server.token else {}))
    elif not quiet:
        click.echo(banner(world, server.url, token=server.token, language=language()))
    elif server.token:
        click.echo(f"control token: {server.token}", err=True)
    sys.stdout.flush()


def _tell_exchanges(server: "Server", *, as_json: bool) -> None:
    from emulator.cli.banner import language
    from emulator.journal.console_log import ConsoleLog
    from emulator.journal.serialize import entry
    from emulator.web.lifecycle import app_state

    out, lock = sys.stdout, threading.Lock()
    narrator = ConsoleLog(language=language(), colour=_colourful(out))
    listeners = app_state(server.app).listeners

    def tell(exchange: "Exchange") -> None:
        line = json.dumps(entry(exchange), ensure_ascii=False) if as_json else narrator.line(exchange)
        with lock:
            try:
                out.write(line + "\n")
                out.flush()
            except (OSError, ValueError):  # nobody reads any more, as behind `| head`: go on serving
                listeners.clear()

    listeners.append(tell)


def _run(server: "Server") -> int:
    """Serve until a signal; SIGTERM ends it well, SIGINT is an interruption."""
    # What is loaded by now stays; looking through it again and again costs requests time.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        server.run()
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _colourful(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
