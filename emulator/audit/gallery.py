"""An address at which a picture could lie, and whether anybody came for it."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

_NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#: Seconds after which the thread looks whether it is still needed, and for which a visitor may be slow.
_STEP, _PATIENCE = 0.1, 1.0


class Gallery:
    """Listens while a with-statement lasts, and tells every visitor at once that there is nothing."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(_STEP)
        self._visited, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/picture.png"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._thread.join()
        self._server.close()

    def was_visited(self, *, within: float) -> bool:
        """Return whether somebody has come, or comes within so many seconds."""
        return self._visited.wait(within)

    def _receive(self) -> None:
        while not self._closed.is_set():
            with suppress(OSError):
                visitor, _ = self._server.accept()
                self._visited.set()
                with visitor:
                    visitor.settimeout(_PATIENCE)
                    visitor.recv(65536)
                    visitor.sendall(_NOTHING)
