"""Sending one request over a socket, so that broken connections are real."""

import errno
import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from threading import Timer
from urllib.parse import urlsplit

from emulator.journal.bodies import decoded_body
from emulator.runner.results import Received, Sent

#: Seconds that a step waits for its reply, unless it says otherwise.
PATIENCE = 10.0
#: Larger replies are not read to their end.
MAX_BODY = 64 * 1024 * 1024
_CHUNK = 256 * 1024
#: How the failure of a server begins whose certificate is not trusted.
DISTRUST = "certificate: "
#: The failures that mean that there is no server, and how they read after its address.
ABSENT = {
    "refused": "nobody listens there",
    "unknown host": "there is no host of this name",
    "unreachable": "there is no way to this host",
}


class EndlessReply(ValueError):
    """A reply larger than any that is meant."""


def send(
    base: str,
    *,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None,
    shown_base: str,
    patience: float = PATIENCE,
    host: str | None = None,
    trust: ssl.SSLContext | None = None,
    most: int = MAX_BODY,
) -> tuple[Sent, Received]:
    """Send a request to a server and return it with what came back; a broken connection is a result too.

    `shown_base` is the address under which the server is named, in the Host header as in reports, so that
    a run on a port that the system picked reads like every other. `patience` is in seconds, for the whole reply. `host`
    is the Host header where a server is not to be asked by its shown name. `trust` says whose certificates count over
    https (default: the system's), `most` is the size in bytes of the largest reply that is read.
    """
    given = {"Host": urlsplit(shown_base).netloc if host is None else host} | dict(headers)
    if body is not None or method in ("POST", "PUT", "PATCH"):
        given["Content-Length"] = str(len(body or b""))
    text = "" if body is None else body.decode("utf-8", "replace")
    sent = Sent(method=method, url=shown_base + path, path=path, headers=tuple(given.items()), body=text)
    started = time.monotonic()
    received = _exchange(base, method, path, given, body, patience=patience, trust=trust, most=most)
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
    base: str,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    patience: float,
    trust: ssl.SSLContext | None,
    most: int,
) -> Received:
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.netloc, timeout=patience)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=patience, context=trust)
    end = time.monotonic() + patience
    cut = None
    try:
        connection.connect()
        cut = _cut_after(patience, connection.sock)
        connection.putrequest(method, parts.path.rstrip("/") + path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode())
        connection.endheaders(body)
        reply = connection.getresponse()
        given = tuple(reply.getheaders())
        text = decoded_body(given, _body(reply, most)).decode("utf-8", "replace")
        if time.monotonic() >= end:
            raise TimeoutError  # what was cut off may look like the end of a reply
        return Received(status=reply.status, headers=given, body=text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Received(failure="timeout" if time.monotonic() >= end else _kind(error))
    finally:
        if cut is not None:
            cut.cancel()
        connection.close()


def _cut_after(seconds: float, opened: socket.socket) -> Timer:
    """Shut a connection down after a time: each byte on its own may come in time, and the reply still have no end."""

    def cut() -> None:
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    return timer


def _body(reply: http.client.HTTPResponse, most: int) -> bytes:
    """Return a reply's whole body; raises EndlessReply for one that is too large."""
    chunks, size = [], 0
    while chunk := reply.read1(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise EndlessReply(f"more than {most // 1024 // 1024} MiB")
    if reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    return b"".join(chunks)


def _kind(error: Exception) -> str:
    """Name the way in which a connection failed."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, EndlessReply):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{DISTRUST}{error.verify_message}"
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
