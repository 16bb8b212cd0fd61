"""What `mockdoor serve` prints: the start, then each exchange."""

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from emulator.journal.exchange import Exchange
    from emulator.server.listener import Server
    from emulator.world.world import World


def announce(world: "World", server: "Server", entrances: dict[str, str], *, as_json: bool, quiet: bool) -> None:
    """Print where the server is, and for people what there is to know about it."""
    from emulator.cli.banner import banner, language

    if as_json:
        started = {"url": server.url, "profile": world.profile, "scenario": world.state.setting.name}
        _echo_json(started | entrances | ({"token": server.token} if server.token else {}))
    elif not quiet:
        click.echo(banner(world, server.url, token=server.token, language=language(), entrances=entrances))
    elif server.token:
        click.echo(f"control token: {server.token}", err=True)
    sys.stdout.flush()


def log_exchanges(server: "Server", *, as_json: bool) -> None:
    """Print every exchange from now on."""
    from emulator.cli.banner import language
    from emulator.journal.console_log import ConsoleLog
    from emulator.journal.serialize import serialize_exchange
    from emulator.web.lifecycle import app_state

    out, lock = sys.stdout, threading.Lock()
    console_log = ConsoleLog(language=language(), colour=_has_colour(out))
    listeners = app_state(server.app).listeners

    def log(exchange: "Exchange") -> None:
        line = json.dumps(serialize_exchange(exchange), ensure_ascii=False) if as_json else console_log.line(exchange)
        with lock:
            try:
                out.write(line + "\n")
                out.flush()
            except (OSError, ValueError):  # nobody reads any more, as behind `| head`; keep serving
                listeners.clear()

    listeners.append(log)


def _has_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _echo_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))
