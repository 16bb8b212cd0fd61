"""One entry of the journal: what was sent, rendered only when somebody looks."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from emulator.core.reason import Reason
from emulator.core.reply import Headers, Reply
from emulator.world.trace import Change, InnerCall


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One entry of the journal. `at` is the world's time; bodies and headers are as sent.

    `raw_headers` are the request's under their WSGI names. `cut` names the bodies (`request`, `reply`) of which only
    the beginning is kept; `signed_in` stood behind unknown codes.
    """

    number: int
    at: datetime
    operation: str
    method: str
    path: str
    query: str
    raw_headers: Headers = ()
    request_body: bytes = b""
    reply: Reply
    persona: str = ""
    why: Reason | None = None
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    inner: tuple[InnerCall, ...] = ()
    cut: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    signed_in: str = ""

    @property
    def request_headers(self) -> Headers:
        """The request's headers, all named Like-This, because WSGI says no more."""
        return tuple((header_name(key), value) for key, value in self.raw_headers)

    @property
    def size(self) -> int:
        """About how many bytes of memory the exchange takes."""
        held = 1000 + len(self.path) + len(self.query) + len(self.request_body) + len(self.reply.body)
        for _, value in self.raw_headers:
            held += len(value)
        for one in self.inner:
            held += len(one.url) + len(one.reply.body)
        for change in self.changes:
            for pair in change.fields.values():
                held += 100 + sum(len(side) for side in pair if isinstance(side, str))
        return held


@lru_cache(maxsize=512)
def header_name(key: str) -> str:
    """Return a header's name for its key in a WSGI environ."""
    return key.removeprefix("HTTP_").replace("_", "-").title()
