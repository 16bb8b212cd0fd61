"""The worker threads, and in which order connections get one."""

from collections import deque

from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import logger

from emulator.server.channel import Channel

#: One turn out of this many goes to an eager connection when others are waiting too.
_EAGER_TURN = 4


class Workers(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """Waitress' worker threads, fair to clients that wait, and silent about a queue that a burst fills for a moment."""

    queue_logger = logger.getChild("mockdoor.queue")
    queue_logger.disabled = True

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()

    def cancel_queued(self) -> None:
        """Cancel what no thread has begun, without the warning that waitress gives."""
        with self.lock:
            queued = [self.queue.popleft() for _ in range(len(self.queue))]
        for channel in queued:
            channel.cancel()


class Queue:
    """Connections that wait for a worker thread; the dispatcher's lock guards it.

    Eager ones come after the others: clients that sent further requests without waiting for a reply, of which a few
    would keep everybody waiting, and long polls, which a single change wakes all at once.
    """

    def __init__(self) -> None:
        self._patient: deque[Channel] = deque()
        self._eager: deque[Channel] = deque()
        self._turn = 0

    def __len__(self) -> int:
        return len(self._patient) + len(self._eager)

    def append(self, channel: Channel) -> None:
        """Queue a connection behind its like."""
        (self._eager if channel.eager else self._patient).append(channel)

    def popleft(self) -> Channel:
        """Return whose turn it is; raises IndexError when nobody waits."""
        self._turn += 1
        if self._eager and (not self._patient or self._turn % _EAGER_TURN == 0):
            return self._eager.popleft()
        return self._patient.popleft()
