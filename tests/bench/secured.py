"""Rows about https and the proxy, each beside the same without them."""

import time

import sides
from table import Found, ratio

BOTH = (*sides.EMULATOR, "--tls", "0", "--proxy", "0")


def start(size):
    """Compare the time from a process' start to its first answer, with the authority made before."""

    def seconds(command):
        begun = time.perf_counter()
        with sides.served(command) as (port, _):
            sides.ask(port, "GET", "/api/health")
            return time.perf_counter() - begun

    for command in (BOTH, sides.EMULATOR):  # writes the bytecode, and makes the authority
        seconds(command)
    ours, theirs = sides.side_by_side(size.starts, lambda: seconds(BOTH), lambda: seconds(sides.EMULATOR))
    return Found(
        emulator=f"{ours * 1000:.0f} ms", beside=f"without them: {theirs * 1000:.0f} ms", ratio=ratio(ours, theirs)
    )


def through_tls(size):
    """Compare code2session over https with the plain port of the same server."""
    return _beside_plain(size, "tls", "localhost")


def through_proxy(size):
    """Compare code2session through the proxy with the plain port of the same server."""
    return _beside_plain(size, "proxy", "api.weixin.qq.com", "proxy")


def _beside_plain(size, entrance, *way):
    request = sides.request("GET", sides.CODE2SESSION)
    with sides.announced(BOTH) as (started, _):
        plain, port = sides.port_of(started["url"]), sides.port_of(started[entrance])
        ours, theirs = sides.side_by_side(
            size.rounds,
            lambda: sides.rate(port, size.lookups, request, (started["ca"], *way)),
            lambda: sides.rate(plain, size.lookups, request),
        )
    return Found(emulator=f"{ours:.0f}", beside=f"at the plain port: {theirs:.0f}", ratio=ratio(ours, theirs))
