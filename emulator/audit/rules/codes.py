"""Rules about codes, and about what may be tried again: facts/login-rules.md 1, Codes and retries."""

from collections.abc import Iterator

from emulator.audit.description import Limits
from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import Seen, each_probe, rule

#: Troubles after which the same code must not be sent again: table 0.1.
_FINAL = (
    "casdoor-sign-up-off",
    "casdoor-client-wrong",
    "casdoor-no-provider",
    "casdoor-tag-wrong",
    "invalid-code",
    "expired-code",
    "used-code",
    "foreign-code",
    "blocked-user",
    "secret-wrong",
    "appid-wrong",
    "appid-missing",
    "secret-missing",
)
#: Troubles in which calls may be repeated, but not for long; through Casdoor only once.
_BUSY = ("wechat-busy", "casdoor-down", "casdoor-closes", "casdoor-500", "casdoor-hangs")
_TRIES_AT_CASDOOR = 2
#: Troubles in which the reply is lost, so that nobody knows whether the code is spent.
_LOST = (
    "wechat-down",
    "wechat-closes",
    "reply-truncated",
    "reply-malformed",
    "reply-lost",
    "gateway-html",
    "wechat-hangs",
)


def _exchanged_once(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("none"):
        answered = [one for one in probe.exchanges if one.is_final and not one.is_denied]
        later = [two for one in answered for two in probe.exchanges if two.at > one.at and two.code == one.code]
        if later:
            yield Seen(key="exchanged-again", probe=probe, params={"count": str(len(probe.exchanges))})
            return


def _final_not_retried(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    count = sum(one.code == probe.code for one in probe.exchanges)
    if count > 1 and probe.label not in ("first use", "recovery"):
        yield Seen(key="final-retried", probe=probe, params={"count": str(count)})


def _busy_retried(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("wechat-busy-once"):
        accepted = ("success", "unavailable") if evidence.through_casdoor else ("success",)
        if probe.outcome not in accepted and not evidence.description.client_retries:
            yield Seen(key="busy-not-retried", probe=probe, params={"shown": probe.shown})


def _tries(evidence: Evidence) -> int:
    """Return how many calls one login may make; Casdoor hides the errcode, so one repetition has to do there."""
    given = evidence.description.limits.tries
    return _TRIES_AT_CASDOOR if evidence.through_casdoor and given == Limits().tries else given


def _bounded(evidence: Evidence) -> Iterator[Seen]:
    limit = _tries(evidence)
    for probe in evidence.logins(*_BUSY):
        late = [one for one in probe.exchanges if one.at > probe.ended]
        if len(probe.exchanges) > limit:
            params = {"count": str(len(probe.exchanges)), "limit": str(limit)}
            yield Seen(key="too-many-tries", probe=probe, params=params)
        elif late:
            yield Seen(key="tries-after-reply", probe=probe, params={"count": str(len(late))})


def _lost_reply(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.label == "recovery":
        return
    count = len(probe.exchanges)
    if count > 2:
        yield Seen(key="lost-retried", probe=probe, params={"count": str(count)})
    elif probe.is_crash and probe.outcome == "other":
        yield Seen(key="lost-crash", probe=probe, params={"shown": probe.shown})


def _used_refused(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("used-code"):
        if probe.label == "second use" and probe.outcome == "success":
            yield Seen(key="used-accepted", probe=probe, params={"shown": probe.shown})


rule("code-exchanged-once", "error", troubles="none")(_exchanged_once)
rule("final-errcode-not-retried", "error", troubles=_FINAL)(each_probe(_final_not_retried, *_FINAL, logins_only=True))
rule("busy-retried", "warning", troubles="wechat-busy-once")(_busy_retried)
rule("retries-bounded", "error", troubles=_BUSY)(_bounded)
rule("lost-reply-handled", "error", troubles=_LOST)(each_probe(_lost_reply, *_LOST, logins_only=True))
rule("used-code-refused", "error", troubles="used-code")(_used_refused)
