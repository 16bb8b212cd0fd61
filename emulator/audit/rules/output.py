"""Rules about what the backend prints: facts/login-rules.md 1, Output."""

import re
from collections.abc import Iterator

from emulator.audit.canaries import Kind
from emulator.audit.evidence import Evidence
from emulator.audit.rules.registry import Seen, Severity, rule

#: The secrets in the order in which they matter, and how grave each is in a log.
_SECRETS: tuple[tuple[Kind, Severity], ...] = (
    ("appsecret", "error"),
    ("client_secret", "error"),
    ("session_key", "warning"),
    ("access_token", "warning"),
)
#: A line that any server writes for each request, whatever became of it.
_ACCESS_LOG = re.compile(r'(GET|POST|PUT|HEAD|OPTIONS|DELETE|PATCH) [^"]*(HTTP/\d|\b[1-5]\d\d\b)')


@rule("log-without-secrets", "warning", needs=("output",))
def _without_secrets(evidence: Evidence) -> Iterator[Seen]:
    for kind, severity in _SECRETS:
        for probe in evidence.probes("every"):
            how = evidence.canaries.found_in(probe.output, kind)
            if how:
                yield Seen(key="secret-printed", probe=probe, params={"kind": kind, "how": how}, severity=severity)
                return


@rule("log-names-trouble", "info", troubles="server", needs=("output",))
def _names_trouble(evidence: Evidence) -> Iterator[Seen]:
    """Yield one finding when no failed login left a line; some buffer what they print, so one silence proves little."""
    failed = [one for one in evidence.logins("server") if one.outcome != "success" and one.is_alone]
    if failed and not any(_told(one.output) for one in evidence.probes("server")):
        yield Seen(key="trouble-unnamed", probe=failed[0], params={"count": str(len(failed))})


def _told(output: str) -> bool:
    """Return whether something was printed besides the server's line for each request."""
    return any(line.strip() and not _ACCESS_LOG.search(line) for line in output.splitlines())
