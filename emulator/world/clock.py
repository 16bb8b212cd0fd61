"""The one clock of a world: frozen at an instant, or running with the machine's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

#: Reads the machine's clock; injected, so that the domain never does.
WallClock = Callable[[], datetime]

#: Where a world's calendar begins: tokens hold seconds since then.
FIRST_YEAR = 1970
#: Where it ends; beyond it tokens would expire after the year 9999.
LAST_YEAR = 9000


class Clock:
    """Returns a world's time as aware UTC datetimes.

    A frozen clock moves only by `advance` or `set`; a running one follows `wall` at an offset.
    Not locked: callers hold the world's lock when they change it.
    """

    def __init__(self, wall: WallClock, *, frozen_at: datetime | None = None, offset: timedelta = timedelta(0)) -> None:
        self._wall = wall
        self.frozen_at = frozen_at
        self.offset = offset

    @property
    def frozen(self) -> bool:
        """Whether time stands still between calls."""
        return self.frozen_at is not None

    def now(self) -> datetime:
        """Return the current instant."""
        if self.frozen_at is not None:
            return self.frozen_at
        return self._wall() + self.offset

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new instant.

        Raises ValueError for a negative duration or one that leaves the calendar.
        """
        if by < timedelta(0):
            raise ValueError("the clock cannot go back")
        moved = self._moved(by)
        if self.frozen_at is not None:
            self.frozen_at = moved
        else:
            self.offset += by
        return moved

    def set(self, at: datetime | None, *, frozen: bool | None = None) -> datetime:
        """Move to an instant, not before the present one, and return it; None stays at the present.

        `frozen` stops or starts the clock there; None leaves that as it is. Raises ValueError
        when `at` lies in the past.
        """
        now = self.now()
        at = now if at is None else at
        if at < now:
            raise ValueError(f"the clock cannot go back from {rfc3339(now)} to {rfc3339(at)}")
        if self.frozen if frozen is None else frozen:
            self.frozen_at = at
        else:
            self.frozen_at = None
            self.offset = at - self._wall()
        return at

    def _moved(self, by: timedelta) -> datetime:
        try:
            return self.now() + by
        except OverflowError as error:
            raise ValueError("that is beyond the year 9999") from error


def rfc3339(at: datetime) -> str:
    """Show an instant in whole seconds, as Casdoor does: `2026-11-23T01:05:16Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
