"""What tests ask an app under test with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emulator.core.reply import Headers
from emulator.runner.app_pool import AppPool
from emulator.runner.apps import SHOWN_LINES, RunningApp
from emulator.runner.environments import Environments
from emulator.runner.http import send
from emulator.runner.output import last_lines
from emulator.runner.requests import plain
from emulator.scenario.model import scenario_of
from emulator.world.world import World


@dataclass(frozen=True, kw_only=True)
class AppReply:
    """What an app answered."""

    status: int
    header_list: Headers
    text: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers, their names in lower case; of several with one name the last."""
        return {name.lower(): value for name, value in self.header_list}

    def json(self) -> Any:
        """Return the body read as JSON; raises ValueError for another one."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise ValueError(f"the app's reply is not JSON: {self.status} {self.text[:200]!r}") from error


class AppHandle:
    """An app under test, at `url`; `app` holds its output and whether it runs."""

    def __init__(self, app: RunningApp) -> None:
        self.app = app
        self.url = app.url
        self.output = app.output

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> AppReply:
        """Ask for a path; its query is part of it."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None) -> AppReply:
        """Send JSON to a path, nothing if it is None."""
        return self.request("POST", path, json=json, headers=headers)

    def request(
        self, method: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> AppReply:
        """Send a request and return its reply, whatever its status.

        Raises ConnectionError when there is none, with what the app wrote meanwhile.
        """
        if not path.startswith("/"):
            raise ValueError(f"a path begins with /, got {path!r}")
        given = {"method": method, "path": path, "headers": dict(headers or {})}
        request = plain(given if json is None else {**given, "json": json})
        mark = self.output.mark()
        _, received = send(
            self.url,
            method=request.method,
            path=request.path,
            headers=request.headers,
            body=request.body,
            shown_base=f"http://{self.app.name}",
            host=urlsplit(self.url).netloc,
        )
        if received.failure:
            raise ConnectionError(self._said(f"{method} {path}: no reply: {received.failure}", mark))
        return AppReply(status=received.status, header_list=received.headers, text=received.body)

    def _said(self, message: str, mark: int) -> str:
        if self.app.process is not None:
            self.app.process.wait(0.5)  # its sockets close before its exit code is there
        ended = "" if self.app.is_running else f"; it has ended with exit code {self.app.exit_code}"
        self.output.settle()
        text = last_lines(self.output.since(mark).rstrip(), SHOWN_LINES)
        return f"{self.app.name}: {message}{ended}" + (f"; it wrote:\n{text}" if text else "")


def open_handles(pool: AppPool, environments: Environments, world: World) -> dict[str, AppHandle]:
    """Return the apps of a world's scenario, pointed at the server of `environments`; raises CannotStart."""
    scenario = scenario_of(world.state)
    running = pool.open(scenario.apps, environment=environments.of(world), names=scenario.variables)
    return {name: AppHandle(app) for name, app in running.items()}
