"""The environments of the apps of a run: one for each set of names and hosts, kept so that apps can be kept too."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from emulator.control.variables import names_of
from emulator.runner.environment import Environment, NoEnvironment
from emulator.runner.processes import CannotStart
from emulator.scenario.model import scenario_of
from emulator.server.listener import Server
from emulator.world.world import World


class Environments:
    """Makes the variables by which apps find a server, its proxy and authority included; also a context manager."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stack = ExitStack()
        self._known: dict[object, Environment] = {}

    def of(self, world: World) -> dict[str, str]:
        """Return the variables for the apps of a world on the server, the same for equal names; raises CannotStart."""
        key = (tuple(names_of(world.state).items()), scenario_of(world.state).hosts)
        if key not in self._known:
            self._known[key] = self._stack.enter_context(Environment(self._server, world=world))
        try:
            return self._known[key].variables()
        except NoEnvironment as error:
            raise CannotStart(str(error)) from error

    def close(self) -> None:
        """Close every proxy and delete the files."""
        self._known = {}
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
