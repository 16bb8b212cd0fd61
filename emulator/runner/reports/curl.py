"""A step's request as a curl line."""

from emulator.core import curl
from emulator.runner.results import Sent


def curl_line(sent: Sent) -> str:
    """Return a line that repeats a request when it is pasted into a shell."""
    return curl.curl_line(sent.method, sent.url, headers=sent.headers, body=sent.body or "")
