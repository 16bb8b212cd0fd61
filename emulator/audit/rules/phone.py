"""Rules about phone numbers and the access_token: facts/login-rules.md 1, access_token, phone, messages."""

from collections import Counter
from collections.abc import Iterator

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe, calls_of
from emulator.audit.rules.registry import NotExamined, Seen, Severity, rule
from emulator.audit.stagings.phone import CLAIMED_NUMBER, LOGINS

#: What WeChat says of an access_token that is not, or no longer, one.
_DEAD_TOKEN = (40001, 40014, 42001)
_ERRORS_ONCE = ("40001 once", "42001 once")
#: How much longer than a plain login one may take whose extras fail, in seconds.
_SIDE_CALL_DELAY = 2.0


@rule("access-token-cached", "error", troubles="phone-logins", needs=("phone",))
def _cached(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.logins("phone-logins")
    counts = Counter(call.operation for call in calls_of(probes))
    params = {"logins": str(len(probes))}
    if counts["wechat.token"] > 1:
        yield Seen(key="token-not-kept", probe=probes[-1], params=params | {"count": str(counts["wechat.token"])})
    elif counts["wechat.stable_token"] >= LOGINS:
        count = str(counts["wechat.stable_token"])
        yield Seen(key="stable-token-not-kept", probe=probes[-1], params=params | {"count": count}, severity="info")


@rule("dead-token-refreshed-once", "error", troubles=("token-dead-once", "token-dead"), needs=("phone",))
def _dead_token(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("token-dead-once"):
        if probe.label in _ERRORS_ONCE and probe.outcome != "success":
            yield Seen(
                key="token-not-refreshed", probe=probe, params={"shown": probe.shown, "errcode": probe.label[:5]}
            )
    for probe in evidence.logins("token-dead"):
        count = sum(one.operation in ("wechat.token", "wechat.stable_token") for one in probe.calls)
        if count > 2:
            yield Seen(key="token-refreshed-often", probe=probe, params={"count": str(count)})


@rule("second-server-survived", "warning", troubles="second-server", needs=("phone",))
def _second_server(evidence: Evidence) -> Iterator[Seen]:
    before, *later = evidence.logins("second-server")
    if before.outcome != "success":
        raise NotExamined("control")
    for probe in later:
        if probe.outcome != "success":
            yield Seen(key="second-server", probe=probe, params={"shown": probe.shown})


@rule(
    "phone-code-in-its-place",
    "error",
    troubles=("codes-swapped", "phone-code-bad"),
    needs=("phone",),
    covers=("client-fault-no-5xx",),
)
def _in_its_place(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("codes-swapped", "phone-code-bad"):
        if probe.label == "first use":
            continue
        params = {"what": probe.label, "shown": probe.shown}
        count = _most_tries(probe)
        if probe.outcome == "success":
            yield Seen(key="phone-code-accepted", probe=probe, params=params)
        elif probe.is_crash and probe.trouble == "codes-swapped" and not _breaks_over_bad(evidence):
            yield Seen(key="phone-code-crash", probe=probe, params=params)
        elif count > 1:
            yield Seen(key="phone-code-retried", probe=probe, params=params | {"count": str(count)})


def _most_tries(probe: Probe) -> int:
    """Return how often one code was sent to one place at most; a call with a dead access_token does not count."""
    sent = (one for one in probe.calls if one.code and one.is_final and one.json.get("errcode") not in _DEAD_TOKEN)
    return max(Counter((one.operation, one.code) for one in sent).values(), default=0)


def _breaks_over_bad(evidence: Evidence) -> bool:
    """Return whether any bad code breaks the backend, which `client-fault-no-5xx` says."""
    bad = evidence.logins("invalid-code", "phone-code-bad")
    return any(one.is_crash and one.label != "first use" for one in bad)


@rule("phone-only-from-wechat", "error", troubles="phone-claimed", needs=("phone_number",))
def _only_from_wechat(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.probes("phone-claimed")
    refused = any(one.label == "no proof of a number" and one.outcome != "success" for one in probes)
    for probe in probes:
        label = probe.label.removesuffix(" → logged_in")
        if probe.outcome != "success" or label == "no proof of a number":
            continue
        unproven = label in ("a claimed number without proof", "a key of the client's own")
        if (unproven and probe.is_login and refused) or CLAIMED_NUMBER in probe.received.body:
            yield Seen(key="number-believed", probe=probe, params={"what": label, "shown": probe.shown})
            return


@rule("watermark-checked", "error", troubles="watermark-foreign", needs=("encrypted_data",))
def _watermark(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("watermark-foreign"):
        if probe.outcome == "success":
            severity: Severity = "error" if probe.label == "of another program" else "warning"
            params = {"what": probe.label, "shown": probe.shown}
            yield Seen(key="watermark-ignored", probe=probe, params=params, severity=severity)


@rule("old-key-handled", "error", troubles="old-key", needs=("encrypted_data",), covers=("client-fault-no-5xx",))
def _old_key(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("old-key"):
        if probe.is_crash:
            yield Seen(key="old-key-crash", probe=probe, params={"what": probe.label, "shown": probe.shown})


@rule("side-calls-harmless", "warning", troubles="side-calls")
def _side_calls(evidence: Evidence) -> Iterator[Seen]:
    usual = max((one.seconds for one in evidence.logins("none")), default=0.0)
    for probe in evidence.logins("side-calls"):
        if probe.outcome != "success":
            yield Seen(key="side-call-fails-login", probe=probe, params={"what": probe.label, "shown": probe.shown})
        elif _is_late(probe, usual):
            yield Seen(key="side-call-slows", probe=probe, params={"what": probe.label, "time": f"{probe.seconds:.1f}"})


def _is_late(probe: Probe, usual: float) -> bool:
    return probe.seconds > usual + _SIDE_CALL_DELAY
