"""A connection of waitress that can pause, break and hang, and read slowly, without holding a worker thread.

A reply that is sent in steps (`emulator.web.responses.Step`) gives its worker thread back at every pause:
its request stays first in line on the connection, so that waitress keeps later ones waiting, and the
connection is queued again when the pause is over. In the same way a connection whose client does not read
is queued again once enough of its output is sent.
"""

import socket
import struct
import threading
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel

from emulator.server.bodies import RequestParser
from emulator.server.limits import ServerLimits
from emulator.server.outbox import Outbox
from emulator.server.task import Paused, Refusal, SteppedTask

_waking = threading.Lock()
_NO_MARKS: Mapping[str, object] = MappingProxyType({})
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection; `server.wake_later(channel, seconds)` queues it again after a pause."""

    error_task_class = Refusal
    request: RequestParser | None
    requests: list[RequestParser]
    close_when_flushed: bool
    will_close: bool
    sent_continue: bool
    total_outbufs_len: int
    last_activity: float
    drain_on_close = False
    _draining = False
    _paused: SteppedTask | None = None
    #: The paused task that has not been woken yet; of several wakes only the first counts.
    _asleep: SteppedTask | None = None
    #: How many times the connection is with the worker threads: queued, being served, or in the last lines of that.
    _in_hand = 0
    #: The next request in line waits until the client has read more.
    _held_back = False
    #: Whether others go first: the next request was sent without waiting for the reply to the one before, or polls.
    eager = False
    #: Nothing will be read from or sent to the client any more.
    _ended = False
    #: What the client has sent beyond the requests that it may have in line.
    _unparsed = b""

    def __init__(
        self,
        server: Any,
        connected: socket.socket,
        address: Any,
        settings: Adjustments,
        map: Any = None,  # noqa: A002
    ) -> None:
        super().__init__(server, connected, address, settings, map=map)
        self.limits: ServerLimits = server.limits
        self.outbufs = [Outbox()]
        #: When the client sent something last. Workers touch `last_activity`, each in its own time.
        self._heard = time.time()

    # For the loop

    def readable(self) -> bool:
        """Also read while a reply is paused or the connection drains, to notice when the client leaves."""
        if self._draining:
            return True
        if self._unparsed:
            self.received(b"")
            if self._unparsed:
                return False
        if self._paused is not None and not self.will_close and self.total_outbufs_len <= self.limits.unsent:
            return len(self.requests) < self.limits.pipelined
        return bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Take what the client sends, as far as there is room in line; a draining connection throws it away."""
        if self._draining:
            return False
        if data:
            self._heard = time.time()
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                return False
            self._unparsed += data
            while self._unparsed and len(self.requests) < self.limits.pipelined:
                self._unparsed = self._unparsed[self._parse(self._unparsed) :]
        return True

    def take(self, request: RequestParser) -> None:
        """Put a whole request in line; under `requests_lock`."""
        self.requests.append(request)
        if len(self.requests) == 1:
            self.eager = False
            self.server.add_task(self)

    def handle_write(self) -> None:
        """Flush and close; a connection that drains says that it is done and waits for the client's end."""
        if not (self.drain_on_close and self.close_when_flushed):
            super().handle_write()
            self._go_on_when_read()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len and not self.will_close:
            self.close_when_flushed = False
            self._draining = True
            self.socket.shutdown(socket.SHUT_WR)

    def handle_close(self) -> None:
        """Close the connection; the loop calls `end` soon, when no lock is held."""
        super().handle_close()
        self.server.closed.append(self)

    def end(self) -> None:
        """Forget what the connection waited for and let go of its requests, as soon as no worker reads them."""
        with self.outbuf_lock:
            self._ended = True
            in_hand = self._in_hand
        self._forget_pause()
        if not in_hand:
            self._release()

    def expendable(self) -> tuple[int, float] | None:
        """Return how readily the connection may be closed for a new one, lowest first; None: not at all, for now.

        Idle ones come first, then paused ones, then those in the middle of a request or reply.
        """
        asleep = self._asleep
        if self._in_hand:
            return None
        if asleep is not None:
            return 1, asleep.paused_since or 0.0
        if self.requests or self.request is not None or self._unparsed or self.total_outbufs_len or self._draining:
            return 2, self.last_activity
        return 0, self._heard

    def has_unread(self) -> bool:
        """Return whether the client has sent something that the loop has not read yet."""
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def quiet_since(self, moment: float) -> bool:
        """Return whether nothing has moved since then, though nothing was to be waited for."""
        return self.last_activity < moment and not self._in_hand and self._asleep is None

    # For the server, from any thread

    def take_in_hand(self) -> bool:
        """Return whether the next request may be served; if not yet, the loop sees to it later."""
        with self.outbuf_lock:
            if self._ended:
                return False
            if self.total_outbufs_len > self.limits.unsent:
                self._held_back = True
                return False
            self._in_hand += 1
            return True

    def put_back(self) -> None:
        """Note that one turn with the worker threads is over."""
        with self.outbuf_lock:
            self._in_hand -= 1
            over = self._ended and not self._in_hand
        if over:
            self._release()
        if len(self.server.active_channels) >= self.limits.connections:
            self.server.pull_trigger()  # for a new connection that waits until one can be spared

    def cancel(self) -> None:
        """Leave the queue of the worker threads, because the server stops."""
        super().cancel()
        self.put_back()

    def woken(self, task: SteppedTask) -> bool:
        """Return whether a wake of this task is the first one."""
        with _waking:
            if self._asleep is not task:
                return False
            self._asleep = None
        self.eager = task.call_off is not None  # one change may wake any number of long polls
        if task.call_off is not None:
            task.call_off()
        return True

    # For worker threads

    @property
    def marks(self) -> Mapping[str, object]:
        """Return what the environ of its requests says besides what they say themselves."""
        return _NO_MARKS

    def task_class(self, channel: "Channel", request: Any) -> SteppedTask:
        """Return the task for a request: the paused one, if that is what it belongs to."""
        task, self._paused = self._paused or SteppedTask(channel, request), None
        return task

    def service(self) -> None:
        """Answer the first request in line, or as much of it as goes before the next pause."""
        self.eager = True
        try:
            super().service()
        except Paused as pause:
            self._pause(pause)
        finally:
            self.put_back()

    def write_soon(self, data: bytes) -> int:
        """Send what the client takes now and leave the rest to the loop; unlike waitress', never wait.

        Raises ClientDisconnected.
        """
        with self.outbuf_lock:
            if not self.connected:
                raise ClientDisconnected
            if not data:
                return 0
            self.outbufs[-1].append(data)
            self.total_outbufs_len += len(data)
            self._flush_exception(self._flush_some, do_close=False)
            if self.total_outbufs_len or self.will_close:
                self.server.unsent_grew = True
                self.server.pull_trigger()
        return len(data)

    def close_with_reset(self) -> None:
        """Make the coming close send RST."""
        connected = self.socket
        if connected is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Do not wait for the client, as waitress does here: `take_in_hand` holds the next request back instead."""

    def _pause(self, pause: Paused) -> None:
        task, server = pause.task, self.server
        self._paused = self._asleep = task
        server.wake_later(self, task, pause.seconds)
        if pause.subscribe is not None:
            task.call_off = pause.subscribe(lambda: server.wake(self, task))
        if self._ended:
            self._forget_pause()

    def _forget_pause(self) -> None:
        task = self._paused
        with _waking:
            self._asleep = None
        self.server.forget(self)
        if task is not None and task.call_off is not None:
            task.call_off()
        if task is not None and task.when_gone is not None:
            when_gone, task.when_gone = task.when_gone, None
            when_gone()

    def _parse(self, data: bytes) -> int:
        """Read on; return how many bytes were read. As waitress does it, under `requests_lock`."""
        if self.request is None:
            self.request = RequestParser(self.adj, self.server.bodies)
        request = self.request
        read = request.received(data)
        if request.expect_continue and request.headers_finished and not self.requests and not self.sent_continue:
            self.send_continue()
        if request.completed:
            self.request, self.sent_continue = None, False
            if not request.empty:
                self.take(request)
        return read

    def _go_on_when_read(self) -> None:
        with self.outbuf_lock:
            if not self._held_back or self.total_outbufs_len > self.limits.unsent:
                return
            self._held_back = False
        self.server.add_task(self)

    def _release(self) -> None:
        with self.requests_lock:
            for request in (*self.requests, self.request):
                if request is not None:
                    request.close()
            self.requests, self.request, self._paused, self._unparsed = [], None, None, b""
