"""Sending one request over a socket, so that broken connections are real."""

import errno
import http.client
import socket
import time
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from emulator.journal.bodies import decoded_body
from emulator.runner.results import Received, Sent

#: Seconds that a step waits for its reply, unless it says otherwise.
PATIENCE = 10.0
#: The failures that mean that there is no server, and how they read after its address.
ABSENT = {
    "refused": "nobody listens there",
    "unknown host": "there is no host of this name",
    "unreachable": "there is no way to this host",
}


def send(
    base: str,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None,
    shown_base: str,
    patience: float = PATIENCE,
) -> tuple[Sent, Received]:
    """Send a request to a server and return it with what came back; a broken connection is a result too.

    `shown_base` is the address under which the server is named, in the Host header as in reports, so that
    a run on a port that the system picked reads like every other. `patience` is in seconds.
    """
    given = {"Host": urlsplit(shown_base).netloc} | dict(headers)
    if body is not None or method in ("POST", "PUT", "PATCH"):
        given["Content-Length"] = str(len(body or b""))
    text = "" if body is None else body.decode("utf-8", "replace")
    sent = Sent(method=method, url=shown_base + path, path=path, headers=tuple(given.items()), body=text)
    started = time.monotonic()
    received = _exchange(base, method, path, given, body, patience)
    elapsed = timedelta(seconds=time.monotonic() - started)
    return sent, Received(
        status=received.status,
        headers=received.headers,
        body=received.body,
        failure=received.failure,
        elapsed=elapsed,
    )


def address_of(base: str) -> tuple[str, int]:
    """Return the host and port of an `http://` or `https://` address; raises ValueError for anything else."""
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{base!r} is not an HTTP address")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def try_connection(base: str, *, patience: float = PATIENCE) -> str:
    """Return the failure of a connection to a server, empty when it stands; nothing is sent.

    Raises ValueError for what is not an `http://` or `https://` address.
    """
    address = address_of(base)
    try:
        socket.create_connection(address, timeout=patience).close()
    except (OSError, UnicodeError) as error:
        return _kind(error)
    return ""


def _exchange(
    base: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None, patience: float
) -> Received:
    parts = urlsplit(base)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=patience)
    try:
        connection.putrequest(method, parts.path.rstrip("/") + path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode())
        connection.endheaders(body)
        reply = connection.getresponse()
        given = tuple(reply.getheaders())
        text = decoded_body(given, reply.read()).decode("utf-8", "replace")
        return Received(status=reply.status, headers=given, body=text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Received(failure=_kind(error))
    finally:
        connection.close()


def _kind(error: Exception) -> str:
    """Name the way in which a connection failed."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, http.client.RemoteDisconnected):
        return "empty"
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "reset"
    if isinstance(error, http.client.IncompleteRead):
        return "truncated"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, socket.gaierror | UnicodeError):
        return "unknown host"
    if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return "unreachable"
    return f"{type(error).__name__}: {error}"
