"""One request and its reply: what travels on the wire, and what the journal keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulator.errors import ConnectionFailure
from emulator.faults import Drip

Headers = tuple[tuple[str, str], ...]


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

    def note(self, note_id: str) -> None:
        """Name a place where production differs, once."""
        if note_id not in self.notes:
            self.notes.append(note_id)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One entry of the journal. `at` is the world's time; bodies and headers are as sent.

    `cut` names the bodies (`request`, `reply`) of which only the beginning is kept.
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
    facts: Mapping[str, str] = field(default_factory=dict)
    cut: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes the entry holds on to."""
        held = len(self.request_body) + len(self.reply.body) + 500
        for one in self.inner:
            held += len(one.reply.body)
        return held
