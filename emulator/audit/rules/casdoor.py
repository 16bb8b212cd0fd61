"""Rules for backends that log in through Casdoor: facts/login-rules.md 1, Casdoor."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe, calls_of
from emulator.audit.rules.registry import NotExamined, Seen, Severity, rule
from emulator.audit.sessions import USER_IDS, usual, value_at
from emulator.audit.stagings.casdoor import ACCOUNT, SPELLINGS, TAKEN, TAKEN_ID, TAMPERINGS
from emulator.casdoor.nearest import nearest
from emulator.casdoor.versions import PROFILES

_NEEDS = ("casdoor",)
#: Troubles in which Casdoor says no, mostly with status 200.
_DENIALS = (
    "casdoor-denies",
    "casdoor-filter-denies",
    "casdoor-account-denied",
    "casdoor-user-forbidden",
    "casdoor-sign-up-off",
)
#: What a client sends that took a missing token for a text.
_NO_TOKENS = ("bearer undefined", "bearer none", "bearer null", "bearer")
#: Words of the databases below Casdoor about a name that is taken.
_DATABASE = ("UNIQUE constraint", "constraint failed", "Duplicate entry", "duplicate key value")


def _denial_seen(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins(*_DENIALS):
        if not _is_denied(probe):
            continue
        if probe.outcome == "success":
            severity: Severity | None = "warning" if _is_known_all_the_same(evidence, probe) else None
            yield Seen(key="denied-success", probe=probe, params={"shown": probe.shown}, severity=severity)
        elif probe.outcome == "other" and _looks_good(evidence, probe):
            yield Seen(key="denied-200", probe=probe, params={"shown": probe.shown})
        elif probe.outcome == "other" and probe.is_crash:
            yield Seen(key="denied-crash", probe=probe, params={"shown": probe.shown})


def _is_known_all_the_same(evidence: Evidence, probe: Probe) -> bool:
    """Return whether Casdoor had named somebody, and only what else is known of the account was denied by an outage."""
    named = any(one.names_somebody for one in probe.exchanges) and not probe.exchanges[-1].is_denied
    plain = next((one for one in evidence.logins("none") if one.outcome == "success"), None)
    is_empty = plain is not None and bool(_who(evidence, plain)) and not _who(evidence, probe)
    return probe.trouble == "casdoor-account-denied" and named and not is_empty


def _looks_good(evidence: Evidence, probe: Probe) -> bool:
    """Return whether a reply is that of a good login but for its values: the same keys, the same constants."""
    bodies = [_body(one) for one in evidence.logins("none") if one.outcome == "success"]
    body = _body(probe)
    if not (200 <= probe.status < 300 and body and len(bodies) > 1):
        return False
    constants = {name: value for name, value in bodies[0].items() if all(one.get(name) == value for one in bodies)}
    return body.keys() == bodies[0].keys() and all(body[name] == value for name, value in constants.items())


def _body(probe: Probe) -> dict[str, Any]:
    try:
        found = json.loads(probe.received.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_denied(probe: Probe) -> bool:
    """Return whether Casdoor's last word on the code, or on the account behind it, was no."""
    asked = [one for one in probe.calls if one.operation in ACCOUNT]
    return any(calls and calls[-1].is_denied for calls in (probe.exchanges, asked))


def _both_spellings(evidence: Evidence) -> Iterator[Seen]:
    played = evidence.probes("casdoor-spelling")
    for profile in SPELLINGS:
        of_profile = [one for one in played if one.label.startswith(profile)]
        params = {"profile": profile, "field": "accessToken" if profile == "current" else "access_token"}
        for probe in of_profile:
            severity = _severity(evidence, profile)
            if probe.outcome != "success":
                shown = params | {"shown": probe.shown}
                yield Seen(key="spelling-fails", probe=probe, params=shown, severity=severity)
            elif any(one.authorization.strip().lower() in _NO_TOKENS for one in probe.calls):
                yield Seen(key="spelling-undefined", probe=probe, params=params, severity=severity)


def _severity(evidence: Evidence, profile: str) -> Severity:
    """Return how grave it is to fail with a profile: a backend may be bound to a Casdoor that the description names."""
    bound = evidence.description.casdoor
    return "info" if bound and _spelling_of(bound) != profile else "error"


def _spelling_of(casdoor: str) -> str:
    """Return which profile spells as a Casdoor does, by a profile's name or a version; empty for an unknown one."""
    try:
        played = PROFILES[casdoor] if casdoor in PROFILES else nearest(casdoor)[0]
    except ValueError:
        return ""
    return "current" if played.played.raw_login_body else "classic"


def _token_verified(evidence: Evidence) -> Iterator[Seen]:
    shown = [one for one in evidence.probes("casdoor-token-tampered") if one.label in TAMPERINGS and not one.is_login]
    if not shown:
        raise NotExamined("own-session")
    accepted = [one for one in shown if one.outcome == "success"]
    if accepted:
        kinds = ", ".join(one.label for one in accepted)
        yield Seen(key="tampered-accepted", probe=accepted[0], params={"kinds": kinds, "shown": accepted[0].shown})


def _expiry_handled(evidence: Evidence) -> Iterator[Seen]:
    asked = [one for one in evidence.probes("casdoor-token-dies") if not one.is_login]
    alive = next((one for one in asked if one.label == "alive"), None)
    dead = [one for one in asked if one.label.startswith("dead")]
    for probe in dead:
        if probe.is_crash:
            yield Seen(key="expiry-crash", probe=probe, params={"shown": probe.shown})
        elif alive and probe.label == "dead" and _is_empty(evidence, probe, alive):
            yield Seen(key="expiry-empty", probe=probe, params={"shown": probe.shown})
    crowd = [one for one in dead if one.label != "dead"]
    refreshes = [one for one in calls_of(crowd) if one.operation == "casdoor.refresh_token"]
    if len(refreshes) > 1:
        yield Seen(key="expiry-refreshes", probe=crowd[0], params={"count": str(len(refreshes))})


def _is_empty(evidence: Evidence, probe: Probe, alive: Probe) -> bool:
    """Return whether a request succeeded although Casdoor's last word on the account was no, and names nobody now."""
    asked = [one for one in probe.calls if one.operation in ACCOUNT]
    if probe.outcome != "success" or not (asked and asked[-1].is_denied):
        return False
    body, before = _body(probe), _who(evidence, alive)
    if body and body.keys() != _body(alive).keys():
        return False
    return _who(evidence, probe) != before if before else probe.received.body != alive.received.body


def _who(evidence: Evidence, probe: Probe) -> str:
    path = evidence.description.user_id
    found = [value_at(path, probe.received)] if path else usual(USER_IDS, probe.received)
    return str(found[0]) if found and found[0] is not None else ""


def _name_taken(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("casdoor-name-taken"):
        text = next((one for one in _DATABASE if one in probe.answer), "")
        if text:
            yield Seen(key="taken-text", probe=probe, params={"text": text})
        elif probe.status >= 500 or probe.is_crash:
            yield Seen(key="taken-crash", probe=probe, params={"shown": probe.shown})
        elif probe.outcome == "success" and probe.user_id in (TAKEN, TAKEN_ID):
            yield Seen(key="taken-success", probe=probe, params={"shown": probe.shown})


rule(
    "casdoor-denial-seen",
    "error",
    troubles=_DENIALS,
    needs=_NEEDS,
    covers=("no-identity-no-login", "server-fault-no-200", "client-fault-no-5xx"),
)(_denial_seen)
rule("casdoor-both-spellings", "error", troubles="casdoor-spelling", needs=_NEEDS)(_both_spellings)
rule("casdoor-token-verified", "error", troubles="casdoor-token-tampered", needs=("casdoor", "logged_in"))(
    _token_verified
)
rule("casdoor-expiry-handled", "error", troubles="casdoor-token-dies", needs=("casdoor", "logged_in"))(_expiry_handled)
rule(
    "casdoor-name-taken",
    "error",
    troubles="casdoor-name-taken",
    needs=("casdoor", "nickname"),
    covers=("no-stack-trace", "upstream-text-not-shown"),
)(_name_taken)
