"""A proxy for the hosts that are played: a CONNECT gets TLS that ends here, the rest gets a sentence."""

import json
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from emulator.server.authority import Authority
from emulator.server.bodies import RequestParser
from emulator.server.entrance import Entrance, played_hosts
from emulator.server.limits import ServerLimits
from emulator.server.listener import Server
from emulator.server.tls import ServerNames, TlsChannel, TlsSocket
from emulator.web.hosts import PROXIED

_HTTPS = 443
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Tunnels:
    """Lets connections through to other hosts, each with a thread of its own, a bounded number at a time."""

    def __init__(self, limits: ServerLimits) -> None:
        self._limits = limits
        self._room = threading.BoundedSemaphore(limits.tunnels)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closed = False

    def take_room(self) -> bool:
        """Return whether one more is possible; `start` must follow then."""
        return self._room.acquire(blocking=False)

    def start(self, client: socket.socket, host: str, port: int, received: bytes) -> None:
        """Connect a client with a host and return at once; `received` is what it has sent already.

        The socket stays the caller's, who closes it: a number of a socket must not be free while the loop knows it.
        """
        try:
            own = client.dup()
        except OSError:  # no file is left; the client sees its connection close
            self._room.release()
            return
        threading.Thread(target=self._run, args=(own, host, port, received), daemon=True).start()

    def close(self) -> None:
        """End what is being let through, from both sides; nothing more is."""
        with self._lock:
            self._closed = True
            for one in self._open:
                with suppress(OSError):  # one of the two has left
                    one.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def _ended_by_close(self, one: socket.socket) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError
            self._open.add(one)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(one)

    def _run(self, client: socket.socket, host: str, port: int, received: bytes) -> None:
        try:
            with client, self._ended_by_close(client):
                client.settimeout(self._limits.reaching)
                try:
                    beyond = socket.create_connection((host, port), timeout=self._limits.reaching)
                except (OSError, UnicodeError) as error:
                    reason = getattr(error, "strerror", None) or str(error)
                    client.sendall(_sentence(502, "unreachable", f"{host}:{port} cannot be reached: {reason}"))
                    return
                with beyond, self._ended_by_close(beyond):
                    client.settimeout(self._limits.tunnel_idle)
                    beyond.settimeout(self._limits.tunnel_idle)
                    client.sendall(_ESTABLISHED)
                    beyond.sendall(received)
                    _pump(client, beyond, self._limits.tunnel_idle)
        except OSError:  # one of the two has left, or `close` was called
            return
        finally:
            self._room.release()


class ProxyChannel(TlsChannel):
    """One connection of a client that takes this server for a proxy."""

    def __init__(self, *arguments: Any, names: ServerNames, tunnels: Tunnels | None, **more: Any) -> None:
        self._tunnels = tunnels
        self._target: tuple[str, int] | None = None
        super().__init__(*arguments, names=names, **more)

    @property
    def marks(self) -> dict[str, object]:
        """Return what the environ of a request says of this connection."""
        secure = super().marks if isinstance(self.socket, TlsSocket) else {}
        return {**secure, PROXIED: True}

    def take(self, request: RequestParser) -> None:
        """Note where a CONNECT leads; every other request is answered as on any port."""
        if request.error or request.command != "CONNECT" or isinstance(self.socket, TlsSocket):
            super().take(request)
            return
        self._target = _target(request.request_uri)
        if self._target is None:
            self._refuse(400, "bad_target", f"CONNECT takes HOST:PORT, not {request.request_uri[:200]!r}")
        elif self.requests or self.total_outbufs_len:
            self._target = None
            self._refuse(400, "not_now", "CONNECT must wait for the replies to what was asked before")

    def _parse(self, data: bytes) -> int:
        read = super()._parse(data)
        if self._target is None:
            return len(data) if self.close_when_flushed else read
        target, self._target = self._target, None
        self._connect(target, data[read:])
        return len(data)

    def _connect(self, target: tuple[str, int], received: bytes) -> None:
        host, port = target
        if port == _HTTPS and host in self.names.listed() and self.names.knows(host):
            self.host = host
            try:
                self.socket.send(_ESTABLISHED)
                self.encrypt(self.names.context_of(host), received)
            except OSError:
                self.will_close = True
        elif self._tunnels is None:
            known = ", ".join(f"{one}:{_HTTPS}" for one in self.names.listed())
            text = f"mockdoor does not play {host}:{port} and lets nothing through; it plays: {known}"
            self._refuse(403, "host_not_played", text)
        elif not self._tunnels.take_room():
            self._refuse(503, "busy", f"{self.limits.tunnels} connections are being let through already")
        else:
            self._tunnels.start(self.socket, host, port, received)
            self.will_close = True

    def _refuse(self, status: int, error: str, message: str) -> None:
        self.drain_on_close = True
        self.write_soon(_sentence(status, error, message))
        self.close_when_flushed = True


def open_proxy(server: Server, authority: Authority, port: int = 0, *, passthrough: bool = False) -> Entrance:
    """Serve as a proxy on a port as well; raises OSError. `passthrough` lets connections to other hosts through."""
    names = ServerNames(authority, lambda: played_hosts(server))
    tunnels = Tunnels(server.listener.limits) if passthrough else None

    def make(listener: Any, connected: socket.socket, address: Any, settings: Any, sockets: Any) -> TlsChannel:
        return ProxyChannel(listener, connected, address, settings, map=sockets, names=names, tunnels=tunnels)

    return Entrance(server, port, make, on_close=tunnels.close if tunnels else None)


def _target(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").lower().removesuffix(".")
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port[:6]) < 65536:
        return None
    return host, int(port)


def _sentence(status: int, error: str, message: str) -> bytes:
    phrases = {400: "Bad Request", 403: "Forbidden", 502: "Bad Gateway", 503: "Service Unavailable"}
    body = json.dumps({"error": error, "message": message}).encode() + b"\n"
    head = f"HTTP/1.1 {status} {phrases[status]}\r\nContent-Type: application/json; charset=utf-8\r\n"
    return head.encode() + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def _pump(client: socket.socket, beyond: socket.socket, idle: float) -> None:
    """Carry bytes both ways until both sides have said that they are done, or nothing moves for `idle` seconds."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, beyond)
        selector.register(beyond, selectors.EVENT_READ, client)
        while selector.get_map() and (ready := selector.select(idle)):
            for key, _ in ready:
                source, to = key.fileobj, key.data
                data = source.recv(65536)  # type: ignore[union-attr]  # sockets only are registered
                if data:
                    to.sendall(data)
                else:
                    selector.unregister(source)
                    with suppress(OSError):
                        to.shutdown(socket.SHUT_WR)
