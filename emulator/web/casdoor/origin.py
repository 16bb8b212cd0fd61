"""The scheme and host under which a client reached Casdoor (facts/casdoor.md 3, `iss`)."""

import ipaddress

from flask import Request


def origin_of(request: Request) -> str:
    """Return `http://` or `https://` and the Host header as sent, with the prefix of a world.

    `http` when the host has no dot or is an IP address, `https` otherwise, whatever the connection is.
    """
    host = request.headers.get("Host", "")
    bare = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    scheme = "http" if "." not in bare or _is_address(bare) else "https"
    return f"{scheme}://{host}{request.environ.get('SCRIPT_NAME', '')}"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
