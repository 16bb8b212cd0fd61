"""Who answers for which host, when a client has asked for one: through TLS, a proxy, or by an absolute address."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

#: The environ key of the host that TLS or a CONNECT named; a plain connection has none.
ASKED_HOST = "mockdoor.asked_host"
#: The environ key that is set for what came through a proxy's door.
PROXIED = "mockdoor.proxied"


class _Hosted(Protocol):
    #: The hosts at which a dialect is played; without any, those that the scenario names.
    hosts: tuple[str, ...]


_Dialect = TypeVar("_Dialect", bound=_Hosted)


def asked_host(environ: Mapping[str, Any]) -> str | None:
    """Return the host that a client asked for, `""` for an unreadable one, None when it named none."""
    found: str | None = environ.get(ASKED_HOST)
    if found is not None:
        return found
    target: str = environ.get("REQUEST_URI", "")
    if target.startswith("/") or "://" not in target.partition("?")[0]:
        if PROXIED not in environ:
            return None
        target = f"//{environ.get('HTTP_HOST', '')}"
    try:
        return urlsplit(target).hostname or ""
    except ValueError:
        return ""


def played_at(host: str, dialects: Iterable[_Dialect], named: Iterable[str]) -> tuple[_Dialect, ...]:
    """Return the dialects that may answer for a host; `named` are those that the scenario names."""
    names = tuple(named)
    return tuple(dialect for dialect in dialects if host in (dialect.hosts or names))
