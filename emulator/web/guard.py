"""Who may use the control API: this machine, pages that the emulator served, and holders of the token."""

import hmac
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers


def refusal(headers: Headers, *, mutating: bool, loopback: bool, token: str) -> str | None:
    """Return a sentence on why a control call is refused, None when it is not.

    A foreign page can make a browser send a POST to this machine, and a foreign name can be made to
    resolve to it; both show in Origin and Host. A page behind such a name could read the answers too, secrets of a
    state included, so that reading under it is refused as well. Source: design.md 8.
    """
    host = headers.get("Host", "")
    if not loopback and not _holds(headers, token):
        return (
            "this server can be reached from other machines, so control calls need the token that it printed at "
            "start, as 'Authorization: Bearer TOKEN' or 'X-Mockdoor-Token: TOKEN'"
        )
    if loopback and host and not _is_loopback(host):
        return f"the Host {host!r} is not this machine; use localhost or 127.0.0.1"
    if not mutating:
        return None
    origin = headers.get("Origin")
    if origin is not None and _address(origin) != _address(f"http://{host}"):
        return f"a page of {origin!r} may not change this emulator; only pages of http://{host} may"
    return None


def _holds(headers: Headers, token: str) -> bool:
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    shown = headers.get("X-Mockdoor-Token") or (bearer.strip() if scheme.lower() == "bearer" else "")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())


def _is_loopback(host: str) -> bool:
    name = (_address(f"http://{host}") or ("", 0))[0]
    parts = name.split(".")
    numeric = len(parts) == 4 and parts[0] == "127" and all(part.isdecimal() for part in parts)
    return numeric or name in ("localhost", "::1") or name.endswith(".localhost")


def _address(url: str) -> tuple[str, int] | None:
    """Return the host name and port of an Origin; None for one that names none, such as `null`."""
    try:
        split = urlsplit(url)
        port = split.port or (443 if split.scheme == "https" else 80)
    except ValueError:
        return None
    return (split.hostname, port) if split.hostname else None
