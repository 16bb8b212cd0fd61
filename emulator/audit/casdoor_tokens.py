"""Casdoor's access tokens as clients of a backend hold them."""

from dataclasses import replace

from emulator.audit.probe import Probe, Session


def known_token(probe: Probe) -> str:
    """Return the token of Casdoor's that a login left with the client, empty where the backend keeps it to itself."""
    kept = {*map(str, probe.session.names.values()), *probe.session.cookies.values()}
    return next((one.token for one in probe.exchanges if one.token and one.token in kept), "")


def with_token(session: Session, token: str, other: str) -> Session:
    """Return a client's session with another token in place of the one that it holds."""
    names = {name: other if str(value) == token else value for name, value in session.names.items()}
    cookies = {name: other if value == token else value for name, value in session.cookies.items()}
    return replace(session, names=names, cookies=cookies)
