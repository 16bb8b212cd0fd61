"""One request of an audit to the backend: what was sent, what came back, and what it caused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from emulator.audit.observer import Call
from emulator.runner.results import Received, Sent

#: How the description reads a reply; `other` is what no matcher describes.
Outcome = Literal["success", "refused", "unavailable", "other"]


@dataclass(kw_only=True)
class Session:
    """What a login left with the client: cookies, and the values captured from its reply."""

    cookies: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """The token that the client keeps, empty when only cookies do."""
        return str(self.names.get("token") or "")


@dataclass(kw_only=True)
class Probe:
    """One login, or another request that belongs to a trouble.

    `label` tells it from others of its trouble; `began` and `ended` are seconds of the monotonic clock. `calls` are
    those that WeChat and Casdoor received because of it, `output` what the app printed meanwhile. `is_login` is False
    for requests other than the described login; `is_alone` False for one of a crowd. `opens` says that a login which
    did not succeed left a token or cookie that opens `logged_in` all the same.
    """

    trouble: str
    label: str
    person: str
    code: str
    began: float
    ended: float
    sent: Sent
    received: Received
    outcome: Outcome
    calls: list[Call] = field(default_factory=list)
    output: str = ""
    session: Session = field(default_factory=Session)
    user_id: str = ""
    openid: str = ""
    is_login: bool = True
    is_alone: bool = True
    opens: bool = False

    @property
    def seconds(self) -> float:
        """How long the answer took."""
        return self.ended - self.began

    @property
    def status(self) -> int:
        """The status, 0 without a reply."""
        return self.received.status

    @property
    def exchanges(self) -> list[Call]:
        """The calls that exchanged its login code."""
        return [one for one in self.calls if one.is_exchange]

    @property
    def hung(self) -> list[Call]:
        """The calls that WeChat or Casdoor left without a reply."""
        return [one for one in self.calls if one.reply.failure == "hang"]

    @property
    def is_crash(self) -> bool:
        """Whether the backend broke down over it: 5xx, or a connection that it closed without a reply."""
        return self.status >= 500 or self.received.failure in ("empty", "reset", "truncated")

    @property
    def shown(self) -> str:
        """What came back, in a few words: `500 {"error": …`."""
        if self.received.failure:
            return {"timeout": "no answer"}.get(self.received.failure, self.received.failure)
        body = " ".join(self.received.body.split())
        return f"{self.status} {body[:80]}{'…' if len(body) > 80 else ''}".strip()

    @property
    def answer(self) -> str:
        """Everything that the client can read of the reply: headers and body."""
        head = "\n".join(f"{name}: {value}" for name, value in self.received.headers)
        return f"{head}\n\n{self.received.body}"

    def evidence(self) -> Mapping[str, Any]:
        """Return what a finding shows of it, as JSON."""
        return {
            "label": self.label,
            "request": {"method": self.sent.method, "path": self.sent.path, "body": self.sent.body[:2000]},
            "reply": {
                "status": self.status,
                "failure": self.received.failure,
                "body": self.received.body[:2000],
            },
            "seconds": round(self.seconds, 1),
            "calls": [_shown(one) for one in self.calls[:20]],
        }


def _shown(call: Call) -> Mapping[str, Any]:
    return {
        "number": call.number,
        "operation": call.operation,
        "code": call.code[:80],
        "status": None if call.reply.failure in ("reset", "empty", "hang") else call.reply.status,
        "failure": call.reply.failure,
        "body": call.text[:300],
    }


def calls_of(probes: Iterable[Probe]) -> list[Call]:
    """Return the calls of several probes, each once, in their order."""
    found = {call.number: call for probe in probes for call in probe.calls}
    return [found[number] for number in sorted(found)]
