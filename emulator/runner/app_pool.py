"""The apps of a run: started when a scenario needs them, kept while the next ones need the same."""

from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from emulator.runner.apps import RunningApp, open_apps
from emulator.runner.environments import Environments
from emulator.scenario.apps import App, served
from emulator.server.listener import Server


class AppPool:
    """Holds the running apps of one scenario at a time, so that files with a port of their own do not collide."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._stack = ExitStack()
        self._wanted: object = None
        self._running: Mapping[str, RunningApp] = {}
        self._environments: Environments | None = None

    def environments(self, server: Server) -> Environments:
        """Return what makes the variables for apps on a server, kept as long as the apps."""
        if self._environments is None:
            self._environments = Environments(server)
        return self._environments

    def open(
        self, apps: Mapping[str, App], *, environment: Mapping[str, str], names: Mapping[str, Any]
    ) -> Mapping[str, RunningApp]:
        """Return the apps of a scenario, those that run if they are equal and alive; raises CannotStart."""
        apps = served(apps)
        if not apps:
            return {}
        wanted = (dict(apps), dict(environment), dict(names))
        if wanted != self._wanted or not all(app.is_running for app in self._running.values()):
            self.close()
            self._running = self._stack.enter_context(
                open_apps(apps, environment=environment, overrides=self._overrides, names=names)
            )
            self._wanted = wanted
        return self._running

    def close(self) -> None:
        """End what runs."""
        self._wanted, self._running = None, {}
        self._stack.close()

    def end(self) -> None:
        """End what runs, and what led it to its server."""
        self.close()
        if self._environments is not None:
            self._environments.close()
            self._environments = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
