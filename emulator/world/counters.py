"""Numbers that keep apart what is derived from the same names again and again."""

from emulator.core.json_object import Json
from emulator.world.repository import Codec, Table
from emulator.world.state import State

#: The key of the row that holds the number above which forgotten ones begin again.
_FLOOR = ""


class Counters(Table[str, tuple[str, int]]):
    """How often something was counted, by its parts.

    Of too many the oldest is forgotten; one that was forgotten begins again above every number forgotten, so that no
    number comes twice. That number is the row of no parts, so that a snapshot has it too.
    """

    name = "counters"

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.counters + 1)

    def key_of(self, row: tuple[str, int]) -> str:
        """Return the parts, joined by NUL."""
        return row[0]

    def evictable(self) -> str:
        """Return the oldest that has parts."""
        return next(key for key in self._rows if key != _FLOOR)

    def count(self, *parts: str) -> int:
        """Return how often this was called before with these parts, and count this call."""
        key = "\x00".join(parts)
        with self.lock:
            known = self._rows.get(key)
            if known is None and len(self._rows) - (_FLOOR in self._rows) >= self.state.limits.counters:
                self._forget_oldest()
            number = known[1] if known else self._floor()
            self._put((key, number + 1))
            return number

    def _forget_oldest(self) -> None:
        forgotten = self._remove(self.evictable())
        if forgotten is not None:
            self._put((_FLOOR, max(self._floor(), forgotten[1])))

    def _floor(self) -> int:
        return self._rows.get(_FLOOR, (_FLOOR, 0))[1]

    def encode_row(self, row: tuple[str, int], codec: Codec) -> Json:  # noqa: ARG002
        """Return the parts and the number."""
        return [*row[0].split("\x00"), row[1]]

    def decode_row(self, given: Json, codec: Codec) -> tuple[str, int]:  # noqa: ARG002
        """Return the row; raises ValueError."""
        *parts, number = given if isinstance(given, list) and given else [None]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) < len(parts) or not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError(f"counters: {given!r} must be texts and a whole number")
        return "\x00".join(texts), number
