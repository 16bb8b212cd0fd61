"""A real server that is asked gently: its certificate checked, its replies bounded, its rate limit respected."""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.control.comparing import printable
from emulator.journal.redact import redact
from emulator.runner.http import ABSENT, DISTRUST, PATIENCE, send
from emulator.runner.requests import Request
from emulator.runner.results import Received, Sent
from emulator.runner.selection import CannotRun

#: Bytes of the largest reply that is compared.
MAX_REPLY = 8 * 1024 * 1024
#: How long, in seconds, and how often a server that limits its rate is waited for.
MAX_WAIT, MAX_WAITS = 60.0, 5
_VERSION = re.compile(r"v?\d+\.\d+\.\d+")


class TooBusy(CannotRun):
    """A server that wants to be left alone for longer than anybody waits."""


class Target:
    """The server at `base`; `authority` is a file with the certificates to trust, by default the system's count.

    Raises CannotRun for what is not an address, and for a file that holds no certificate.
    """

    def __init__(
        self,
        base: str,
        *,
        authority: Path | None = None,
        patience: float = PATIENCE,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base = _checked(base)
        self.netloc = urlsplit(self.base).netloc
        self._trust = _trust(authority) if self.base.startswith("https") else None
        self._patience = patience
        self._wait = wait

    def ask(self, request: Request) -> tuple[Sent, Received]:
        """Send a request, again when the server says in how many seconds; redirects are not followed.

        Raises TooBusy, and CannotRun for a certificate that is not trusted.
        """
        for _ in range(MAX_WAITS):
            sent, received = self._send(request)
            seconds = _retry_after(received)
            if seconds is None:
                return sent, received
            if seconds > MAX_WAIT:
                raise TooBusy(
                    [f"{self.base}: too many requests; it asks to wait {seconds:.0f} s, so nothing more is sent"]
                )
            self._wait(seconds)
        raise TooBusy([f"{self.base}: too many requests, also after {MAX_WAITS} waits; nothing more is sent"])

    def version(self, credentials: Mapping[str, str]) -> str:
        """Return the version that the server says to an application; raises CannotRun when it says none."""
        _, received = self.ask(Request(method="GET", path="/api/get-version-info", headers=credentials))
        self.check(received)
        found = _VERSION.match(_told_version(received.body))
        if not found:
            raise CannotRun([f"{self.base}: says no version to this --client-id; --profile says what to compare with"])
        return found[0]

    def check(self, received: Received) -> None:
        """Raise CannotRun when a first reply shows that nothing can be compared here."""
        if received.failure:
            raise CannotRun([f"{self.base}: {ABSENT.get(received.failure, f'no reply: {received.failure}')}"])
        if 300 <= received.status < 400:
            where = next((value for name, value in received.headers if name.lower() == "location"), "nowhere")
            raise CannotRun(
                [f"{self.base}: redirects to {printable(redact(where))}; give the address of the Casdoor itself"]
            )

    def _send(self, request: Request) -> tuple[Sent, Received]:
        sent, received = send(
            self.base,
            method=request.method,
            path=request.path,
            headers=request.headers,
            body=request.body,
            shown_base=self.base,
            patience=self._patience,
            trust=self._trust,
            most=MAX_REPLY,
        )
        if received.failure.startswith(DISTRUST):
            why = received.failure.removeprefix(DISTRUST)
            raise CannotRun(
                [f"{self.base}: its certificate is not trusted: {why}; name its authority's certificate with --ca FILE"]
            )
        return sent, received


def _checked(base: str) -> str:
    """Return an address without its last slash; raises CannotRun for what is not one, or holds a password."""
    try:
        parts = urlsplit(base)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or parts.query or parts.fragment:
        raise CannotRun([f"--target {base!r}: not an address such as https://door.example.com"])
    if "@" in parts.netloc:
        raise CannotRun(["--target: leave the name and the password out of the address"])
    return base.rstrip("/")


def _trust(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authority)
    except ssl.SSLError as error:
        raise CannotRun([f"--ca {authority}: holds no certificate in PEM form"]) from error
    except OSError as error:
        raise CannotRun([f"--ca {authority}: {error.strerror}"]) from error


def _retry_after(received: Received) -> float | None:
    """Return the seconds that a 429 asks to wait; None for another reply, or one that says no time."""
    given = next((value.strip() for name, value in received.headers if name.lower() == "retry-after"), "")
    if received.status != 429 or not given:
        return None
    if given.isascii() and given.isdecimal():
        return float(given[:9])
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _told_version(body: str) -> str:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    data = told.get("data") if isinstance(told, dict) else None
    version = data.get("version") if isinstance(data, dict) else None
    return version if isinstance(version, str) else ""
