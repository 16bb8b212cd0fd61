"""What the bodies of requests hold while they are received: a little memory, then temporary files, both bounded."""

import json
import threading
from typing import Any

from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import Error

from emulator.server.limits import ServerLimits
from emulator.server.request_line import escape_target


class NoRoom(Exception):
    """The bodies of all requests together fill what temporary files may hold."""


class Bodies:
    """Counts what the bodies of all requests hold; any thread may ask."""

    def __init__(self, limits: ServerLimits) -> None:
        self.limits = limits
        self.in_memory = 0
        self.in_files = 0
        self._lock = threading.Lock()

    def take_memory(self, size: int) -> bool:
        """Take a number of bytes of the memory, if they are left."""
        with self._lock:
            if self.in_memory + size > self.limits.body_memory_in_all:
                return False
            self.in_memory += size
            return True

    def take_files(self, size: int) -> None:
        """Take a number of bytes of the files; raises NoRoom."""
        with self._lock:
            if self.in_files + size > self.limits.body_files_in_all:
                raise NoRoom
            self.in_files += size

    def give_back(self, *, memory: int, files: int) -> None:
        """Return what a body took."""
        with self._lock:
            self.in_memory -= memory
            self.in_files -= files


class BodyBuffer(OverflowableBuffer):  # type: ignore[misc]  # waitress has no types
    """One body, in memory until it is too long for that or all of them are."""

    _in_memory = 0
    _in_files = 0

    def __init__(self, bodies: Bodies) -> None:
        super().__init__(bodies.limits.body_memory)
        self._bodies = bodies

    def append(self, data: bytes) -> None:
        """Keep more of the body; raises NoRoom."""
        size = len(data)
        if not self.overflowed and self._fits(size):
            self._in_memory += size
        else:
            moving = 0 if self.overflowed else self._in_memory
            self._bodies.take_files(size + moving)
            self._in_files += size + moving
            if not self.overflowed:
                self._move_to_file()
        super().append(data)

    def close(self) -> None:
        """Let go of the body; more than once is fine."""
        super().close()
        self.strbuf = b""
        self._bodies.give_back(memory=self._in_memory, files=self._in_files)
        self._in_memory = self._in_files = 0

    def _fits(self, size: int) -> bool:
        # One byte less than waitress' own threshold, which must never move a body without its being counted.
        return self._in_memory + size < self.overflow and self._bodies.take_memory(size)

    def _move_to_file(self) -> None:
        if self.buf is None:
            self._create_buffer()
        if not self.overflowed:
            self._set_large_buffer()
        self._bodies.give_back(memory=self._in_memory, files=0)
        self._in_memory = 0


class _Unavailable(Error):  # type: ignore[misc]  # waitress has no types
    """Refuses a body for which there is no room; the client may send it again later."""

    code = 503
    reason = "Service Unavailable"

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:  # noqa: ARG002
        """Return status, headers and body as the emulator's own refusals look."""
        body = json.dumps({"error": "busy", "message": self.body}) + "\n"
        headers = [("Content-Type", "application/json; charset=utf-8"), ("Retry-After", "1")]
        return f"{self.code} {self.reason}", headers, body.encode()


class RequestParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads one request; its body goes where `Bodies` has room."""

    error: Any
    body_rcv: Any

    def __init__(self, settings: Adjustments, bodies: Bodies) -> None:
        super().__init__(settings)
        self._bodies = bodies

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head and make room for the body."""
        try:
            super().parse_header(escape_target(header_plus))
        except ValueError as error:  # such as an address `http://[`; waitress would drop the connection without a word
            raise ParsingError(str(error)) from error
        if self.body_rcv is not None:
            self.body_rcv.buf = BodyBuffer(self._bodies)

    def received(self, data: bytes) -> int:
        """Take a part of the request; return how many bytes belong to it."""
        try:
            return int(super().received(data))
        except NoRoom:
            self.close()
            most = self._bodies.limits.body_files_in_all
            self.error = _Unavailable(f"the requests being received fill the {most} bytes that they may; try again")
            self.completed = True
            return len(data)
