"""A reply as it goes over the wire, whichever server it plays."""

from dataclasses import dataclass
from datetime import timedelta

from emulator.core.errors import ConnectionFailure

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drip:
    """Send the usual reply slowly, a number of bytes at a time."""

    size: int
    every: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A reply as it goes over the wire; with `failure` the connection breaks instead, or after half the body."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    failure: ConnectionFailure | None = None
    drip: Drip | None = None

    @property
    def text(self) -> str:
        """The body as UTF-8 text, damaged bytes replaced."""
        return self.body.decode("utf-8", "replace")
