"""Further ports of a server: https, and a proxy for the hosts that are played."""

import socket
import time
from collections.abc import Callable
from typing import Any

from waitress import wasyncore

from emulator.scenario.model import scenario_of
from emulator.server.authority import Authority
from emulator.server.listener import Server
from emulator.server.tls import ServerNames, TlsChannel
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN
from emulator.wechat.hosts import WECHAT_HOSTS

MakeChannel = Callable[[Any, socket.socket, Any, Any, Any], TlsChannel]


class Entrance(wasyncore.dispatcher):  # type: ignore[misc]  # waitress has no types
    """Accepts connections on a port of its own, in the loop and under the limits of a server.

    The socket is bound here, in the caller: a busy port raises OSError. Port 0 picks a free one.
    """

    def __init__(
        self, server: Server, port: int, make_channel: MakeChannel, on_close: Callable[[], None] | None = None
    ) -> None:
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        bound = socket.create_server((server.host, port), family=family, backlog=1024)
        self.port: int = bound.getsockname()[1]
        self._listener = server.listener
        self._make_channel = make_channel
        self._on_close = on_close
        self._next_look = 0.0
        self.accepting = True
        bound.setblocking(False)
        super().__init__(map=self._listener._map)  # waitress' own name for it
        self._listener.in_loop(lambda: self.set_socket(bound))

    def readable(self) -> bool:
        """Return whether a new connection gets in; once a second, close the handshakes that have stalled."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + 1.0
            for channel in self._handshakes():
                if channel.opened < now - self._listener.limits.handshake_time:
                    channel.handle_close()
        return bool(self._listener.readable())

    def writable(self) -> bool:
        """Return that there is nothing to write."""
        return False

    def handle_accept(self) -> None:
        """Take the new connections, and close the oldest handshakes that are too many."""
        self._listener.admit(self._accept_one)
        handshakes = self._handshakes()
        for channel in handshakes[: max(len(handshakes) - self._listener.limits.handshakes, 0)]:
            channel.handle_close()

    def close(self) -> None:
        """Take no more connections; the server's end does that too."""
        super().close()
        if self._on_close is not None:
            self._on_close()

    def _accept_one(self) -> None:
        try:
            accepted = self.accept()
            if accepted is not None:
                listener = self._listener
                self._make_channel(listener, accepted[0], accepted[1], listener.adj, self._map)
        except OSError:  # the client has left already
            return

    def _handshakes(self) -> list[TlsChannel]:
        channels = self._listener.active_channels.values()
        found = [one for one in channels if isinstance(one, TlsChannel) and one.shaking_hands]
        return sorted(found, key=lambda one: one.opened)


def open_tls(server: Server, authority: Authority, port: int = 0) -> Entrance:
    """Serve https on a port as well; raises OSError."""
    names = ServerNames(authority, lambda: played_hosts(server))

    def make(listener: Any, connected: socket.socket, address: Any, settings: Any, sockets: Any) -> TlsChannel:
        channel = TlsChannel(listener, connected, address, settings, map=sockets, names=names)
        channel.encrypt(names.context)
        return channel

    return Entrance(server, port, make)


def played_hosts(server: Server) -> tuple[str, ...]:
    """Return the hosts that are played: WeChat's, and those that the scenario served right now names."""
    return (*WECHAT_HOSTS, *scenario_of(app_state(server.app).worlds[MAIN].state).hosts)
