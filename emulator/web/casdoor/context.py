"""What the filters and the controllers of Casdoor know of the request that they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Request

from emulator.casdoor.access import Caller, caller_of
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.sessions import Session
from emulator.faults.effects import Effect
from emulator.world.transaction import Transaction


@dataclass(kw_only=True)
class CasdoorContext:
    """One request to Casdoor, from its first filter to its last.

    `target` is the request line's, not decoded; `request` what Casdoor reads of it. `cookies` are those that the reply
    sets, in order; `bare` replies carry neither cookies nor CORS headers. `effect` is what a planned fault does to the
    finished reply.
    """

    tx: Transaction
    http: Request
    target: str
    request: ApiRequest
    session: Session = field(default_factory=lambda: Session(id=""))
    cookies: list[str] = field(default_factory=list)
    cors: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    effect: Effect | None = None

    @property
    def caller(self) -> Caller:
        """Who is signed in."""
        return caller_of(self.session)

    def query(self, name: str) -> str:
        """Return a parameter of the query, empty when there is none."""
        return self.request.query.get(name, "")
