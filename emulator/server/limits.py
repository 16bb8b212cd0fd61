"""How much of the machine the clients of a served world may hold."""

import dataclasses
from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, kw_only=True)
class ServerLimits:
    """The bounds of one server; sizes in bytes.

    A single reply or request is never cut by them: replies are as long as the application makes them, and the
    longest request is `emulator.web.lifecycle.MAX_REQUEST`.
    """

    #: Open connections. One more closes the one that has been idle longest, or else paused longest.
    connections: int = 500
    #: Seconds after which a connection on which nothing moves is closed, unless its reply is paused on purpose.
    idle: float = 120.0
    #: The head of a request; a longer one is answered with 431.
    headers: int = 64 * _KIB
    #: Requests that one connection may have in line; reading from it stops there.
    pipelined: int = 8
    #: Unsent output of one connection from which on its next request is not served, nor read.
    unsent: int = _MIB
    #: Unsent output of all connections together; above it the connection that has read nothing longest is closed.
    unsent_in_all: int = 256 * _MIB
    #: What one request's body may take of the memory; a longer one is kept in a temporary file.
    body_memory: int = 128 * _KIB
    #: What all bodies together may take of the memory; above it even a short one is kept in a temporary file.
    body_memory_in_all: int = 32 * _MIB
    #: What all bodies together may take in temporary files; a request that needs more is answered with 503.
    body_files_in_all: int = 1024 * _MIB
    #: TLS handshakes under way at a time; one more closes the oldest.
    handshakes: int = 100
    #: Seconds that a TLS handshake may take.
    handshake_time: float = 10.0
    #: Connections that a proxy lets through to other hosts at a time; one more is answered with 503.
    tunnels: int = 64
    #: Seconds that reaching such a host may take.
    reaching: float = 10.0
    #: Seconds after which a connection let through, in which nothing moves, is closed.
    tunnel_idle: float = 300.0

    def as_dict(self) -> dict[str, float]:
        """Return the bounds by name, in the order in which they are documented."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
