"""What a started program writes, read as it comes and kept in bounds."""

import os
from threading import Condition, Thread

#: How many of the newest bytes are kept.
KEPT = 256 * 1024
_CHUNK = 64 * 1024
#: Seconds of silence after which a program's output counts as complete for now, and the most to wait for it.
_SILENCE, _MOST = 0.05, 0.5


class Output:
    """The newest bytes of a stream; a thread of its own reads, so the program that writes never waits."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._bytes = bytearray()
        self._dropped = 0
        self._changed = Condition()
        self._thread: Thread | None = None

    def follow(self, source: int) -> None:
        """Read a file descriptor until its end, and close it then."""
        self._thread = Thread(target=self._read, args=(source,), daemon=True)
        self._thread.start()

    def mark(self) -> int:
        """Return where the output stands now, for `since`."""
        with self._changed:
            return self._dropped + len(self._bytes)

    def since(self, mark: int = 0) -> str:
        """Return what was written since a mark; a first line in brackets counts what is no longer kept."""
        with self._changed:
            lost = max(0, self._dropped - mark)
            text = self._bytes[max(0, mark - self._dropped) :].decode("utf-8", "replace")
        return f"[{lost} bytes of earlier output are not kept]\n{text}" if lost else text

    def settle(self) -> None:
        """Wait until the output pauses, or ends; at most half a second."""
        with self._changed:
            for _ in range(round(_MOST / _SILENCE)):
                if not self._changed.wait(_SILENCE):
                    return

    def wait(self, seconds: float) -> None:
        """Wait for the end of the output, if it comes in time."""
        if self._thread is not None:
            self._thread.join(seconds)

    def add(self, chunk: bytes) -> None:
        """Keep what was written, the newest of it if need be."""
        with self._changed:
            self._bytes += chunk
            extra = len(self._bytes) - self._kept
            if extra > 0:
                del self._bytes[:extra]
                self._dropped += extra
            self._changed.notify_all()

    def _read(self, source: int) -> None:
        try:
            while chunk := os.read(source, _CHUNK):
                self.add(chunk)
        finally:
            os.close(source)
        with self._changed:
            self._changed.notify_all()


def last_lines(text: str, most: int) -> str:
    """Return the last lines of a text; a first line in brackets counts the others."""
    lines = text.splitlines()
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join([f"[{len(lines) - most} lines before]", *lines[-most:]])
