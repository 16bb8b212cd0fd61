"""Faults as they are planned: for which calls, in which window, and with which effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, TypeAlias

from emulator.core.json_object import Json
from emulator.core.reply import Drip

#: Delays of many faults add up; they stay far from what a duration can hold.
_LONGEST_DELAY = timedelta(days=36500)


@dataclass(frozen=True, kw_only=True)
class WechatFailure:
    """Answer with an errcode of WeChat's catalogue."""

    errcode: int


@dataclass(frozen=True, kw_only=True)
class TokenFailure:
    """Answer as Casdoor's OAuth endpoints do: `{"error", "error_description"}`."""

    error: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ApiFailure:
    """Answer as Casdoor's other endpoints do: status 200 and a `msg`."""

    msg: str


@dataclass(frozen=True, kw_only=True)
class StatusOnly:
    """Answer with an HTTP status and a plain page, as a gateway in between would."""

    status: int

    def __post_init__(self) -> None:
        """Refuse what is no status of a reply."""
        _check_status(self.status)


@dataclass(frozen=True, kw_only=True)
class FixedReply:
    """Answer with this body: `json` (with `has_json`), or else `text`."""

    status: int = 200
    content_type: str | None = None
    json: Json = None
    has_json: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse what no reply could have at its head."""
        _check_status(self.status)
        if self.content_type is not None and not (self.content_type.isascii() and self.content_type.isprintable()):
            raise ValueError(f"{self.content_type!r} is not a content type")


@dataclass(frozen=True, kw_only=True)
class BrokenConnection:
    """Break the connection before a byte of the reply."""

    kind: Literal["reset", "empty", "hang"]


@dataclass(frozen=True, kw_only=True)
class DamagedBody:
    """Damage the usual reply: `truncated` breaks off half-way, `malformed` is whole but no JSON."""

    kind: Literal["truncated", "malformed"]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Let this many requests pass in any stretch of `per`; answer the rest with `failure`."""

    requests: int
    per: timedelta
    failure: WechatFailure | TokenFailure | ApiFailure


@dataclass(frozen=True, kw_only=True)
class TamperedToken:
    """Tamper with the tokens that the usual reply carries."""

    kind: Literal["expired", "bad_signature", "wrong_issuer", "wrong_audience"]


@dataclass(frozen=True, kw_only=True)
class DroppedKeys:
    """Leave these keys out of the usual JSON reply, at its top level."""

    keys: tuple[str, ...]


Effect: TypeAlias = (
    WechatFailure
    | TokenFailure
    | ApiFailure
    | StatusOnly
    | FixedReply
    | BrokenConnection
    | DamagedBody
    | Drip
    | Limit
    | TamperedToken
    | DroppedKeys
)


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Wait before answering; between the two durations, derived from the seed."""

    shortest: timedelta
    longest: timedelta

    def __post_init__(self) -> None:
        """Refuse a wait that nobody could sit out."""
        if not all(timedelta(0) <= one <= _LONGEST_DELAY for one in (self.shortest, self.longest)):
            raise ValueError(f"a delay lies between 0 and {_LONGEST_DELAY.days} days")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planned trouble.

    It concerns calls whose operation matches the pattern `at` and whose facts equal `when`. Of those
    it passes over the first `after`, then takes each `every`-th, for at most `times` calls and for
    `span` from the moment that it was planned; `chance` thins them out, derived from the seed. `source` is
    how the fault was written.
    """

    id: str
    at: str
    when: Mapping[str, str] = field(default_factory=dict)
    after: int = 0
    times: int | None = None
    every: int = 1
    span: timedelta | None = None
    chance: float | None = None
    effect: Effect | None = None
    delay: Delay | None = None
    source: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse windows that no call could be counted in."""
        if self.every < 1 or self.after < 0:
            raise ValueError(f"fault {self.id!r}: 'every' is at least 1, and 'after' at least 0")


def _check_status(status: int) -> None:
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not a reply's status; allowed: 200 to 599")
