"""How one request is answered: at once, or in steps between which no worker thread is held."""

import time
from collections.abc import Callable, Iterable, Iterator

from waitress.channel import ClientDisconnected
from waitress.task import ErrorTask, WSGITask

from emulator.web.long_poll import LONG_POLL, Subscribe
from emulator.web.responses import CONNECTION, WHEN_GONE, Close, Pause, Step


class _Staged(BaseException):
    """Leaves the application: from here on the script decides. A BaseException, so that nothing handles it."""


class Paused(BaseException):
    """Leaves waitress before it files the request as answered. A BaseException for the same reason."""

    def __init__(self, task: "SteppedTask", seconds: float | None, subscribe: Subscribe | None = None) -> None:
        self.task = task
        self.seconds = seconds
        self.subscribe = subscribe
        if task.paused_since is None:
            task.paused_since = time.monotonic()


class SteppedTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """Answers one request, at once or step by step."""

    wrote_header: bool
    _script: Iterator[Step] | None = None
    _suspended_until: float | None = None
    #: When the reply paused for the first time, by the monotonic clock.
    paused_since: float | None = None
    #: Calls off what a suspended request waits for.
    call_off: Callable[[], None] | None = None
    #: Is called when the client leaves during a pause.
    when_gone: Callable[[], None] | None = None

    def execute(self) -> None:
        """Run the application, again for a request that was suspended, or resume the script that it left."""
        if self._script is None:
            environ = self.get_environment()
            environ.update({CONNECTION: self._play, LONG_POLL: self._suspend, WHEN_GONE: self._watch})
            if marks := self.channel.marks:
                environ.update(marks)
            del environ["wsgi.file_wrapper"]  # a channel takes bytes only
            try:
                super().execute()
            except _Staged:
                self.request.close()  # its body is not needed any more, and the pause may be long
            else:
                return
            finally:
                self.environ = None  # changed by this run, and as large as the body that the application has read
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

    def _watch(self, when_gone: Callable[[], None]) -> None:
        self.when_gone = when_gone

    def _suspend(self, seconds: float, subscribe: Subscribe) -> None:
        """Leave the application, to run it again when something happens; return when the time is up."""
        now = time.monotonic()
        if self._suspended_until is None:
            self._suspended_until = now + seconds
        if now < self._suspended_until:
            raise Paused(self, self._suspended_until - now, subscribe)

    def _perform(self, step: Step) -> None:
        if isinstance(step, Pause):
            raise Paused(self, step.seconds)
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
