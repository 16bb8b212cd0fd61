"""A step's request as a curl line."""

import shlex

from emulator.runner.results import Sent

_OURS = frozenset({"host", "content-length"})


def curl_line(sent: Sent) -> str:
    """Return a line that repeats a request when it is pasted into a shell."""
    words = ["curl", "-si"]
    if sent.method != ("POST" if sent.body else "GET"):
        words += ["-X", sent.method]
    words.append(sent.url)
    for name, value in sent.headers:
        if name.lower() not in _OURS:
            words += ["-H", f"{name}: {value}"]
    if sent.body:
        words += ["--data-raw", sent.body]
    return shlex.join(words)
