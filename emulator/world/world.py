"""A scenario come to life: the state it is in, and who waits for it to change."""

from collections.abc import Callable, Iterable
from threading import RLock

from emulator.core.limits import Limits
from emulator.world.clock import WallClock
from emulator.world.counters import Counters
from emulator.world.repository import Repository
from emulator.world.state import Setting, State
from emulator.world.transaction import Transaction


class World:
    """Holds one state at a time; to reset is to put another one in its place.

    `wall` reads the machine's clock for scenarios whose time runs; `kinds` are the repositories that a state has.
    `profile` overrides the setting's until the next `load`.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        wall: WallClock,
        kinds: Iterable[type[Repository]],
        name: str = "main",
        profile: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.name = name
        self.wall = wall
        self.limits = limits or Limits()
        self.kinds: tuple[type[Repository], ...] = (Counters, *(kind for kind in kinds if kind is not Counters))
        self.state = self.fresh_state(setting, profile=profile)
        self._lock = RLock()
        #: Grows with every change, exchanges included.
        self.revision = 0
        #: Grows when another state takes the place of the present one.
        self.epoch = 0
        self._watchers: dict[object, Callable[[], None]] = {}

    @property
    def profile(self) -> str:
        """The Casdoor that is played."""
        return self.state.profile

    def fresh_state(self, setting: Setting, *, profile: str | None = None) -> State:
        """Return the state with which a world of a setting begins."""
        return State(setting, wall=self.wall, profile=profile or setting.profile, kinds=self.kinds, limits=self.limits)

    def replace_state(self, state: State) -> None:
        """Be in another state from the next transaction on."""
        with self._lock:
            self.state, self.epoch = state, self.epoch + 1
        self.touch()

    def transaction(self, *, signed_in: str | None = None) -> Transaction:
        """Return a transaction on the present state that is not an exchange."""
        return Transaction(self.state, signed_in=signed_in)

    def exchange(self, *, signed_in: str | None = None) -> Transaction:
        """Return the transaction of an exchange, which has a number; `state.end_exchange` has to be called for it."""
        state = self.state
        return Transaction(state, number=state.begin_exchange(), signed_in=signed_in)

    def touch(self) -> None:
        """Count a change, and notify whoever waits for one."""
        with self._lock:
            self.revision += 1
            if not self._watchers:
                return
            waiting, self._watchers = self._watchers, {}
        for notify in waiting.values():
            notify()

    def on_change(self, notify: Callable[[], None], *, since: int) -> Callable[[], None]:
        """Have `notify` called once, at the next change after revision `since`; return what calls that off."""
        key = object()
        with self._lock:
            late = self.revision != since
            if not late:
                self._watchers[key] = notify
        if late:
            notify()
        return lambda: self._forget(key)

    def new_world(self, setting: Setting, *, name: str, profile: str | None = None) -> "World":
        """Return another world that reads the same machine's clock."""
        return World(setting, wall=self.wall, kinds=self.kinds, name=name, profile=profile, limits=self.limits)

    def _forget(self, key: object) -> None:
        with self._lock:
            self._watchers.pop(key, None)
