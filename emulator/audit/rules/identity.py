"""Rules about who somebody is: facts/login-rules.md 1, Identity."""

from collections.abc import Iterator
from typing import NoReturn

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, rule


def _same_person(evidence: Evidence) -> Iterator[Seen]:
    known = [one for one in evidence.logins("returning-user") if one.outcome == "success" and one.user_id]
    if len(known) < 2:
        raise NotExamined("user_id")
    for probe in known[1:]:
        if probe.user_id != known[0].user_id:
            params = {"first": known[0].user_id[:60], "second": probe.user_id[:60], "label": probe.label}
            yield Seen(key="another-account", probe=probe, params=params)
            return


def _two_people(evidence: Evidence) -> Iterator[Seen]:
    probes = [one for one in evidence.logins("two-people") if one.outcome == "success"]
    if len(probes) < 2 or not (all(one.user_id for one in probes) or all(one.session.token for one in probes)):
        raise NotExamined("user_id")
    one, other = probes[:2]
    if one.user_id and one.user_id == other.user_id:
        yield Seen(key="one-account", probe=other, params={"id": one.user_id[:60]})
    elif one.session.token and one.session.token == other.session.token:
        yield Seen(key="one-session", probe=other)


def _unionid_optional(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.logins("no-unionid")
    if evidence.description.unionid_required:
        for probe in probes:
            if probe.received.failure or (probe.status == 500 and probe.outcome == "other"):
                yield Seen(key="unionid-crash", probe=probe, params={"shown": probe.shown})
                return
        return
    failed = next((one for one in probes if one.outcome != "success" and one.status != 429), None)
    if failed is not None:
        yield Seen(key="unionid-needed", probe=failed, params={"shown": failed.shown, "label": failed.label})
        return
    known = [one for one in probes if one.user_id]
    for probe in known[1:]:
        if probe.user_id != known[0].user_id:
            params = {"first": known[0].user_id[:60], "second": probe.user_id[:60]}
            yield Seen(key="unionid-doubles", probe=probe, params=params)
            return


def _foreign(evidence: Evidence) -> Iterator[Seen]:
    """Compare with a bad code of the own program: what both show is not about the program."""
    plain = evidence.logins("invalid-code")
    for probe in evidence.logins("foreign-code"):
        shown = {"shown": probe.shown, "count": str(len(probe.exchanges))}
        if probe.outcome == "success":
            if not any(one.outcome == "success" for one in plain):
                yield Seen(key="foreign-accepted", probe=probe, params=shown)
        elif probe.is_crash and probe.outcome != "refused":
            if not any(one.is_crash for one in plain):
                yield Seen(key="foreign-crash", probe=probe, params=shown)
        elif len(probe.exchanges) > 1 and not any(len(one.exchanges) > 1 for one in plain):
            yield Seen(key="foreign-retried", probe=probe, params=shown)


def _apps_apart(_evidence: Evidence) -> NoReturn:
    """Say that nobody looked: a description names one login of one mini program."""
    raise NotExamined("second-app")


def _account_twice(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.logins("cold-start")
    broken = next((one for one in probes if _broke_down(evidence, one)), None)
    if broken is not None:
        yield Seen(key="cold-start-crash", probe=broken, params={"shown": broken.shown})
        return
    known = [one for one in probes if one.outcome == "success" and one.user_id]
    if len(known) < 2:
        raise NotExamined("user_id")
    ids = sorted({one.user_id for one in known})
    if len(ids) > 1:
        other = next(one for one in known if one.user_id != known[0].user_id)
        params = {"count": str(len(ids)), "ids": ", ".join(one[:40] for one in ids)}
        yield Seen(key="accounts-doubled", probe=other, params=params)


def _broke_down(evidence: Evidence, probe: Probe) -> bool:
    """Return whether a login broke down; one that asks for patience in so many words did not."""
    patient = probe.outcome == "unavailable" and (evidence.description.unavailable is not None or probe.status == 503)
    return probe.is_crash and probe.outcome != "refused" and not patient


def _openid_credential(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.probes("id-as-credential")
    if any(one.label == "control" and one.outcome == "success" for one in probes):
        return  # anything is accepted there, which `bad-session-refused` reports
    for probe in probes:
        if probe.outcome != "success" or not probe.label.startswith("with "):
            continue
        if probe.is_login and any(one.json.get("openid") for one in probe.exchanges):
            continue
        key = "id-as-code" if probe.is_login else "id-as-token"
        yield Seen(key=key, probe=probe, params={"what": probe.label.removeprefix("with "), "shown": probe.shown})


_FOREIGN_COVERS = ("client-fault-no-5xx", "final-errcode-not-retried", "no-identity-no-login")
rule("same-person-same-account", "error", troubles="returning-user")(_same_person)
rule("two-people-two-accounts", "error", troubles="two-people")(_two_people)
rule("unionid-optional", "error", troubles="no-unionid")(_unionid_optional)
rule("foreign-app-refused", "error", troubles=("foreign-code", "invalid-code"), covers=_FOREIGN_COVERS)(_foreign)
rule("apps-kept-apart", "warning", troubles="none")(_apps_apart)
rule("no-account-twice", "error", troubles="cold-start")(_account_twice)
rule("openid-no-credential", "error", troubles="id-as-credential", needs=("logged_in", "openid"))(_openid_credential)
