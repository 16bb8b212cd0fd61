"""Rules about statuses and bodies: facts/login-rules.md 1, Statuses and bodies."""

from collections.abc import Iterator

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.likeness import alike, bad_code_answers
from emulator.audit.rules.registry import Seen, Severity, each_probe, rule

#: Troubles in which WeChat names nobody.
_NOBODY = ("invalid-code", "expired-code", "foreign-code", "mock-code", "blocked-user", "server")
#: Troubles that are a bad code's, as long as no rule of their own judges them.
_BAD_CODES = ("invalid-code", "expired-code", "used-code", "foreign-code", "phone-code-bad")
#: Errcodes that are the fault of the client.
_CLIENTS = (40029, 40163, 40226, 41008)


def _no_identity(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins(*_NOBODY):
        if _knows_somebody(probe):
            continue
        if probe.outcome == "success":
            yield Seen(key="nobody-logged-in", probe=probe, params={"shown": probe.shown})
        elif probe.opens:
            yield Seen(key="nobody-has-session", probe=probe, params={"shown": probe.shown})


def _knows_somebody(probe: Probe) -> bool:
    """Return whether some call of the login named a person, so that a success is in order."""
    return any(one.names_somebody for one in probe.exchanges)


def _client_no_5xx(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if not probe.is_crash or probe.label == "first use":
        return
    told_apart = probe.outcome == "refused"
    yield Seen(
        key="client-fault-5xx",
        probe=probe,
        params={"shown": probe.shown},
        severity="info" if told_apart else None,
    )


def _server_no_200(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.label != "recovery" and probe.outcome == "other" and 200 <= probe.status < 300:
        yield Seen(key="server-fault-200", probe=probe, params={"shown": probe.shown})


def _told_apart(evidence: Evidence) -> Iterator[Seen]:
    bad = bad_code_answers(evidence)
    severity: Severity | None = "info" if evidence.through_casdoor else None
    for probe in evidence.logins("server"):
        if probe.outcome in ("success", "unavailable") or probe.received.failure or not _is_outage(probe):
            continue
        if any(alike(probe.received, one.received) for one in bad):
            yield Seen(key="outage-like-bad-code", probe=probe, params={"shown": probe.shown}, severity=severity)
        elif probe.status == 401:
            yield Seen(key="outage-401", probe=probe, params={"shown": probe.shown}, severity=severity)


def _is_outage(probe: Probe) -> bool:
    """Return whether the last answer of a login was complete and said that the server is at fault.

    After a lost reply nobody knows whether the code is spent, so that asking for a new one is right then.
    """
    answers = [one for one in probe.calls if one.operation != "casdoor.account"]
    if not answers or answers[-1].reply.failure is not None or answers[-1].gone_at is not None:
        return False
    said = answers[-1].json
    errcode = said.get("errcode")
    if answers[-1].operation.startswith("wechat."):
        return isinstance(errcode, int) and errcode != 0 and errcode not in _CLIENTS
    return bool(said.get("error") or said.get("status") == "error") and not _is_clients(answers[-1].text)


def _is_clients(text: str) -> bool:
    """Return whether Casdoor's text names a fault of the client, or a lost reply."""
    lost = ("EOF", "invalid character", "reset by peer", "Client.Timeout", "unexpected end")
    return any(words in text for words in ("invalid code", "code been used", "code blocked", *lost))


def _blocked_told(evidence: Evidence) -> Iterator[Seen]:
    bad = bad_code_answers(evidence)
    for probe in evidence.logins("blocked-user"):
        shown = {"shown": probe.shown}
        if probe.outcome == "success":
            continue
        if probe.outcome == "unavailable" or (probe.is_crash and probe.outcome != "refused"):
            yield Seen(key="blocked-unavailable", probe=probe, params=shown)
        elif any(alike(probe.received, one.received) for one in bad):
            yield Seen(key="blocked-like-bad-code", probe=probe, params=shown)


rule("no-identity-no-login", "error", troubles=_NOBODY)(_no_identity)
rule("client-fault-no-5xx", "error", troubles=_BAD_CODES)(each_probe(_client_no_5xx, *_BAD_CODES, logins_only=True))
rule("server-fault-no-200", "error", troubles="server")(each_probe(_server_no_200, "server", logins_only=True))
rule("server-fault-told-apart", "warning", troubles=("invalid-code", "server"))(_told_apart)
rule("blocked-user-told", "warning", troubles=("blocked-user", "invalid-code"))(_blocked_told)
