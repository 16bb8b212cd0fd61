"""The unsent output of a connection, in pieces that are let go as soon as they are sent."""

from collections import deque

#: waitress keeps a reply whole until its last byte is sent, and the last one for as long as the connection is idle.
PIECE = 64 * 1024


class Outbox:
    """A queue of bytes that stands in for waitress' own buffer, method by method."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._sent = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Queue bytes at the end."""
        if len(data) <= PIECE:
            self._pieces.append(data)
        else:
            self._pieces.extend(data[start : start + PIECE] for start in range(0, len(data), PIECE))
        self._size += len(data)

    def get(self, _most: int) -> memoryview:
        """Return bytes to send next: what is left of the first piece."""
        return memoryview(self._pieces[0])[self._sent :]

    def skip(self, size: int, _allow_prune: bool = False) -> None:
        """Drop a number of bytes that `get` returned, because they are sent."""
        self._sent += size
        self._size -= size
        if self._sent == len(self._pieces[0]):
            self._pieces.popleft()
            self._sent = 0

    def close(self) -> None:
        """Let go of everything."""
        self._pieces.clear()
        self._sent = self._size = 0
