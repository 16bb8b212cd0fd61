"""A connection of waitress that can pause, break and hang without keeping a worker thread.

A reply that is sent in steps (`emulator.web.responses.Step`) gives its worker thread back at every pause:
its request stays first in line on the connection, so that waitress keeps later ones waiting, and the
connection is queued again when the pause is over.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import ErrorTask, WSGITask

from emulator.web.long_poll import LONG_POLL, Subscribe
from emulator.web.responses import CONNECTION, Close, Pause, Step

#: How many more requests a connection may send while a reply is paused.
_MAX_WAITING = 8
_waking = threading.Lock()
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class _Staged(BaseException):
    """Leaves the application: from here on the script decides. A BaseException, so that nothing handles it."""


class _Paused(BaseException):
    """Leaves waitress before it files the request as answered. A BaseException for the same reason."""

    def __init__(self, task: "SteppedTask", seconds: float | None, subscribe: Subscribe | None = None) -> None:
        self.task = task
        self.seconds = seconds
        self.subscribe = subscribe


class SteppedTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Answers one request, at once or step by step."""

    wrote_header: bool
    _script: Iterator[Step] | None = None
    _parked_until: float | None = None
    #: Calls off what a parked request waits for.
    call_off: Callable[[], None] | None = None

    def execute(self) -> None:
        """Run the application, again for a request that was parked, or go on with the script that it left."""
        if self._script is None:
            self.environ = None  # a first run has changed it
            self.get_environment().update({CONNECTION: self._play, LONG_POLL: self._park})
            try:
                super().execute()
            except _Staged:
                pass
            else:
                return
        for step in self._script or ():
            self._perform(step)

    def build_response_header(self) -> bytes:
        """Return the head of the reply without the Via that waitress adds to a foreign Server header."""
        head: bytes = super().build_response_header()
        return head.replace(b"\r\nVia: waitress\r\n", b"\r\n", 1)

    def write(self, data: bytes) -> None:
        """Send a part of the reply; the head goes out with the first part, in one packet where waitress takes two."""
        if self.wrote_header or not self.complete:
            super().write(data)
            return
        head = self.build_response_header()
        self.wrote_header = True
        if self.has_body and self.content_length is not None:
            first = data[: self.content_length]
            self.content_bytes_written = len(first)
            self.channel.write_soon(head + first)
        else:
            self.channel.write_soon(head)
            super().write(data)

    def _play(self, steps: Iterable[Step]) -> None:
        self._script = iter(steps)
        raise _Staged

    def _park(self, seconds: float, subscribe: Subscribe) -> None:
        """Leave the application, to run it again when something happens; return when the time is up."""
        now = time.monotonic()
        if self._parked_until is None:
            self._parked_until = now + seconds
        if now < self._parked_until:
            raise _Paused(self, self._parked_until - now, subscribe)

    def _perform(self, step: Step) -> None:
        if isinstance(step, Pause):
            raise _Paused(self, step.seconds)
        if isinstance(step, Close):
            if step.reset:
                self.channel.close_with_reset()
            raise ClientDisconnected
        self.write(step)


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers a request that waitress could not read."""

    def execute(self) -> None:
        """Refuse, and let the client finish sending, or it would see a reset in place of the reply."""
        self.channel.drain_on_close = True
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection; `server.wake_later(channel, seconds)` queues it again after a pause."""

    error_task_class = Refusal
    close_when_flushed: bool
    drain_on_close = False
    _draining = False
    _paused: SteppedTask | None = None
    #: The paused task that has not been woken yet; of several wakes only the first counts.
    _asleep: SteppedTask | None = None

    def task_class(self, channel: "Channel", request: Any) -> SteppedTask:
        """Return the task for a request: the paused one, if that is what it belongs to."""
        task, self._paused = self._paused or SteppedTask(channel, request), None
        return task

    def service(self) -> None:
        """Answer the first request in line, or as much of it as goes before the next pause."""
        try:
            super().service()
        except _Paused as pause:
            self._paused = self._asleep = pause.task
            self.server.wake_later(self, pause.task, pause.seconds)
            if pause.subscribe is not None:
                task, server = pause.task, self.server
                task.call_off = pause.subscribe(lambda: server.wake(self, task))

    def woken(self, task: SteppedTask) -> bool:
        """Tell whether a wake of this task is the first one."""
        with _waking:
            if self._asleep is not task:
                return False
            self._asleep = None
        if task.call_off is not None:
            task.call_off()
        return True

    def close_with_reset(self) -> None:
        """Make the coming close send RST."""
        connected = self.socket
        if connected is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)

    def readable(self) -> bool:
        """Also read while a reply is paused or the connection drains, to notice when the client leaves."""
        if self._draining:
            return True
        if self._paused is not None and not self.will_close and len(self.requests) <= _MAX_WAITING:
            return True
        return bool(super().readable())

    def received(self, data: bytes) -> bool:
        """Take what the client sends; a draining connection throws it away."""
        return not self._draining and bool(super().received(data))

    def handle_write(self) -> None:
        """Flush and close; a connection that drains says that it is done and waits for the client's end."""
        if not (self.drain_on_close and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if not self.total_outbufs_len and not self.will_close:
            self.close_when_flushed = False
            self._draining = True
            self.socket.shutdown(socket.SHUT_WR)
