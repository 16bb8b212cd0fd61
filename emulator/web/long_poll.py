"""How a request waits for something to happen without keeping a worker thread."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any, TypeAlias

#: The environ key of a server's function that takes seconds and a Subscribe, and either returns because the time is
#: up, or leaves the application and runs it again, with the request as it came, once the subscription rings.
PARK = "mockdoor.park"

#: Takes a function to call once when something happens; returns one that calls that off.
Subscribe: TypeAlias = Callable[[Callable[[], None]], Callable[[], None]]


class Waiting:
    """The wait of one request, for so many seconds in all."""

    def __init__(self, environ: dict[str, Any], seconds: float) -> None:
        self._park: Callable[[float, Subscribe], None] | None = environ.get(PARK)
        self._seconds = seconds
        self._until = time.monotonic() + seconds

    def wait(self, subscribe: Subscribe) -> bool:
        """Wait for the next ring; False when the time is up. A server that parks requests never lets it be True."""
        if self._park is not None:
            self._park(self._seconds, subscribe)
            return False
        left = self._until - time.monotonic()
        if left <= 0:
            return False
        rung = Event()
        call_off = subscribe(rung.set)
        try:
            return rung.wait(left)
        finally:
            call_off()
