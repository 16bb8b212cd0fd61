"""One request and its reply: what travels on the wire, and what the journal keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulator.core.errors import ConnectionFailure
from emulator.core.json_object import Json, JsonObject
from emulator.faults.plan import Drip

Headers = tuple[tuple[str, str], ...]
#: What a field of a new user that nobody set holds.
_EMPTY: tuple[Json, ...] = (None, "", 0, False, [], {})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply as it goes over the wire; with `failure` the connection breaks instead, or after half the body."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    failure: ConnectionFailure | None = None
    drip: Drip | None = None

    @property
    def text(self) -> str:
        """The body as UTF-8 text, damaged bytes replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, kw_only=True)
class InnerCall:
    """A call that one imitated server made to the other, such as Casdoor's to WeChat."""

    operation: str
    url: str
    reply: Reply
    faults: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one call changed of a user: the fields' values before and after, all of them for one just made."""

    user: str
    created: bool = False
    fields: Mapping[str, tuple[Json, Json]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Call:
    """One request while it is being answered: who asks, and what there is to tell about it.

    `signed_in` is the persona behind unknown codes for this request alone, `origin` the scheme
    and host under which the client reached Casdoor. Services add to `notes` (note ids), `inner`,
    `why` (the reason of a refusal), `persona`, and `delay` (time to wait before the reply). `spoil` is
    how a fault wants the tokens of this reply to be spoiled.
    """

    operation: str = ""
    signed_in: str | None = None
    origin: str = ""
    language: str = "en"
    notes: list[str] = field(default_factory=list)
    inner: list[InnerCall] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    persona: str = ""
    why: str = ""
    delay: timedelta = timedelta(0)
    spoil: str = ""
    changes: list[Change] = field(default_factory=list)

    def note(self, note_id: str) -> None:
        """Name a place where production differs, once."""
        if note_id not in self.notes:
            self.notes.append(note_id)

    def changed(self, before: JsonObject | None, after: JsonObject) -> None:
        """Keep what a user was and is."""
        old = before or JsonObject()
        fields = {name: (old.get(name), after.get(name)) for name in after if old.get(name) != after.get(name)}
        told = {name: pair for name, pair in fields.items() if before is not None or pair[1] not in _EMPTY}
        if told or before is None:
            self.changes.append(Change(user=after.id, created=before is None, fields=told))


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One entry of the journal. `at` is the world's time; bodies and headers are as sent.

    `cut` names the bodies (`request`, `reply`) of which only the beginning is kept; `signed_in` stood behind
    unknown codes.
    """

    number: int
    at: datetime
    operation: str
    method: str
    path: str
    query: str
    request_headers: Headers
    request_body: bytes
    reply: Reply
    persona: str
    why: str
    notes: tuple[str, ...]
    faults: tuple[str, ...]
    inner: tuple[InnerCall, ...]
    cut: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    signed_in: str = ""

    @property
    def size(self) -> int:
        """About how many bytes the entry holds on to."""
        held = len(self.request_body) + len(self.reply.body) + 500
        for one in self.inner:
            held += len(one.reply.body)
        for change in self.changes:
            held += 100 * len(change.fields)
        return held
