"""A request as a line for a shell."""

import shlex
from collections.abc import Iterable

_OURS = frozenset({"host", "content-length", "connection", "accept-encoding"})


def curl_line(method: str, url: str, *, headers: Iterable[tuple[str, str]], body: str) -> str:
    """Return a line that repeats a request when it is pasted into a shell."""
    words = ["curl", "-si"]
    if method != ("POST" if body else "GET"):
        words += ["-X", method]
    words.append(url)
    for name, value in headers:
        if name.lower() not in _OURS:
            words += ["-H", f"{name}: {value}"]
    if body:
        words += ["--data-raw", body]
    return shlex.join(words)
