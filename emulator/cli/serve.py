"""`mockdoor serve`: a world that clients reach over HTTP, and what its owner sees of it."""

import errno
import gc
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.completion import SCENARIO
from emulator.cli.hosts import PROXY_PORT, TLS_PORT, Port, PortsLeftOut, open_authority, open_entrance
from emulator.cli.limits import KNOWN, limits_from
from emulator.cli.options import (
    CANNOT_START,
    INTERRUPTED,
    USER_ERROR,
    examples,
    load_scenario,
    profile_option,
    wall_clock,
)
from emulator.cli.serve_log import announce, log_exchanges
from emulator.cli.served import open_shelf, served_files
from emulator.cli.sources import is_from_line, is_from_project, said_by
from emulator.cli.stdin import call_at_eof

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from emulator.core.limits import Limits
    from emulator.server.limits import ServerLimits
    from emulator.server.listener import Server
    from emulator.world.world import World


@click.command(
    cls=PortsLeftOut,
    epilog=examples(
        "mockdoor serve",
        "mockdoor serve missing-tag --profile current",
        "mockdoor serve scenarios/",
        "mockdoor serve demo.scenario.yaml --casdoor 3.20.0 --port 0 --json",
        "mockdoor serve --limit users=100000 --limit tokens=100000",
    ),
)
@click.argument("scenarios", metavar="[SCENARIO]...", nargs=-1, type=SCENARIO, envvar="MOCKDOOR_SCENARIO")
@profile_option
@click.option("--casdoor", metavar="VERSION", help="Play the profile nearest to this version of Casdoor.")
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="MOCKDOOR_HOST",
    show_default=True,
    show_envvar=True,
    help="The address to listen on.",
)
@click.option(
    "--port",
    default=8000,
    type=click.IntRange(0, 65535),
    envvar="MOCKDOOR_PORT",
    show_default=True,
    show_envvar=True,
    help="0 picks a free one.",
)
@click.option(
    "--state",
    "state_path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="MOCKDOOR_STATE",
    show_envvar=True,
    help="Resume from the state in FILE if it exists, and keep saving it there.",
)
@click.option(
    "--limit",
    "limit_pairs",
    metavar="NAME=NUMBER",
    multiple=True,
    help=f"Remember at most this many, or let clients hold so much; may be given again. Names: {', '.join(KNOWN)}.",
)
@click.option(
    "--tls",
    "tls_port",
    metavar="[PORT]",
    is_flag=False,
    flag_value=TLS_PORT,
    type=Port(TLS_PORT),
    help=f"Serve https as well, on port {TLS_PORT} unless another is given; `mockdoor ca` says what clients need.",
)
@click.option(
    "--proxy",
    "proxy_port",
    metavar="[PORT]",
    is_flag=False,
    flag_value=PROXY_PORT,
    type=Port(PROXY_PORT),
    help=f"Be a proxy as well, on port {PROXY_PORT} unless another is given, for api.weixin.qq.com and the scenario's"
    " hosts.",
)
@click.option("--passthrough", is_flag=True, help="Let the proxy's clients reach other hosts, by https.")
@click.option(
    "--mini-program",
    "mini_program",
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Show the mini program in DIR on the page /_emulator/mini-program, and again after each save.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line: the start, then each exchange.")
@click.option("--quiet", is_flag=True, help="Print no exchanges, and without --json no start either.")
@click.option("--watch", "watched", is_flag=True, help="Reload the scenario after each save; keep the last good one.")
@click.option("--until-eof", is_flag=True, help="End when standard input does, as with the program that holds it.")
def serve(
    scenarios: tuple[str, ...],
    profile: str | None,
    casdoor: str | None,
    host: str,
    port: int,
    *,
    state_path: Path | None,
    limit_pairs: tuple[str, ...],
    tls_port: int | None,
    proxy_port: int | None,
    passthrough: bool,
    mini_program: Path | None,
    as_json: bool,
    quiet: bool,
    watched: bool,
    until_eof: bool,
) -> None:
    """Serve a scenario over HTTP.

    SCENARIO is a file, a folder, a pattern in quotes, or the name of a shipped one; without it the one that
    MOCKDOOR_SCENARIO or the project's mockdoor.yaml names is served, or the default world. The first is served; the
    console and `PUT /_emulator/scenario` switch to the others, which resets the world.
    """
    from emulator.control.worlds import open_world
    from emulator.web.console.mini_program import show_folder
    from emulator.web.lifecycle import app_state

    if passthrough and proxy_port is None:
        raise click.UsageError("--passthrough goes with --proxy")
    if passthrough and not _is_own(host):
        raise click.UsageError(
            "--passthrough goes with a --host of this machine only; others could reach anything by it"
        )
    if mini_program is not None and not _is_own(host):
        raise click.UsageError("--mini-program goes with a --host of this machine only; others could read the folder")
    played = _profile(profile if casdoor is None or is_from_line("profile") else None, casdoor)
    limits, server_limits = _limits(limit_pairs)
    files = served_files(scenarios, said_by("scenarios"))
    first = str(files[0]) if files else None
    world = open_world(load_scenario(first, said_by("scenarios")), wall=wall_clock, profile=played, limits=limits)
    shelf = open_shelf(files) if len(files) > 1 else None
    server = _listen(world, host, port, server_limits)
    if mini_program is not None:
        show_folder(server.app, mini_program)
    if shelf is not None:
        app_state(server.app).scenarios = shelf
    named = None if is_from_project("scenarios") else first
    state_file = _state_file(state_path, server, world, profile=played, named=named) if state_path else nullcontext()
    entrances = _open_entrances(world, server, tls_port, proxy_port, passthrough=passthrough)
    announce(world, server, entrances, as_json=as_json, quiet=quiet)
    if not quiet:
        log_exchanges(server, as_json=as_json)
    if until_eof:
        call_at_eof(server.stop)
    with state_file, _reloading(world, files, played) if watched else nullcontext():
        code = _run(server)
    sys.exit(code)


def _reloading(world: "World", files: "tuple[Path, ...]", profile: str | None) -> "AbstractContextManager[None]":
    from emulator.cli.reloading import reloading

    if not files:
        raise click.UsageError("--watch goes with a scenario file")
    return reloading(world, files, profile)


def _is_own(host: str) -> bool:
    """Return whether only this machine reaches a server that listens on a host."""
    return host.startswith("127.") or host in ("localhost", "::1")


def _limits(pairs: tuple[str, ...]) -> "tuple[Limits, ServerLimits]":
    try:
        return limits_from(pairs)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--limit") from error


def _profile(profile: str | None, casdoor: str | None) -> str | None:
    from emulator.casdoor.nearest import nearest

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


def _listen(world: "World", host: str, port: int, limits: "ServerLimits") -> "Server":
    from emulator.server.listener import Server

    try:
        return Server(world, host, port, limits)
    except OSError as error:
        # The socket module adds the address to the system's words; resolvers number their errors below 0.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        hint = "; choose another with --port, 0 picks a free one" if error.errno == errno.EADDRINUSE else ""
    except UnicodeError:
        reason, hint = "not a valid address", ""
    named = said_by("host") + said_by("port")
    click.echo(f"mockdoor: {named}cannot listen on {host}:{port}: {reason}{hint}", err=True)
    sys.exit(CANNOT_START)


def _open_entrances(
    world: "World", server: "Server", tls_port: int | None, proxy_port: int | None, *, passthrough: bool
) -> dict[str, str]:
    """Open the further ports that were asked for; return their addresses by name, and the path of the certificate."""
    if tls_port is None and proxy_port is None:
        return {}
    from emulator.scenario.model import scenario_of
    from emulator.server.entrance import open_tls
    from emulator.server.proxy import open_proxy

    authority = open_authority(scenario_of(world.state).hosts)
    opened = {}
    if tls_port is not None:
        entrance = open_entrance(lambda port: open_tls(server, authority, port), tls_port, "--tls", server.host)
        opened["tls"] = f"https://localhost:{entrance.port}"
    if proxy_port is not None:
        entrance = open_entrance(
            lambda port: open_proxy(server, authority, port, passthrough=passthrough),
            proxy_port,
            "--proxy",
            server.host,
        )
        opened["proxy"] = f"http://127.0.0.1:{entrance.port}"
    return opened | {"ca": str(authority.certificate_path)}


def _state_file(
    path: Path, server: "Server", world: "World", *, profile: str | None, named: str | None
) -> "AbstractContextManager[object]":
    """Resume from a state file; exit 2 when it cannot be used, and leave it as it is."""
    from emulator.scenario.model import scenario_of
    from emulator.server.state_file import StateFile, Unreadable
    from emulator.web.lifecycle import app_state

    fresh = scenario_of(world.state)
    state_file = StateFile(path, app_state(server.app).worlds, report=lambda text: click.echo(text, err=True))
    wrong = "" if path.parent.is_dir() else f"{path}: there is no folder {path.parent}"
    try:
        if not wrong:
            state_file.load()
    except Unreadable as error:
        wrong = str(error)
    resumed = scenario_of(world.state)
    if named is not None and resumed.name != fresh.name:
        held = resumed.name
        wrong = f"{path} holds scenario {held}, not {fresh.name}; leave the scenario out, or name another file"
    if wrong:
        state_file.close()
        server.stop()
        click.echo(said_by("state_path") + wrong, err=True)
        sys.exit(USER_ERROR)
    if resumed.name == fresh.name and resumed.document != fresh.document:
        click.echo(f"{path} resumes an earlier text of {fresh.name}; delete it to start from the new one", err=True)
    world.state.profile = profile or world.profile
    return state_file


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
