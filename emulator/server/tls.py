"""TLS on a connection of waitress: a socket that encrypts, and the channel that reads from it."""

import errno
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from emulator.server.authority import LOCAL_HOSTS, Authority
from emulator.server.channel import Channel
from emulator.web.hosts import ASKED_HOST

_MAX_RECORD = 16 * 1024
_SPEAK_TLS = b'{"error": "no_tls", "message": "this port takes https only; http goes to the plain port"}\n'
_PLAIN_REPLY = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_SPEAK_TLS), _SPEAK_TLS)
)


class ServerNames:
    """Chooses the certificate by the name that a client asks for; one that names none gets this machine's."""

    def __init__(self, authority: Authority, named: Callable[[], Iterable[str]]) -> None:
        self._authority = authority
        self._named = named
        self._hosts: dict[ssl.SSLContext, str] = {}

    @cached_property
    def context(self) -> ssl.SSLContext:
        """What a handshake begins with; made for the first one, because a start has no need of it."""
        made = self._authority.context(LOCAL_HOSTS[0])
        made.sni_callback = self._choose
        return made

    def listed(self) -> tuple[str, ...]:
        """Return the hosts that are played, besides this machine."""
        return tuple(self._named())

    def host_of(self, context: ssl.SSLContext) -> str:
        """Return the host whose certificate a context shows."""
        return self._hosts.get(context, LOCAL_HOSTS[0])

    def knows(self, host: str) -> bool:
        """Return whether a host is played, and may have a certificate."""
        return host in (*LOCAL_HOSTS, *self._named()) and host in self._authority.permitted

    def context_of(self, host: str) -> ssl.SSLContext:
        """Return what serves TLS as a host that is known."""
        context = self._authority.context(host)
        self._hosts[context] = LOCAL_HOSTS[0] if host in LOCAL_HOSTS else host
        return context

    def _choose(self, tls: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        host = (name or LOCAL_HOSTS[0]).lower()
        if not self.knows(host):
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        if host not in LOCAL_HOSTS:
            tls.context = self.context_of(host)
        return None


class TlsSocket:
    """A connected socket that speaks TLS, for waitress' loop: nothing blocks, and any thread may send.

    The ssl module's own sockets hide decrypted bytes from the loop, and may not be read and written at once.
    `received` is what the client has already sent. Raises OSError when that makes no handshake.
    """

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, received: bytes = b"") -> None:
        self._raw = raw
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._lock = threading.Lock()
        self._encrypted = b""
        #: How many plain bytes count as sent when `_encrypted` is.
        self._promised = 0
        self._abrupt = False
        self.ready = False
        if received:
            self._incoming.write(received)
            self._decrypt()

    @property
    def context(self) -> ssl.SSLContext:
        """Return the context that the handshake has chosen."""
        return self._tls.context

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return what the client has sent, up to a record more than `size`; raises BlockingIOError, SSLError."""
        if flags:
            return self._raw.recv(size, flags)
        with self._lock:
            received = self._raw.recv(size)
            if not received:
                return b""
            self._incoming.write(received)
            plain = self._decrypt()
        if plain is None:
            raise BlockingIOError(errno.EWOULDBLOCK, "not a whole record yet")
        return plain

    def send(self, data: bytes | memoryview) -> int:
        """Send a record at most; return how many bytes of it are sent, as a whole or not at all.

        Raises BlockingIOError; the same bytes must be sent again then.
        """
        with self._lock:
            self._flush()
            if not self._encrypted and not self._promised:
                self._promised = self._tls.write(memoryview(data)[:_MAX_RECORD])
                self._flush()
            if self._encrypted:
                raise BlockingIOError(errno.EWOULDBLOCK, "the client does not read")
            sent, self._promised = self._promised, 0
            return sent

    def shutdown(self, how: int) -> None:
        """Say that nothing more is sent, and end that direction."""
        self._say_goodbye()
        self._raw.shutdown(how)

    def close(self) -> None:
        """Close, with TLS' own goodbye unless the connection shall be reset."""
        self._say_goodbye()
        self._raw.close()

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Set an option; to linger not at all means to close without a goodbye."""
        self._abrupt = self._abrupt or option == socket.SO_LINGER
        self._raw.setsockopt(level, option, value)

    def getsockopt(self, level: int, option: int) -> int:
        """Return an option."""
        return self._raw.getsockopt(level, option)

    def fileno(self) -> int:
        """Return the number by which the loop knows the socket."""
        return self._raw.fileno()

    def getpeername(self) -> Any:
        """Return the client's address."""
        return self._raw.getpeername()

    def setblocking(self, flag: bool | int) -> None:  # as a socket has it
        """Set whether the socket blocks."""
        self._raw.setblocking(bool(flag))

    def _decrypt(self) -> bytes | None:
        """Return the plain bytes so far, `b""` at the client's goodbye, None when there are none yet."""
        plain = []
        try:
            if not self.ready:
                self._tls.do_handshake()
                self.ready = True
            while piece := self._tls.read(_MAX_RECORD):
                plain.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(plain) or None
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLError as error:
            if not self.ready and error.reason == "HTTP_REQUEST":
                self._outgoing.read()
                self._outgoing.write(_PLAIN_REPLY)
            self._abrupt = True
            raise
        finally:
            self._flush()
        return b"".join(plain)

    def _flush(self) -> None:
        self._encrypted += self._outgoing.read()
        while self._encrypted:
            try:
                sent = self._raw.send(self._encrypted)
            except BlockingIOError:
                return
            self._encrypted = self._encrypted[sent:]

    def _say_goodbye(self) -> None:
        with self._lock:
            if self._abrupt or not self.ready:
                return
            self._abrupt = True  # once is enough
            with suppress(OSError, ValueError):  # it waits for the client's goodbye, which the loop does not
                self._tls.unwrap()
            with suppress(OSError):  # the client has left without one
                self._flush()


class TlsChannel(Channel):
    """One connection that speaks TLS, from its first byte on or later."""

    socket: Any

    def __init__(self, *arguments: Any, names: ServerNames, **more: Any) -> None:
        self.names = names
        #: The host that was asked for, as soon as it is known.
        self.host = ""
        self.opened = time.monotonic()
        super().__init__(*arguments, **more)

    @property
    def shaking_hands(self) -> bool:
        """Return whether the handshake is not done yet."""
        return isinstance(self.socket, TlsSocket) and not self.socket.ready

    @property
    def marks(self) -> Mapping[str, object]:
        """Return what the environ of a request says of this connection."""
        host = self.host or self.names.host_of(self.socket.context)
        return {"wsgi.url_scheme": "https", "HTTPS": "on", ASKED_HOST: host}

    def encrypt(self, context: ssl.SSLContext, received: bytes = b"") -> None:
        """Speak TLS from here on; raises OSError."""
        self.opened = time.monotonic()
        self.socket = TlsSocket(self.socket, context, received)

    def expendable(self) -> tuple[int, float] | None:
        """Return how readily the connection may be closed for a new one: before all others, while it shakes hands."""
        return (-1, self.opened) if self.shaking_hands else super().expendable()

    def handle_read(self) -> None:
        """Read as waitress does, but wait on when there is not a whole record yet."""
        try:
            data = self.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if not data:
            self.connected = False
            return
        self.last_activity = time.time()
        self.received(data)
