"""What was done to a world from outside, so that a recording can repeat it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from emulator.core.json_object import Json
from emulator.world.repository import Codec, Table
from emulator.world.state import State


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlEvent:
    """What was done after exchange `after`: as a step of a scenario, `{}` if there is none.

    `number` counts events from 1; `names` are those that the step sets, with what was given out under each;
    `in_head` says that a scenario which begins with it needs no step for it.
    """

    number: int
    after: int
    at: datetime
    what: str
    step: Mapping[str, Json] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    in_head: bool = False


class ControlEvents(Table[int, ControlEvent]):
    """What was done since the reset; of too much the oldest is only remembered as having been."""

    name = "events"
    row_kind = ControlEvent

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.events)

    def key_of(self, row: ControlEvent) -> int:
        """Return the event's number."""
        return row.number

    def decode_row(self, given: Json, codec: Codec) -> ControlEvent:
        """Return the event that JSON stands for; in older state files it has one `code` instead of names."""
        if isinstance(given, dict) and isinstance(given.get("step"), dict) and "code" in given:
            name = "phone_code" if "wx.getPhoneNumber" in str(given["step"]) else "code"
            kept = {key: value for key, value in given.items() if key != "code"}
            given = kept | {"names": {name: given["code"]}}
        return super().decode_row(given, codec)

    def record(
        self,
        what: str,
        step: Mapping[str, Json] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        in_head: bool = False,
    ) -> None:
        """Remember something that was done now."""
        state = self.state
        with self.lock:
            number = next(reversed(self._rows), 0) + 1
            after, at = state.last_number, state.clock.now()
            self._put(
                ControlEvent(
                    number=number,
                    after=after,
                    at=at,
                    what=what,
                    step=step or {},
                    names=names or {},
                    in_head=in_head,
                )
            )

    def events(self) -> list[ControlEvent]:
        """Return what was done, oldest first; where something was forgotten the first event says so."""
        found = self.all()
        if found and found[0].number > 1:
            found[0] = replace(found[0], what="more was done than is remembered", step={}, in_head=False)
        return found
