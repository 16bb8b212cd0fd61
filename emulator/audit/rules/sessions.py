"""Rules about what a client keeps of a login: facts/login-rules.md 1, Sessions."""

from collections.abc import Iterator
from datetime import timedelta

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, rule
from emulator.audit.rules.tokens import Known, declared_end, is_jwt, known_of, session_values, weakness

#: Troubles whose logins show tokens.
_LOGINS = ("many-logins", "none", "returning-user", "two-people")


def _unpredictable(evidence: Evidence) -> Iterator[Seen]:
    probes = [one for one in evidence.logins(*_LOGINS) if one.outcome == "success" and session_values(one)]
    tokens = {token: probe for probe in probes for token in session_values(probe)}
    if not tokens:
        raise NotExamined("token")
    secrets = evidence.canaries.values.get("appsecret", set())
    for token, probe in tokens.items():
        known: Known = known_of(probe, secrets)
        found = weakness(token, known, others=[one for one in tokens if not is_jwt(one)])
        if found:
            yield Seen(key=found, probe=probe, params={"token": f"{token[:12]}…" if len(token) > 12 else token})
            return


def _new_at_login(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.probes("chosen-session"):
        if probe.label.startswith("adopted"):
            if probe.outcome == "success":
                yield Seen(key="session-adopted", probe=probe, params={"shown": probe.shown})
                return
        elif probe.is_login and probe.outcome == "success":
            sent = "\n".join(f"{name}: {value}" for name, value in probe.sent.headers)
            kept = [one for one in session_values(probe) if len(one) >= 8 and one in sent]
            if kept:
                yield Seen(key="session-kept", probe=probe, params={"token": f"{kept[0][:12]}…"})
                return


def _bad_refused(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.probes("bad-session"):
        if probe.is_login:
            continue
        params = {"label": probe.label, "shown": probe.shown}
        if probe.outcome == "success":
            yield Seen(key="bad-session-accepted", probe=probe, params=params)
        elif probe.status not in (401, 403, 429) and not 200 <= probe.status < 300:
            yield Seen(key="bad-session-status", probe=probe, params=params, severity="warning")


def _ends(evidence: Evidence) -> Iterator[Seen]:
    limit = evidence.description.limits.session
    probes = [one for one in evidence.logins("none") if one.outcome == "success"]
    ends = [(one, declared_end(one)) for one in probes]
    for probe, end in ends:
        if end is None and any(is_jwt(one) for one in session_values(probe)):
            yield Seen(key="session-endless", probe=probe)
            return
        if end is not None and end > limit + timedelta(days=1):
            params = {"days": str(end.days), "limit": str(limit.days)}
            yield Seen(key="session-long", probe=probe, params=params)
            return
    if all(end is None for _, end in ends):
        raise NotExamined("session-undeclared")


def _logout(evidence: Evidence) -> Iterator[Seen]:
    before, out, after = (_labelled(evidence, one) for one in ("before it", "the logout", "after it"))
    if before is None or before.outcome != "success" or out is None or out.outcome != "success" or after is None:
        raise NotExamined("logout-failed")
    if after.outcome == "success":
        yield Seen(key="session-survives", probe=after, params={"shown": after.shown})


def _labelled(evidence: Evidence, label: str) -> Probe | None:
    return next((one for one in evidence.probes("logged-out") if one.label == label), None)


rule("session-token-unpredictable", "error", troubles=_LOGINS, needs=("token",))(_unpredictable)
rule("session-new-at-login", "warning", troubles="chosen-session", needs=("token",))(_new_at_login)
rule("bad-session-refused", "error", troubles="bad-session", needs=("logged_in", "token"))(_bad_refused)
rule("session-ends", "warning", troubles="none", needs=("token",))(_ends)
rule("logout-ends-session", "error", troubles="logged-out", needs=("logout", "logged_in"))(_logout)
