"""The journal: the latest exchanges of a world, bounded by count and bytes."""

from itertools import pairwise

from emulator.core.json_object import Json
from emulator.journal.exchange import Exchange
from emulator.world.repository import Codec, Table
from emulator.world.state import State


class Journal(Table[int, Exchange]):
    """The latest exchanges by their numbers, which count from 1 and never come twice."""

    name = "exchanges"
    row_kind = Exchange

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.exchanges)
        self._bytes = 0

    def key_of(self, row: Exchange) -> int:
        """Return an exchange's number."""
        return row.number

    def index(self, old: Exchange | None, new: Exchange | None) -> None:
        """Count the bytes."""
        self._bytes += (new.size if new else 0) - (old.size if old else 0)

    def append(self, exchange: Exchange) -> None:
        """Keep an exchange that has ended, dropping the oldest when there are too many."""
        with self.lock:
            self._put(exchange)
            while self._bytes > self.state.limits.journal_bytes and len(self._rows) > 1:
                self._remove(self.evictable())
            self.state.end_exchange(exchange.number)

    def exchanges(self, *, after: int = 0) -> list[Exchange]:
        """Return the exchanges behind a number, oldest first."""
        with self.lock:
            found = [one for one in self._rows.values() if one.number > after]
        return sorted(found, key=_number)

    def freeze(self) -> list[Exchange]:
        """Return the exchanges, oldest first."""
        return self.exchanges()

    def clear(self) -> int:
        """Forget every exchange and return how many there were; numbers go on."""
        with self.lock:
            cleared = len(self._rows)
            for number in list(self._rows):
                self._remove(number)
            return cleared

    def restore(self, given: Json, codec: Codec) -> None:
        """Become a list of exchanges whose numbers grow; raises ValueError."""
        super().restore(given, codec)
        numbers = list(self._rows)
        for before, after in pairwise(numbers):
            if after <= before:
                raise ValueError(f"exchange {after} comes after exchange {before}; numbers only grow")
        if numbers and numbers[-1] > self.state.last_number:
            last = self.state.last_number
            raise ValueError(f"journal: 'last' is {last}, yet there is an exchange {numbers[-1]}")


def _number(exchange: Exchange) -> int:
    return exchange.number
