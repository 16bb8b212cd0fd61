"""One request, or one step from outside, on one state from its first look to its last word."""

from datetime import datetime
from typing import TYPE_CHECKING

from emulator.world.counters import Counters
from emulator.world.repository import R
from emulator.world.trace import InnerCall, Trace

if TYPE_CHECKING:
    from emulator.world.state import State


class Transaction:
    """What a service works on: a state that is bound once, its profile and time read once, and the trace of the call.

    A reset meanwhile makes another state; what this transaction writes goes where it has looked. `number` is the
    exchange's, 0 for calls that are not in the journal. `signed_in` is the persona behind unknown codes for this
    request alone, `origin` the scheme and host under which the client reached Casdoor.
    """

    __slots__ = ("at", "language", "number", "origin", "profile", "signed_in", "state", "trace")

    def __init__(self, state: "State", *, number: int = 0, signed_in: str | None = None) -> None:
        self.state = state
        self.number = number
        self.at: datetime = state.clock.now()
        self.profile = state.profile
        self.signed_in = signed_in
        self.origin = ""
        self.language = "en"
        self.trace = Trace()

    @property
    def seed(self) -> str:
        """What every identifier of this world is derived under."""
        return self.state.setting.seed

    def get(self, kind: type[R]) -> R:
        """Return the repository of a class."""
        return self.state.get(kind)

    def count(self, *parts: str) -> int:
        """Return how often this was called before with these parts, and count this call."""
        return self.state.get(Counters).count(*parts)

    def note(self, note_id: str) -> None:
        """Name a place where production differs, once."""
        self.trace.note(note_id)

    def inner(self, operation: str) -> "Transaction":
        """Return the transaction of a call inside this one: the same state and time, a trace of its own."""
        inner = Transaction.__new__(Transaction)
        inner.state, inner.number, inner.at, inner.profile = self.state, self.number, self.at, self.profile
        inner.signed_in, inner.origin, inner.language = self.signed_in, self.origin, self.language
        inner.trace = Trace(operation=operation)
        return inner

    def absorb(self, inner: "Transaction", call: InnerCall) -> None:
        """Take over the trace of a call inside this one."""
        self.trace.absorb(inner.trace, call)
