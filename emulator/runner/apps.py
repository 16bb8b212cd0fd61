"""The apps under test: starting them, waiting until they are ready, ending them."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from emulator.runner.http import send
from emulator.runner.names import UnknownName, fill
from emulator.runner.output import Output, last_lines
from emulator.runner.processes import CannotStart, Process, listening_ports, running
from emulator.scenario.apps import App, served, url_variable

#: How many lines of an app's output a message or a report shows.
SHOWN_LINES = 40
_STEP = 0.03
#: Seconds that one look at an app may take.
_LOOK = 2.0
_PORT_SAID = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\bport)[: ]+([0-9]{2,5})\b", re.IGNORECASE)

Fill = Callable[[Any, Mapping[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class RunningApp:
    """An app that can be asked: at `url`, with the variables it was given; `process` is None where it ran already."""

    name: str
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    output: Output = field(default_factory=Output)
    process: Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, as far as we know."""
        return self.process is None or self.process.exit_code is None

    @property
    def exit_code(self) -> int | None:
        """Its exit code once it has ended."""
        return None if self.process is None else self.process.exit_code


@contextmanager
def open_apps(
    apps: Mapping[str, App],
    *,
    environment: Mapping[str, str],
    overrides: Mapping[str, str] | None = None,
    names: Mapping[str, Any] | None = None,
    fill: Fill = fill,
) -> Iterator[Mapping[str, RunningApp]]:
    """Start the apps one after another, wait until each is ready, and end them all at last.

    Each is given our environment, `environment`, its own variables and PORT. `overrides` are addresses of apps that run
    already; nothing is started for those. `names` are what `${name}` may hold beside the environment; `fill` looks them
    up. Raises CannotStart.
    """
    given = dict(overrides or {})
    apps = served(apps)
    ports = {name: app.port or _free_port() for name, app in apps.items() if name not in given and not app.url}
    urls = {name: given.get(name) or app.url or f"http://127.0.0.1:{ports[name]}" for name, app in apps.items()}
    shared = {**environment, **{url_variable(name): url for name, url in urls.items()}}
    found: dict[str, RunningApp] = {}
    with ExitStack() as stack:
        for name, app in apps.items():
            if name not in ports:
                found[name] = RunningApp(name=name, url=urls[name].rstrip("/"))
                continue
            try:
                variables = _variables(app, ports[name], shared, names or {}, fill)
                words = [str(fill(word, {**(names or {}), **variables})) for word in app.start]
                found[name] = stack.enter_context(_started(app, words, ports[name], variables))
            except (CannotStart, UnknownName) as error:
                raise CannotStart(f"{name} cannot be tested: {error}") from error
        yield found


def _variables(app: App, port: int, shared: Mapping[str, str], names: Mapping[str, Any], fill: Fill) -> dict[str, str]:
    """Return the variables that an app is given beside ours; its own come before those of everybody."""
    known = {**shared, "PORT": str(port)}
    own = {name: str(fill(text, {**names, **known})) for name, text in app.env.items()}
    return known | own


@contextmanager
def _started(app: App, words: list[str], port: int, variables: Mapping[str, str]) -> Iterator[RunningApp]:
    """Start one app and wait until it is ready; end it at last."""
    if app.port and _is_taken(app.port):
        raise CannotStart(f"port {app.port} is taken by another program; end that, or give the app another port or 0")
    # Python keeps back what it prints to a pipe; then nobody would see it in time.
    environment = {"PYTHONUNBUFFERED": "1", **os.environ, **variables}
    output = Output()
    with running(words, cwd=app.cwd, environment=environment, outputs=[output]) as process:
        one = RunningApp(
            name=app.name, url=f"http://127.0.0.1:{port}", environment=variables, output=output, process=process
        )
        _wait_until_ready(app, one, process, port)
        yield one


def _wait_until_ready(app: App, one: RunningApp, process: Process, port: int) -> None:
    """Return when an app is ready; raises CannotStart when it ends before, or takes too long."""
    end = time.monotonic() + app.patience.total_seconds()
    while True:
        code = process.exit_code
        if code is not None:
            one.output.settle()
            raise CannotStart(f"it ended with exit code {code} before it was ready{_said(one.output)}")
        left = end - time.monotonic()
        missing = _missing(app, one, port, max(min(left, _LOOK), 0.05))
        if not missing:
            return
        if left <= 0:
            other = _other_port(one.output, process, port)
            raise CannotStart(f"it is not ready after {_seconds(app)}: {missing}{other}{_said(one.output)}")
        time.sleep(_STEP)


def _missing(app: App, one: RunningApp, port: int, patience: float) -> str:
    """Return what an app still lacks to be ready, empty when it is."""
    ready = app.ready
    if ready and not ready.startswith("/"):
        return "" if ready in one.output.since() else f"its output does not hold {ready!r}"
    if ready:
        _, received = send(
            one.url, method="GET", path=ready, headers={}, body=None, shown_base=one.url, patience=patience
        )
        if received.failure:
            return f"GET {ready} on port {port} got no reply ({received.failure})"
        return "" if received.status < 400 else f"GET {ready} on port {port} was answered {received.status}"
    wanted = app.ready_port or port
    return "" if _answers(wanted, patience) else f"nobody listens on port {wanted}"


def _answers(port: int, patience: float) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=patience).close()
    except OSError:
        return False
    return True


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return False  # the app will say so itself
        except OSError:
            return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _other_port(output: Output, process: Process, port: int) -> str:
    """Return the remark that an app listens elsewhere, where the system or its output tells."""
    seen = listening_ports(process.group) or [int(one) for one in _PORT_SAID.findall(output.since())]
    others = [one for one in dict.fromkeys(seen) if one != port]
    if port in seen and not _answers(port, _LOOK):
        return f"; it listens on port {port}, but not at 127.0.0.1, where it is asked"
    if not others or port in seen:
        return ""
    return f"; it listens on port {others[0]} instead of {port}, which the variable PORT tells it"


def _said(output: Output) -> str:
    text = last_lines(output.since().rstrip(), SHOWN_LINES)
    return f"; its last output:\n{text}" if text else "; it wrote nothing"


def _seconds(app: App) -> str:
    return f"{app.patience.total_seconds():g}s"
