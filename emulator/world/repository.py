"""The base of repositories: bounded tables that know what changed since a mark, and how to become JSON again."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast

from emulator.core.json_object import Json

if TYPE_CHECKING:
    from emulator.world.state import State

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound="Repository")


class Codec(Protocol):
    """Turns values of a class into JSON and back; `decode` raises ValueError with what is wrong and where."""

    def encode(self, value: object, kind: object) -> Json:
        """Return a value of a kind as JSON."""

    def decode(self, value: Json, kind: object, where: str) -> Any:
        """Return the value of a kind that JSON stands for."""


class Repository:
    """A part of a world's state. Its methods are atomic by themselves, under the state's one lock.

    Made by `State`, it begins as the scenario says. `name` is its key in a snapshot.
    """

    name: ClassVar[str]

    def __init__(self, state: "State") -> None:
        self.state = state
        self.lock = state.lock
        self._changed_at = 0

    def touched(self) -> None:
        """Count a change of the whole; the caller holds the lock."""
        self._changed_at = self.state.next_revision()

    def freeze(self) -> object:
        """Return what `encode` needs, quickly and under the lock; what is returned never changes."""
        raise NotImplementedError

    def encode(self, frozen: Any, codec: Codec) -> Json:
        """Return a frozen state as JSON, outside the lock."""
        raise NotImplementedError

    def restore(self, given: Json, codec: Codec) -> None:
        """Become what `encode` returned; raises ValueError."""
        raise NotImplementedError

    def freeze_changes(self, since: int) -> object | None:
        """Return what changed after a revision, None when nothing did; under the lock."""
        return self.freeze() if self._changed_at > since else None

    def encode_changes(self, frozen: Any, codec: Codec) -> Json:
        """Return frozen changes as JSON, outside the lock."""
        return {"all": self.encode(frozen, codec)}

    def restore_changes(self, given: Json, codec: Codec) -> None:
        """Apply what `encode_changes` returned; raises ValueError."""
        if not isinstance(given, dict) or set(given) != {"all"}:
            raise ValueError(f"{self.name}: a change of it is an object with 'all'")
        self.restore(given["all"], codec)


@dataclass(frozen=True, kw_only=True)
class _Changes:
    """Rows of a table that changed, in the order in which they came, and the keys that first have to go."""

    put: tuple[Any, ...]
    gone: tuple[Json, ...]


class Table(Repository, Generic[K, V]):
    """Rows by key, in the order in which they came; of more than `bound` the oldest are forgotten.

    Rows never change; a changed row replaces the one before it. Subclasses say how a row's key is found (`key_of`), of
    which class rows are (`row_kind`), keep indexes in `index`, and offer the methods that services call.
    """

    row_kind: ClassVar[object]

    def __init__(self, state: "State", *, bound: int | None = None) -> None:
        super().__init__(state)
        self.bound = bound
        self._rows: dict[K, V] = {}
        #: The revision of each key's last change, removed keys included, the latest last.
        self._touched: dict[K, int] = {}
        #: The revision at which each row came; a row that was removed and came back stands last again.
        self._came: dict[K, int] = {}
        #: Those that came back, by the same revision.
        self._came_back: dict[K, int] = {}
        #: Changes before this revision are no longer known one by one.
        self._known_since = 0

    def key_of(self, row: V) -> K:
        """Return the key under which a row is kept."""
        raise NotImplementedError

    def index(self, old: V | None, new: V | None) -> None:
        """Keep the indexes in step with a row that replaces another one; None stands for no row."""

    def evictable(self) -> K:
        """Return the key of the row that is forgotten next."""
        return next(iter(self._rows))

    def find(self, key: K) -> V | None:
        """Return the row of a key."""
        return self._rows.get(key)

    def all(self) -> list[V]:
        """Return every row, the oldest first."""
        with self.lock:
            return list(self._rows.values())

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def _put(self, row: V) -> None:
        key = self.key_of(row)
        new, known = key not in self._rows, key in self._touched
        self.index(self._rows.get(key), row)
        self._rows[key] = row
        self._touch(key)
        if new:
            self._came[key] = self._changed_at
            if known:
                self._came_back[key] = self._changed_at
        while self.bound is not None and len(self._rows) > self.bound:
            self._remove(self.evictable())

    def _remove(self, key: K) -> V | None:
        row = self._rows.pop(key, None)
        if row is not None:
            self.index(row, None)
            self._touch(key)
            self._came.pop(key, None)
            self._came_back.pop(key, None)
        return row

    def _touch(self, key: K) -> None:
        self._changed_at = revision = self.state.next_revision()
        touched = self._touched
        touched.pop(key, None)
        touched[key] = revision
        if len(touched) > 2 * len(self._rows) + 1000:
            self._known_since = touched.pop(next(iter(touched)))

    def freeze(self) -> list[V]:
        """Return the rows."""
        with self.lock:
            return list(self._rows.values())

    def encode(self, frozen: Iterable[V], codec: Codec) -> Json:
        """Return the rows as a list."""
        return [self.encode_row(row, codec) for row in frozen]

    def encode_row(self, row: V, codec: Codec) -> Json:
        """Return one row as JSON."""
        return codec.encode(row, self.row_kind)

    def decode_row(self, given: Json, codec: Codec) -> V:
        """Return the row that JSON stands for; raises ValueError."""
        row: V = codec.decode(given, self.row_kind, self.name)
        return row

    def restore(self, given: Json, codec: Codec) -> None:
        """Become a list of rows; raises ValueError for one that is not a row, or occurs twice."""
        if not isinstance(given, list):
            raise ValueError(f"{self.name} must be a list, not {str(given)[:40]!r}")
        if self.bound is not None and len(given) > self.bound:
            raise ValueError(f"{self.name}: there are {len(given)}, more than the {self.bound} that this server keeps")
        rows = [self.decode_row(one, codec) for one in given]
        with self.lock:
            for key in list(self._rows):
                self._remove(key)
            for row in rows:
                if self.key_of(row) in self._rows:
                    raise ValueError(f"{self.name}: {self.key_of(row)!r} occurs twice")
                self._put(row)

    def freeze_changes(self, since: int) -> object | None:
        """Return changed and removed rows in the order in which they came, all rows when it is too long ago."""
        with self.lock:
            if self._changed_at <= since:
                return None
            if since < self._known_since:
                return self.freeze()
            recent = takewhile(lambda key: self._touched[key] > since, reversed(self._touched))
            keys = sorted(recent, key=lambda key: self._came.get(key, 0))
            put = tuple(self._rows[key] for key in keys if key in self._rows)
            gone = [key for key in keys if key not in self._rows or self._came_back.get(key, 0) > since]
            return _Changes(put=put, gone=tuple(map(_key_as_json, gone)))

    def encode_changes(self, frozen: object, codec: Codec) -> Json:
        """Return changes as `{"put": [rows], "gone": [keys]}`, or everything as `{"all": [rows]}`.

        What is gone goes first: a row that came back stands behind the others.
        """
        if not isinstance(frozen, _Changes):
            return super().encode_changes(frozen, codec)
        changes: dict[str, Json] = {"put": [self.encode_row(row, codec) for row in frozen.put]}
        return {**changes, "gone": list(frozen.gone)} if frozen.gone else changes

    def restore_changes(self, given: Json, codec: Codec) -> None:
        """Apply changes; raises ValueError."""
        if not isinstance(given, dict) or "put" not in given:
            super().restore_changes(given, codec)
            return
        put, gone = given.get("put"), given.get("gone", [])
        if not isinstance(put, list) or not isinstance(gone, list):
            raise ValueError(f"{self.name}: 'put' and 'gone' must be lists")
        rows = [self.decode_row(one, codec) for one in put]
        keys = [_key_from_json(one, self.name) for one in gone]
        with self.lock:
            for key in keys:
                self._remove(cast("K", key))
            for row in rows:
                self._put(row)


def _key_as_json(key: object) -> Json:
    """Return a key, a text, a number or a pair of texts, as JSON."""
    return list(key) if isinstance(key, tuple) else cast("Json", key)


def _key_from_json(given: Json, name: str) -> object:
    if isinstance(given, str | int):
        return given
    if isinstance(given, list) and all(isinstance(part, str) for part in given):
        return tuple(given)
    raise ValueError(f"{name}: {given!r} in 'gone' must be a key")
