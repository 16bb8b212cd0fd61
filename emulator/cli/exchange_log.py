"""The exchanges that `mockdoor serve` prints while it runs."""

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from emulator.journal.exchange import Exchange
    from emulator.server.listener import Server


def log_exchanges(server: "Server", *, as_json: bool) -> None:
    """Print each exchange of a server as it ends, as a line for people or as JSON."""
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
