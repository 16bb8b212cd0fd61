"""What there is to say about one call: notes, the reason of a refusal, faults, changes, calls inside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from emulator.core.json_object import Json, JsonObject
from emulator.core.reason import Reason
from emulator.core.reply import Reply

#: What a field of a new row that nobody set holds.
_EMPTY: tuple[Json, ...] = (None, "", 0, False, [], {})


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one call changed of a user: the fields' values before and after; all set ones for one made or deleted."""

    user: str
    created: bool = False
    deleted: bool = False
    fields: Mapping[str, tuple[Json, Json]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class InnerCall:
    """A call that one imitated server made to the other, such as Casdoor's to WeChat."""

    operation: str
    url: str
    reply: Reply
    faults: tuple[str, ...] = ()
    why: Reason | None = None


@dataclass(kw_only=True, slots=True)
class Trace:
    """What services record about a call while it is being answered.

    `notes` are note ids; `why` is the reason of a refusal; `persona` who is behind the call; `delay` the time to wait
    before the reply; `tamper` how a fault wants the tokens of this reply to be tampered with.
    """

    operation: str = ""
    persona: str = ""
    why: Reason | None = None
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    delay: timedelta = timedelta(0)
    tamper: str = ""
    changes: list[Change] = field(default_factory=list)
    inner: list[InnerCall] = field(default_factory=list)

    def note(self, note_id: str) -> None:
        """Name a place where production differs, once."""
        if note_id not in self.notes:
            self.notes.append(note_id)

    def changed(self, before: JsonObject | None, after: JsonObject | None) -> None:
        """Keep what a user was and is; None stands for one that is not there."""
        old, new = before or JsonObject(), after or JsonObject()
        pairs = {name: (old.get(name), new.get(name)) for name in (new or old) if old.get(name) != new.get(name)}
        if before is None or after is None:
            pairs = {name: pair for name, pair in pairs.items() if pair[0] not in _EMPTY or pair[1] not in _EMPTY}
        if pairs or before is None:
            user = (after or old).id
            self.changes.append(Change(user=user, created=before is None, deleted=after is None, fields=pairs))

    def absorb(self, inner: "Trace", call: InnerCall) -> None:
        """Take over the trace of a call inside this one."""
        self.inner.append(call)
        for note_id in inner.notes:
            self.note(note_id)
        self.faults += inner.faults
        self.delay += inner.delay
        self.persona = self.persona or inner.persona
        self.why = inner.why or self.why
