"""Rows about speed: starting, and requests a second."""

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import crowd
import sides
from table import Found, ratio


def start(size):
    """Compare the time from a process' start to its first answer."""

    def seconds(command):
        begun = time.perf_counter()
        with sides.served(command) as (port, _):
            sides.ask(port, "GET", "/api/health")
            return time.perf_counter() - begun

    bare = (*sides.BARE, "waitress")
    for command in (sides.EMULATOR, bare):  # writes the bytecode
        seconds(command)
    ours, theirs = sides.side_by_side(size.starts, lambda: seconds(sides.EMULATOR), lambda: seconds(bare))
    return Found(
        emulator=f"{ours * 1000:.0f} ms",
        beside=f"bare Flask on waitress: {theirs * 1000:.0f} ms",
        ratio=ratio(ours, theirs),
    )


def code2session(size):
    """Compare code2session, the journal on, with the bare application."""
    request = sides.request("GET", sides.CODE2SESSION)
    with sides.served(sides.EMULATOR) as (port, _):
        return _beside_bare_flask(size, size.lookups, port, request)


def logins(size):
    """Compare logins with the two signatures that each needs."""
    request = sides.login_request()
    with sides.served(sides.EMULATOR) as (port, _):
        sides.rate(port, sides.CONNECTIONS, request)  # loads what signing needs
        ours, limit = sides.side_by_side(
            size.rounds, lambda: sides.rate(port, size.logins, request), lambda: sides.signatures(2 * size.logins) / 2
        )
    return Found(
        emulator=f"{ours:.0f}",
        beside=f"two RS256 signatures each, on one core: {limit:.0f}",
        ratio=ratio(ours, limit),
    )


def repeated_logins(size):
    """Compare the same logins after each reset where time stands still with those where it runs.

    Only a reset repeats a login to the letter: without one, each token has an id of its own.
    """
    request = sides.login_request()

    def rate(port):
        sides.ask(port, "POST", "/_emulator/reset")
        return sides.rate(port, size.logins, request)

    with _standing_still() as (still, _), sides.served(sides.EMULATOR) as (running, _):
        for port in (still, running):  # signs for the first time
            rate(port)
        ours, theirs = sides.side_by_side(size.rounds, lambda: rate(still), lambda: rate(running))
    return Found(emulator=f"{ours:.0f}", beside=f"while the clock runs: {theirs:.0f}", ratio=ratio(ours, theirs))


def get_account(size):
    """Compare get-account with the bare application."""
    with sides.served(sides.EMULATOR) as (port, _):
        request = sides.request("GET", "/api/get-account", more=_bearer(port))
        return _beside_bare_flask(size, size.lookups, port, request)


def update_user(size):
    """Compare profile updates with the bare application."""
    body = json.dumps({"owner": "test", "name": "alice", "displayName": "Alice Zhang"}).encode()
    with sides.served(sides.EMULATOR) as (port, _):
        request = sides.request("POST", "/api/update-user", body, "application/json", _bearer(port))
        return _beside_bare_flask(size, size.lookups, port, request)


def login_in_a_crowd(size):
    """Compare a login among many users with one among ten."""
    request = sides.login_request()

    def milliseconds(port):
        return 1000 / sides.rate(port, size.logins, request)

    with sides.served(sides.EMULATOR) as (many, _), sides.served(sides.EMULATOR) as (few, _):
        for port, users in ((many, size.crowd), (few, 10)):
            crowd.fill(port, users)
            milliseconds(port)
        ours, theirs = sides.side_by_side(size.rounds, lambda: milliseconds(many), lambda: milliseconds(few))
    return Found(emulator=f"{ours:.2f} ms", beside=f"among ten: {theirs:.2f} ms", ratio=ratio(ours, theirs))


def _beside_bare_flask(size, number, port, request):
    """Compare a request with code2session of the bare application, on the same kind of server."""
    simple = sides.request("GET", sides.CODE2SESSION)
    with sides.served(sides.BARE) as (bare, _):
        ours, theirs = sides.side_by_side(
            size.rounds, lambda: sides.rate(port, number, request), lambda: sides.rate(bare, number, simple)
        )
    return Found(
        emulator=f"{ours:.0f}",
        beside=f"bare Flask on the same server: {theirs:.0f}",
        ratio=ratio(ours, theirs),
    )


@contextmanager
def _standing_still():
    """Serve the default world with its clock at an instant."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "still.scenario.yaml"
        path.write_text("version: 1\nclock: 2026-01-01T08:00:00Z\n", "utf-8")
        with sides.served((*sides.EMULATOR, str(path))) as both:
            yield both


def _bearer(port):
    return f"Authorization: Bearer {sides.login(port)}\r\n"
