"""A world served on a socket: bound at once, started in a thread or in the foreground, stopped promptly."""

import heapq
import itertools
import math
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from types import TracebackType
from typing import Self

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from emulator.server.bodies import Bodies
from emulator.server.channel import Channel
from emulator.server.limits import ServerLimits
from emulator.server.task import SteppedTask
from emulator.server.workers import Workers
from emulator.web import create_app
from emulator.web.lifecycle import MAX_REQUEST, app_state
from emulator.world.world import World

#: Worker threads. Replies that wait hold none, and more threads get in each other's way: requests/s on two cores with
#: 1, 2, 3 threads: code2session 8600, 8300, 6500; logins 930, 900, 920. The second one answers while the first is busy
#: with something long, such as a large state.
THREADS = 2
#: Seconds that a stop gives the requests under way.
PATIENCE = 2.0

_poll = wasyncore.poll2 if hasattr(select, "poll") else wasyncore.poll


class Server:
    """One application on one socket, also as a context manager.

    The socket is bound here, in the caller: a busy port raises OSError. Port 0 picks a free one.
    Reached from other machines too, the control API asks for `token`.
    """

    def __init__(
        self,
        application: World | Flask,
        host: str = "127.0.0.1",
        port: int = 8000,
        limits: ServerLimits = ServerLimits(),  # noqa: B008  # frozen
    ) -> None:
        self.app = create_app(application) if isinstance(application, World) else application
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.create_server((host, port), family=family, backlog=1024)
        address = bound.getsockname()
        self.host: str = address[0]
        self.port: int = address[1]
        self.token = self._guard()
        self.listener = _Listener(self.app, bound, limits)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address for clients on this machine, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # what to call, not to bind
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serve in this thread until `stop`, or until an exception such as KeyboardInterrupt ends it."""
        self.listener.running = True
        self.listener.run()

    def start(self) -> Self:
        """Serve in a thread of its own and return at once; the socket already takes connections."""
        self.listener.running = True
        self._thread = threading.Thread(target=self.run, name="mockdoor", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, from whatever thread or signal handler; wait for the end when `start` was called."""
        self.listener.stop()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _guard(self) -> str:
        """Lock the control API when others can reach it; return the token, `""` on loopback."""
        if "mockdoor" not in self.app.extensions:  # some other application, as a benchmark compares with
            return ""
        loopback = self.host.startswith("127.") or self.host == "::1"
        state = app_state(self.app)
        state.loopback, state.token = loopback, "" if loopback else secrets.token_urlsafe(16)
        return state.token


class _Listener(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Waitress' loop, which also knows when to wake a connection whose reply is paused, and how to end."""

    channel_class = Channel
    next_channel_cleanup: float

    def __init__(self, application: Flask, bound: socket.socket, limits: ServerLimits) -> None:
        self.limits = limits
        self.bodies = Bodies(limits)
        #: Connections that have just been closed.
        self.closed: deque[Channel] = deque()
        #: Whether output was left unsent since the loop last looked.
        self.unsent_grew = False
        self._pauses: list[tuple[float, int, Channel, SteppedTask]] = []
        self._pauses_lock = threading.Lock()
        self._turns = itertools.count()
        #: Reentrant, because a signal handler may call `stop` at any point of the loop.
        self._stop_lock = threading.RLock()
        self._stopping = False
        self.running = False
        self._workers = Workers()
        settings = Adjustments(
            sockets=[bound],
            threads=THREADS,
            ident="",
            max_request_header_size=limits.headers,
            max_request_body_size=MAX_REQUEST + 1,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
        )
        about = (bound.family, bound.type, bound.proto, bound.getsockname())
        super().__init__(
            application, {}, _sock=bound, dispatcher=self._workers, adj=settings, sockinfo=about, bind_socket=False
        )

    def readable(self) -> bool:
        """Return whether a new connection gets in; now and then close those on which nothing moves."""
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.limits.idle / 4
            self.maintenance(now)
        room = len(self.active_channels) < self.limits.connections
        return self.accepting and (room or any(channel.expendable() for channel in self.active_channels.values()))

    def maintenance(self, now: float) -> None:
        """Close the connections on which nothing has moved for too long."""
        for channel in list(self.active_channels.values()):
            if channel.quiet_since(now - self.limits.idle):
                channel.will_close = True

    def handle_accept(self) -> None:
        """Take the new connections."""
        self.admit(super().handle_accept)

    def admit(self, accept_one: Callable[[], None]) -> None:
        """Take new connections, some at a time, then close others that are too many by them.

        In this order, because a new one must not get the number of a socket that the loop may still turn to.
        """
        before = len(self.active_channels)
        most = max(self.limits.connections // 16, 1)
        while (new := len(self.active_channels) - before) < most:
            accept_one()
            if len(self.active_channels) - before == new:
                break
        while (many := list(self.active_channels.values()))[self.limits.connections :]:
            if not _close_one_of(many[: len(many) - new]):
                return

    def add_task(self, task: Channel) -> None:
        """Queue a connection for the worker threads; from any thread."""
        if not self._stopping and task.take_in_hand():
            super().add_task(task)

    def forget(self, channel: Channel) -> None:
        """Do not wake a connection any more; from any thread."""
        with self._pauses_lock:
            self._pauses = [one for one in self._pauses if one[2] is not channel]
            heapq.heapify(self._pauses)

    def wake_later(self, channel: Channel, task: SteppedTask, seconds: float | None) -> None:
        """Queue a connection whose task paused again after a number of seconds, None for never; from any thread."""
        if seconds is not None:
            with self._pauses_lock:
                heapq.heappush(self._pauses, (time.monotonic() + seconds, next(self._turns), channel, task))
        self.pull_trigger()

    def wake(self, channel: Channel, task: SteppedTask) -> None:
        """Queue a connection again, unless that was done since its task paused; from any thread."""
        if channel.woken(task):
            self.add_task(channel)

    def in_loop(self, action: Callable[[], object]) -> None:
        """Do something soon between two turns of the loop, and at once before it runs; from any thread."""
        with self._stop_lock:
            if self._stopping:
                return
            if self.running:
                self.trigger.pull_trigger(action)
                return
        action()

    def run(self) -> None:
        """Serve until told to stop, then close everything."""
        self._workers.set_thread_count(THREADS)
        try:
            while not self._stopping:
                _poll(self._until_next_wake(), self._map)
                self._wake_due()
                self._bound_unsent()
                self._end_closed()
        finally:
            self._end()

    def stop(self) -> None:
        """Make `run` return soon; before it ran, just close the socket."""
        with self._stop_lock:
            if self._stopping:
                return
            self._stopping = True
            if self.running:
                self.pull_trigger()
                return
        self._end()

    def _end(self) -> None:
        with self._stop_lock:  # whoever pulls the trigger has done so before it is closed
            self._stopping = True
        wasyncore.dispatcher.close(self)
        self._workers.cancel_queued()
        self._workers.shutdown(timeout=PATIENCE)
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        self._end_closed()
        wasyncore.close_all(self._map, ignore_all=True)

    def _end_closed(self) -> None:
        while self.closed:
            self.closed.popleft().end()

    def _bound_unsent(self) -> None:
        if not self.unsent_grew:
            return
        self.unsent_grew = False
        slow = [channel for channel in self.active_channels.values() if channel.total_outbufs_len]
        unsent = sum(channel.total_outbufs_len for channel in slow)
        for channel in sorted(slow, key=lambda one: one.last_activity):
            if unsent <= self.limits.unsent_in_all:
                return
            unsent -= channel.total_outbufs_len
            channel.handle_close()

    def _until_next_wake(self) -> float:
        with self._pauses_lock:
            if not self._pauses:
                return 1.0
            seconds = min(max(self._pauses[0][0] - time.monotonic(), 0.0), 1.0)
        # Whole milliseconds, rounded up: the poll rounds down and would spin through the last one.
        return math.ceil(seconds * 1000) / 1000

    def _wake_due(self) -> None:
        now, due = time.monotonic(), []
        with self._pauses_lock:
            while self._pauses and self._pauses[0][0] <= now:
                due.append(heapq.heappop(self._pauses))
        for _, _, channel, task in due:
            self.wake(channel, task)


def _close_one_of(channels: list[Channel]) -> bool:
    """Close the connection that can best be spared; return whether there was one."""
    ranked = [(rank, channel) for channel in channels if (rank := channel.expendable())]
    for (kind, _), channel in sorted(ranked, key=itemgetter(0)):
        if kind or not channel.has_unread():
            channel.handle_close()
            return True
    return False
