"""A world served on a socket: bound at once, started in a thread or in the foreground, stopped promptly."""

import heapq
import itertools
import math
import secrets
import select
import socket
import threading
import time
from types import TracebackType
from typing import Self

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.utilities import logger

from emulator.server.channel import Channel, SteppedTask
from emulator.web import create_app
from emulator.web.lifecycle import MAX_REQUEST, app_state
from emulator.world.world import World

#: Worker threads. Replies that wait hold none, and more threads get in each other's way: code2session on two
#: cores, requests/s with 1, 2, 3, 4 threads: 5600, 4800, 4700, 4400. Signing profits from a second one.
THREADS = 3
MAX_CONNECTIONS = 500
MAX_HEADERS = 64 * 1024
#: Seconds after which an idle connection is closed.
IDLE = 120
#: Seconds that a stop gives the requests under way.
PATIENCE = 2.0
#: Bodies are bounded, so they never go to temporary files, which a stop would leave to the garbage collector.
_NEVER = 1 << 30

_poll = wasyncore.poll2 if hasattr(select, "poll") else wasyncore.poll


class Server:
    """One application on one socket, also as a context manager.

    The socket is bound here, in the caller: a busy port raises OSError. Port 0 picks a free one.
    Reached from other machines too, the control API asks for `token`.
    """

    def __init__(self, application: World | Flask, host: str = "127.0.0.1", port: int = 8000) -> None:
        self.app = create_app(application) if isinstance(application, World) else application
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.create_server((host, port), family=family, backlog=1024)
        address = bound.getsockname()
        self.host: str = address[0]
        self.port: int = address[1]
        self.token = self._guard()
        self._listener = _Listener(self.app, bound)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address for clients on this machine, without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # what to call, not to bind
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def run(self) -> None:
        """Serve in this thread until `stop`, or until an exception such as KeyboardInterrupt ends it."""
        self._listener.running = True
        self._listener.run()

    def start(self) -> Self:
        """Serve in a thread of its own and return at once; the socket already takes connections."""
        self._listener.running = True
        self._thread = threading.Thread(target=self.run, name="mockdoor", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, from whatever thread or signal handler; wait for the end when `start` was called."""
        self._listener.stop()
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
        frame = app_state(self.app)
        frame.loopback, frame.token = loopback, "" if loopback else secrets.token_urlsafe(16)
        return frame.token


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress has no types
    """Waitress' worker threads, silent about a queue that a burst fills for a moment."""

    queue_logger = logger.getChild("mockdoor.queue")
    queue_logger.disabled = True


class _Listener(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Waitress' loop, which also knows when to wake a connection whose reply is paused, and how to end."""

    channel_class = Channel

    def __init__(self, application: Flask, bound: socket.socket) -> None:
        self._pauses: list[tuple[float, int, Channel, SteppedTask]] = []
        self._pauses_lock = threading.Lock()
        self._turns = itertools.count()
        #: Reentrant, because a signal handler may call `stop` at any point of the loop.
        self._stop_lock = threading.RLock()
        self._stopping = False
        self.running = False
        self._workers = _Dispatcher()
        settings = Adjustments(
            sockets=[bound],
            threads=THREADS,
            ident="",
            connection_limit=MAX_CONNECTIONS,
            max_request_header_size=MAX_HEADERS,
            max_request_body_size=MAX_REQUEST + 1,
            inbuf_overflow=_NEVER,
            outbuf_overflow=_NEVER,
            channel_timeout=IDLE,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,
        )
        about = (bound.family, bound.type, bound.proto, bound.getsockname())
        super().__init__(
            application, {}, _sock=bound, dispatcher=self._workers, adj=settings, sockinfo=about, bind_socket=False
        )

    def wake_later(self, channel: Channel, task: SteppedTask, seconds: float | None) -> None:
        """Queue a connection whose task paused again after so many seconds, None for never; from any thread."""
        if seconds is not None:
            with self._pauses_lock:
                heapq.heappush(self._pauses, (time.monotonic() + seconds, next(self._turns), channel, task))
        self.pull_trigger()

    def wake(self, channel: Channel, task: SteppedTask) -> None:
        """Queue a connection again, unless that was done since its task paused; from any thread."""
        if channel.woken(task):
            self.add_task(channel)

    def run(self) -> None:
        """Serve until told to stop, then close everything."""
        self._workers.set_thread_count(THREADS)
        try:
            while not self._stopping:
                _poll(self._until_next_wake(), self._map)
                self._wake_due()
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
        self._workers.queue.clear()
        self._workers.shutdown(timeout=PATIENCE)
        wasyncore.close_all(self._map, ignore_all=True)

    def _until_next_wake(self) -> float:
        with self._pauses_lock:
            if not self._pauses:
                return 1.0
            seconds = min(max(self._pauses[0][0] - time.monotonic(), 0.0), 1.0)
        # Whole milliseconds, rounded up: the poll rounds down and would spin through the last one.
        return math.ceil(seconds * 1000) / 1000

    def _wake_due(self) -> None:
        now = time.monotonic()
        with self._pauses_lock:
            while self._pauses and self._pauses[0][0] <= now:
                _, _, channel, task = heapq.heappop(self._pauses)
                self.wake(channel, task)
