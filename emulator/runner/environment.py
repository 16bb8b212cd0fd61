"""The environment in which a program finds a server."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from emulator.casdoor.repositories import Applications, Certs
from emulator.control.variables import addresses_of, names_of
from emulator.scenario.model import scenario_of
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN
from emulator.world.state import State
from emulator.world.world import World

if TYPE_CHECKING:
    from emulator.server.entrance import Entrance


class NoEnvironment(Exception):
    """The variables cannot be had; the text says why and what helps."""


class Environment:
    """The variables by which programs find a server, made when they are first asked for; also a context manager.

    With `proxy`, hard-coded https addresses lead to the server as well: a proxy is opened then, and `passthrough` lets
    its clients reach other hosts. `world` is whose names they hold (default: the server's main one), `given` what the
    programs find besides. May be used from any thread.
    """

    def __init__(
        self,
        server: Server,
        *,
        world: World | None = None,
        proxy: bool = True,
        passthrough: bool = False,
        given: Mapping[str, str] = os.environ,
    ) -> None:
        #: Says why the authority is another one than before, else it is empty; known once there are variables.
        self.renewed = ""
        self._server = server
        self._world = world
        self._with_proxy = proxy
        self._passthrough = passthrough
        self._given = given
        self._lock = Lock()
        self._found: dict[str, str] = {}
        self._folder: TemporaryDirectory[str] | None = None
        self._proxy: Entrance | None = None

    def variables(self) -> dict[str, str]:
        """Return the variables to add to what is given; raises NoEnvironment. Their files are there until `close`."""
        with self._lock:
            if not self._found:
                try:
                    self._found = self._make()
                except OSError as error:
                    raise NoEnvironment(f"no environment for programs: {error}") from error
            return dict(self._found)

    def close(self) -> None:
        """Close the proxy and delete the files; the server goes on. Does nothing the second time."""
        with self._lock:
            self._found = {}
            if self._proxy is not None:
                self._server.listener.in_loop(self._proxy.close)
                self._proxy = None
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _state(self) -> State:
        return (self._world or app_state(self._server.app).worlds[MAIN]).state

    def _make(self) -> dict[str, str]:
        self._folder = self._folder or TemporaryDirectory(prefix="mockdoor-")
        folder = Path(self._folder.name)
        found = _direct(self._server.url, self._state(), folder)
        return found | self._through_proxy(folder) if self._with_proxy else found

    def _through_proxy(self, folder: Path) -> dict[str, str]:
        from emulator.runner.proxied import proxy_environment
        from emulator.server.authority import Authority, AuthorityError
        from emulator.server.proxy import open_proxy

        try:
            authority = Authority.open(scenario_of(self._state()).hosts)
        except AuthorityError as error:
            raise NoEnvironment(str(error)) from error
        self.renewed = authority.renewed
        if self._proxy is None:
            self._proxy = open_proxy(self._server, authority, passthrough=self._passthrough)
        return proxy_environment(authority, self._proxy.port, folder, self._given)


def _direct(url: str, state: State, folder: Path) -> dict[str, str]:
    """Return the server's address and the names of its world; the certificate is written to a file in `folder`."""
    application = next(iter(state.get(Applications).all()), None)
    certificate = {}
    if application is not None:
        certs = state.get(Certs)
        cert = certs.find(application.cert) or certs.all()[0]
        path = folder / "casdoor.pem"
        path.write_text(cert.certificate, "utf-8")
        certificate = {"CASDOOR_CERTIFICATE": str(path)}
    return addresses_of(url) | names_of(state) | certificate
