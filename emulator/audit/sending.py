"""Sending one request of an audit to the backend."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.audit.description import Description
from emulator.audit.outcomes import outcome_of
from emulator.audit.probe import Probe, Session
from emulator.audit.sessions import session_of, with_cookies
from emulator.runner.http import send
from emulator.runner.names import fill
from emulator.runner.requests import plain
from emulator.runner.results import Received


@dataclass(frozen=True)
class Ready:
    """A request with everything that fills it."""

    request: Mapping[str, Any]
    names: Mapping[str, Any]
    person: str
    label: str
    session: Session


def deliver(ready: Ready, description: Description, *, to: str, trouble: str, patience: float) -> Probe:
    """Send a request to the backend at a URL and return what came back, read as a login's reply."""
    request = plain(fill(with_cookies(ready.request, ready.session), ready.names))
    began = time.monotonic()
    sent, received = send(
        to,
        method=request.method,
        path=request.path,
        headers=request.headers,
        body=request.body,
        shown_base=to,
        patience=patience,
    )
    return Probe(
        trouble=trouble,
        label=ready.label,
        person=ready.person,
        code=str(ready.names.get("code", "")),
        began=began,
        ended=time.monotonic(),
        sent=sent,
        received=received,
        outcome=outcome_of(description, received),
        session=session_of(description, received),
    )


def retry_after(received: Received) -> float | None:
    """Return the seconds that a reply asks its client to wait, None where it names none."""
    value = next((value for name, value in received.headers if name.lower() == "retry-after"), "")
    try:
        return max(0.0, float(value))
    except ValueError:
        return None
