"""Rules about statuses and bodies: facts/login-rules.md 1, Statuses and bodies."""

from collections.abc import Iterator

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import Seen, each_probe, rule

#: Troubles in which WeChat names nobody.
_NOBODY = ("invalid-code", "expired-code", "foreign-code", "mock-code", "blocked-user", "server")


def _no_identity(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins(*_NOBODY):
        if probe.outcome != "success" or _knows_somebody(probe):
            continue
        yield Seen(key="nobody-logged-in", probe=probe, params={"shown": probe.shown})


def _knows_somebody(probe: Probe) -> bool:
    """Return whether some call of the login named a person, so that a success is in order."""
    return any(one.names_somebody for one in probe.exchanges)


def _client_no_5xx(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.is_crash:
        yield Seen(key="client-fault-5xx", probe=probe, params={"shown": probe.shown})


def _server_no_200(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.label != "recovery" and probe.outcome == "other" and 200 <= probe.status < 300:
        yield Seen(key="server-fault-200", probe=probe, params={"shown": probe.shown})


_BAD_CODES = ("invalid-code", "expired-code", "used-code", "foreign-code")
rule("no-identity-no-login", "error", troubles=_NOBODY)(_no_identity)
rule("client-fault-no-5xx", "error", troubles=_BAD_CODES)(each_probe(_client_no_5xx, *_BAD_CODES, logins_only=True))
rule("server-fault-no-200", "error", troubles="server")(each_probe(_server_no_200, "server", logins_only=True))
