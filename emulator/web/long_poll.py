"""How a request waits for something to happen without holding a worker thread."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, TypeAlias

#: The environ key of a server's function that takes seconds and a Subscribe, and either returns because the time is
#: up, or leaves the application and runs it again, with the request as it came, once it is notified.
LONG_POLL = "mockdoor.long_poll"

#: Takes a function to call once when something happens; returns one that calls that off.
Subscribe: TypeAlias = Callable[[Callable[[], None]], Callable[[], None]]


class LongPoll:
    """The wait of one request, for a number of seconds in all."""

    def __init__(self, environ: dict[str, Any], seconds: float) -> None:
        self._suspend: Callable[[float, Subscribe], None] | None = environ.get(LONG_POLL)
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def wait(self, subscribe: Subscribe) -> bool:
        """Wait for the next notification; False when the time is up.

        A server that suspends requests never lets it be True.
        """
        if self._suspend is not None:
            self._suspend(self._seconds, subscribe)
            return False
        left = self._until - time.monotonic()
        if left <= 0:
            return False
        notified = Event()
        call_off = subscribe(notified.set)
        try:
            return notified.wait(left)
        finally:
            call_off()
