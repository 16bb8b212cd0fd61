"""Casdoor's CORS filter (facts/casdoor.md 7)."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from emulator.casdoor.applications import is_same_or_subdomain
from emulator.casdoor.repositories import Applications
from emulator.core.errors import Panic
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

_ANY_ORIGIN_TARGETS = frozenset({("POST", "/api/login/oauth/access_token")})
_LOCAL = (("http", "localhost"), ("https", "localhost"), ("http", "127.0.0.1"), ("http", "casdoor-authenticator"))
METHODS = "POST, GET, OPTIONS, DELETE"


def headers_for(origin: str) -> dict[str, str]:
    """Return the four headers that let an origin read the reply."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": "Content-Type, Authorization",
        "Access-Control-Allow-Credentials": "true",
    }


def decide(tx: Transaction, *, method: str, target: str, origin: str, host: str) -> dict[str, str] | None:
    """Return the CORS headers of a reply, none needed being `{}`, or None to answer 403.

    `target` is the request line's, query included. Raises Panic for an Origin that is not a URL.
    """
    given = "" if origin == "null" else origin
    parts = _split(given)
    if given and _is_local(given, parts):
        return headers_for(given)
    if (method, target) in _ANY_ORIGIN_TARGETS or target == "/api/userinfo":
        return headers_for(given)
    if not given:
        return {}
    if _is_same_host(parts, host) or _is_private_address(host) or _is_redirect_host(tx, parts):
        return headers_for(given)
    return None


def preflight_without_origin() -> dict[str, str]:
    """Return the headers of an OPTIONS request that names no origin."""
    return {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": METHODS}


def _split(origin: str) -> SplitResult:
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError as error:
        raise Panic(why=reason("origin-malformed", origin=origin)) from error
    if origin.startswith(":") or (":" in origin and not parts.scheme and not origin.startswith("/")):
        raise Panic(why=reason("origin-malformed", origin=origin))
    return parts


def _is_local(origin: str, parts: SplitResult) -> bool:
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    if (parts.scheme, host) in _LOCAL and origin.startswith(parts.scheme):
        return True
    return host.endswith(".chromiumapp.org") or host == "appleid.apple.com"


def _is_same_host(parts: SplitResult, host: str) -> bool:
    return bool(parts.hostname) and parts.hostname == urlsplit(f"//{host}").hostname


def _is_private_address(host: str) -> bool:
    try:
        address = ipaddress.ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local


def _is_redirect_host(tx: Transaction, parts: SplitResult) -> bool:
    for application in tx.get(Applications).all():
        for uri in application.redirect_uris:
            allowed = urlsplit(uri)
            if (
                (allowed.scheme, allowed.port) == (parts.scheme, parts.port)
                and allowed.hostname
                and is_same_or_subdomain(parts.hostname or "", allowed.hostname)
            ):
                return True
    return False
