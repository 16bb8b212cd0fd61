"""Numbers that keep apart what is derived from the same names again and again."""

from emulator.core.json_object import Json
from emulator.world.repository import Codec, Table
from emulator.world.state import State


class Counters(Table[str, tuple[str, int]]):
    """How often something was counted, by its parts.

    Of too many the oldest is forgotten; one that was forgotten begins again above every number forgotten, so that no
    number comes twice.
    """

    name = "counters"

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.counters)
        self._floor = 0

    def key_of(self, row: tuple[str, int]) -> str:
        """Return the parts, joined by NUL."""
        return row[0]

    def index(self, old: tuple[str, int] | None, new: tuple[str, int] | None) -> None:
        """Raise the floor above what is forgotten."""
        if new is None and old is not None:
            self._floor = max(self._floor, old[1])

    def count(self, *parts: str) -> int:
        """Return how often this was called before with these parts, and count this call."""
        key = "\x00".join(parts)
        with self.lock:
            known = self._rows.get(key)
            number = known[1] if known else self._floor
            self._put((key, number + 1))
            return number

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
