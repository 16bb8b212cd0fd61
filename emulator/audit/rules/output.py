"""Rules about what the backend prints: facts/login-rules.md 1, Output."""

import re
from collections.abc import Iterator

from emulator.audit.canaries import Kind
from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
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


#: What says why a call failed: words that libraries and people use for it, in any language of these.
_CAUSE = re.compile(
    r"(?i)err(?:code|no|msg)|time-?d?[ _-]?out|deadline|refused|reset|closed|disconnect|hang|abort|\bEOF\b|incomplete"
    r"|connect|network|unreachable|json|decod|pars(?:e|ing)|syntax|unexpected|malformed|invalid|empty|missing|status"
    r"|quota|limit|busy|unavailable|\brid\b|\w(?:Error|Exception)\b|超时|拒绝|断开|连接|解析|繁忙|频率|错误码|为空|失败原因"
)


@rule("log-without-secrets", "warning", needs=("output",))
def _without_secrets(evidence: Evidence) -> Iterator[Seen]:
    """Yield one finding that names every kind of secret, where the gravest was printed first."""
    found: list[tuple[Kind, Severity, Probe, str]] = []
    for kind, severity in _SECRETS:
        for probe in evidence.probes("every"):
            how = evidence.canaries.found_in(probe.output, kind)
            if how:
                found.append((kind, severity, probe, how))
                break
    if found:
        _, severity, probe, _ = found[0]
        secrets = ", ".join(f"{kind} ({how})" for kind, _, _, how in found)
        yield Seen(key="secret-printed", probe=probe, params={"secrets": secrets}, severity=severity)


@rule("log-names-trouble", "info", troubles="server", needs=("output",))
def _names_trouble(evidence: Evidence) -> Iterator[Seen]:
    """Yield one finding when no failed login left a line that says why.

    Some backends buffer what they print, so one silence proves little.
    """
    failed = [one for one in evidence.logins("server") if one.outcome != "success" and one.is_alone]
    printed = [(probe, line) for probe in evidence.probes("server") for line in _own_lines(probe)]
    if failed and not any(_names_cause(probe, line) for probe, line in printed):
        key = "trouble-vague" if printed else "trouble-unnamed"
        yield Seen(key=key, probe=failed[0], params={"count": str(len(failed))})


def _own_lines(probe: Probe) -> list[str]:
    """Return what was printed besides the server's line for each request."""
    return [line for line in probe.output.splitlines() if line.strip() and not _ACCESS_LOG.search(line)]


def _names_cause(probe: Probe, line: str) -> bool:
    codes = {str(call.json["errcode"]) for call in probe.calls if call.json.get("errcode")}
    return bool(_CAUSE.search(line)) or any(re.search(rf"(?<![\d.]){re.escape(one)}(?!\d)", line) for one in codes)
