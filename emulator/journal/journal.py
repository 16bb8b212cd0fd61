"""The journal: the latest exchanges of a world, bounded by count and bytes."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from emulator.journal.exchange import Exchange

MAX_EXCHANGES = 1000
MAX_BYTES = 8 * 1024 * 1024


class Journal:
    """The latest exchanges, oldest first; numbers count from 1 and never come twice.

    Not locked: callers hold the world's lock.
    """

    def __init__(self) -> None:
        self._entries: deque[Exchange] = deque()
        self._bytes = 0
        self._last = 0

    def __iter__(self) -> Iterator[Exchange]:
        """Iterate over a copy, oldest first."""
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        """Return how many exchanges are kept."""
        return len(self._entries)

    @property
    def next_number(self) -> int:
        """The number that the next exchange gets."""
        return self._last + 1

    def append(self, exchange: Exchange) -> Exchange:
        """Keep an exchange under the next number, dropping the oldest when there are too many."""
        self._last += 1
        entry = exchange if exchange.number == self._last else replace(exchange, number=self._last)
        self._entries.append(entry)
        self._bytes += entry.size
        while len(self._entries) > MAX_EXCHANGES or (self._bytes > MAX_BYTES and len(self._entries) > 1):
            self._bytes -= self._entries.popleft().size
        return entry

    def put_back(self, exchange: Exchange) -> None:
        """Keep an exchange of before under its own number; raises ValueError when that came already."""
        if exchange.number <= self._last:
            raise ValueError(f"exchange {exchange.number} comes after exchange {self._last}; numbers only grow")
        self._last = exchange.number - 1
        self.append(exchange)

    def skip_to(self, number: int) -> None:
        """Count as if the exchange of this number had been the last."""
        self._last = max(self._last, number)

    def clear(self) -> None:
        """Forget every exchange; numbers go on."""
        self._entries.clear()
        self._bytes = 0
