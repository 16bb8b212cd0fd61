"""A request as a line for a shell."""

import shlex
from collections.abc import Iterable

_OURS = frozenset({"host", "content-length", "connection", "accept-encoding"})


def curl_line(method: str, url: str, *, headers: Iterable[tuple[str, str]], body: str) -> str:
    """Return a line that repeats a request when it is pasted into a shell."""
    arguments = ["curl", "-si"]
    if method != ("POST" if body else "GET"):
        arguments += ["-X", method]
    arguments.append(url)
    for name, value in headers:
        if name.lower() not in _OURS:
            arguments += ["-H", f"{name}: {value}"]
    if body:
        arguments += ["--data-raw", body]
    return shlex.join(arguments)
