"""What a reset throws away: the clock and every repository of a world."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import cast

from emulator.core.limits import Limits
from emulator.world.clock import Clock, WallClock
from emulator.world.repository import R, Repository


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a world is made from, as far as this room needs to know; a scenario is one.

    `seed` is what every identifier is derived under; `clock` None means that time runs.
    """

    name: str
    profile: str
    seed: str = "mockdoor"
    clock: datetime | None = None


class State:
    """A world from one reset to the next. Repositories are asked for by their class.

    `lock` guards all of them; nothing sleeps or signs under it. Exchanges are numbered when they begin, so that what
    they do can name them; `settled` is the number up to which all have ended.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        wall: WallClock,
        profile: str,
        kinds: Iterable[type[Repository]],
        limits: Limits,
    ) -> None:
        self.setting = setting
        self.profile = profile
        self.limits = limits
        self.lock = RLock()
        self.clock = Clock(wall, frozen_at=setting.clock)
        self.revision = 0
        self.last_number = 0
        self._under_way: set[int] = set()
        self._repositories: dict[type[Repository], Repository] = {}
        for kind in kinds:
            self._repositories[kind] = kind(self)

    @property
    def seed(self) -> str:
        """What every identifier of this state is derived under."""
        return self.setting.seed

    @property
    def repositories(self) -> tuple[Repository, ...]:
        """Every repository, in the order in which they were made."""
        return tuple(self._repositories.values())

    def get(self, kind: type[R]) -> R:
        """Return the repository of a class."""
        return cast("R", self._repositories[kind])

    def next_revision(self) -> int:
        """Count a change; the caller holds the lock."""
        self.revision += 1
        return self.revision

    def begin_exchange(self) -> int:
        """Return the number of an exchange that begins."""
        with self.lock:
            self.last_number += 1
            self._under_way.add(self.last_number)
            return self.last_number

    def end_exchange(self, number: int) -> None:
        """End an exchange, whether it is in the journal or not."""
        with self.lock:
            self._under_way.discard(number)

    @property
    def settled(self) -> int:
        """The number up to which every exchange has ended."""
        with self.lock:
            return min(self._under_way) - 1 if self._under_way else self.last_number
