"""The app that an audit examines, as the runner started it or as it runs already."""

import time

from emulator.audit.report import Text
from emulator.audit.texts import text
from emulator.runner.apps import SHOWN_LINES, RunningApp
from emulator.runner.http import ABSENT, try_connection
from emulator.runner.output import last_lines
from emulator.runner.processes import CannotStart

#: Seconds in which an app that nobody reaches any more may come back, as under a supervisor.
_RETURN = 5.0
_STEP = 0.1


class AppGone(Exception):
    """The app that is examined has ended, so nothing more can be learned of it; holds what to say."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


class AuditedApp:
    """An app for a `Stage`; `watched` says whether its output is seen."""

    def __init__(self, running: RunningApp) -> None:
        self.url = running.url
        self.watched = running.process is not None
        self._running = running

    def reach(self) -> None:
        """Raise CannotStart when an app that is said to run already cannot be reached."""
        failure = "" if self.watched else try_connection(self.url)
        if failure:
            said = ABSENT.get(failure, failure)
            raise CannotStart(f"{self._running.name} does not run at {self.url}: {said}")

    def mark(self) -> int:
        """Return how much it has printed so far; raises AppGone when it has ended."""
        self.check()
        return self._running.output.mark()

    def printed(self, mark: int) -> str:
        """Return what it has printed since; empty where nobody sees that."""
        return self._running.output.since(mark) if self.watched else ""

    def check(self) -> None:
        """Raise AppGone when nobody listens at its address any more, and nobody comes back."""
        end = time.monotonic() + _RETURN
        while try_connection(self.url, patience=1.0) == "refused":
            if self._has_ended() or time.monotonic() > end:
                raise AppGone(self._epitaph())
            time.sleep(_STEP)

    def last_output(self) -> str:
        """Return the last lines that it printed."""
        self._running.output.settle()
        return last_lines(self.printed(0).rstrip(), SHOWN_LINES)

    def _has_ended(self) -> bool:
        return self._running.exit_code is not None

    def _epitaph(self) -> Text:
        name, code = self._running.name, self._running.exit_code
        if code is None:
            return text("stopped", "unreachable", name=name, url=self.url)
        return text("stopped", "ended", name=name, code=str(code))
