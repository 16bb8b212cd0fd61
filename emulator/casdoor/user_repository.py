"""Casdoor's users: found by name, by id, and by their WeChat ids."""

from collections.abc import Callable, Iterable

from emulator.casdoor.defaults import built_in, complete_user, with_defaults, without_defaults
from emulator.casdoor.repositories import Organizations
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import User
from emulator.core.json_object import Json
from emulator.scenario.model import scenario_of
from emulator.world.repository import Codec, Table
from emulator.world.state import State

Key = tuple[str, str]


class Users(Table[Key, User]):
    """Users by organization and name; the oldest that the scenario did not declare is the first to be forgotten."""

    name = "users"
    row_kind = User

    def __init__(self, state: State) -> None:
        # What a scenario declares is kept whatever the bound, and with it the one who came last.
        super().__init__(state, bound=max(state.limits.users, len(scenario_of(state).users) + 2))
        self._names: dict[str, dict[str, None]] = {}
        self._by_wechat: dict[Key, dict[str, None]] = {}
        updated = version_of(state).new_users_updated
        scenario, organizations, now = scenario_of(state), state.get(Organizations), state.clock.now()
        declared = {(row.owner, row.name): row for row in scenario.users}
        for row in built_in(self.name, now=now):
            declared.setdefault((row.owner, row.name), row)
        self._declared = frozenset(declared)
        for row in declared.values():
            owner = organizations.find(row.owner)
            self._put(complete_user(row, seed=scenario.seed, now=now, organization=owner, updated=updated))

    def key_of(self, row: User) -> Key:
        """Return organization and name."""
        return row.owner, row.name

    def index(self, old: User | None, new: User | None) -> None:
        """Keep names by organization and by the column `wechat`."""
        if old is not None:
            del self._names[old.owner][old.name]
            same = self._by_wechat[old.owner, old.wechat]
            del same[old.name]
            if not same:
                del self._by_wechat[old.owner, old.wechat]
        if new is not None:
            self._names.setdefault(new.owner, {})[new.name] = None
            self._by_wechat.setdefault((new.owner, new.wechat), {})[new.name] = None

    def evictable(self) -> Key:
        """Return the oldest user that the scenario did not declare; one more than it declared always fits."""
        return next((key for key in self._rows if key not in self._declared), next(iter(self._rows)))

    def of(self, owner: str) -> list[User]:
        """Return an organization's users, everybody without one."""
        if not owner:
            return self.all()
        with self.lock:
            return [self._rows[owner, name] for name in self._names.get(owner, ())]

    def count(self, owner: str) -> int:
        """Return how many users an organization has."""
        return len(self._names.get(owner, ()))

    def find_wechat(self, owner: str, ids: Iterable[str]) -> User | None:
        """Return the user whose column `wechat` is one of the ids; of several the lowest name in byte order."""
        with self.lock:
            names = {name for one in ids for name in self._by_wechat.get((owner, one), ())}
            name = min(names, key=str.encode, default=None)
            return None if name is None else self._rows[owner, name]

    def find_or_create(self, owner: str, ids: Iterable[str], make: Callable[[], User]) -> tuple[User, bool]:
        """Return the user of one of the WeChat ids, or the one that `make` returns, and whether it is new.

        At most one is made however many ask at the same time. Raises what `make` raises.
        """
        with self.lock:
            found = self.find_wechat(owner, ids)
            if found is not None:
                return found, False
            return self.create(make), True

    def create(self, make: Callable[[], User]) -> User:
        """Keep and return the user that `make` returns, which may look at the others and raise."""
        with self.lock:
            user = make()
            self._put(user)
            return user

    def update(self, change: Callable[[], tuple[User, User]]) -> tuple[User, User]:
        """Put the second of the users that `change` returns in place of the first, and return both.

        `change` finds the user as it stands, may look at the others, and raises to refuse.
        """
        with self.lock:
            old, new = change()
            if self.key_of(old) != self.key_of(new):
                self._remove(self.key_of(old))
            self._put(new)
            return old, new

    def delete(self, owner: str, name: str) -> User | None:
        """Remove a user and return it, None when there was none."""
        with self.lock:
            return self._remove((owner, name))

    def encode_row(self, row: User, codec: Codec) -> Json:  # noqa: ARG002
        """Return the fields that are not a fresh user's; there are many users and each has many fields."""
        return without_defaults("user", row)

    def decode_row(self, given: Json, codec: Codec) -> User:  # noqa: ARG002
        """Return the whole row; raises ValueError."""
        if not isinstance(given, dict):
            raise ValueError(f"users: {given!r} must be an object")
        return User(with_defaults("user", given))
