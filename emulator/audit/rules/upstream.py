"""Rules about time and load: facts/login-rules.md 1, Time and load."""

from collections.abc import Iterator
from itertools import pairwise

from emulator.audit.evidence import Evidence
from emulator.audit.observer import Call
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, each_probe, rule
from emulator.audit.stagings.burst import COUNT
from emulator.audit.stagings.upstream import CLOSE_GRACE

_CROWD = "crowd-while-hanging"
#: Seconds that an unrelated request may take while logins hang.
_UNRELATED = 2.0
#: Seconds in which it may stay unnoticed that a caller has left.
_UNNOTICED = 0.5
#: Answers to an outage that come within this many seconds are quick enough.
_QUICK = 1.0


def _in_time(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    """Judge single logins only: one of a crowd waits for the others, one of a burst for nobody."""
    limits = evidence.description.limits
    if not probe.is_alone or probe.trouble == _CROWD:
        return
    for severity, limit in (("error", limits.error), ("warning", limits.warning)):
        if probe.seconds > limit.total_seconds():
            params = {"seconds": f"{probe.seconds:.1f}", "limit": f"{limit.total_seconds():g}"}
            yield Seen(key="late-answer", probe=probe, params=params, severity="error" if severity == "error" else None)
            return


def _timeout_set(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    """Look when the backend gave a hanging call up: with its own reply, or else before a client would have gone."""
    if not probe.is_alone or probe.trouble == _CROWD:
        return
    answered = probe.received.failure != "timeout"
    longest = evidence.description.limits.error.total_seconds()
    for call in probe.hung:
        latest = probe.ended + CLOSE_GRACE if answered else call.at + longest
        if call.gone_at is None or call.gone_at > latest:
            key = "call-left-open" if answered else "no-timeout"
            yield Seen(key=key, probe=probe, params={"operation": call.operation, "seconds": f"{longest:g}"})
            return


def _no_pile_up(evidence: Evidence) -> Iterator[Seen]:
    crowd = [one for one in evidence.logins(_CROWD) if one.label == "one of a crowd"]
    meanwhile = _meanwhile(evidence)
    again = next((one for one in crowd if _repeats(one)), None)
    if meanwhile is not None and _is_piled_up(evidence):
        params = {"path": meanwhile.sent.path, "seconds": f"{meanwhile.seconds:.1f}", "count": str(len(crowd))}
        yield Seen(key="piled-up", probe=meanwhile, params=params)
    elif again is not None:
        yield Seen(key="repeats-while-hanging", probe=again, params={"count": str(len(again.hung))})
    elif meanwhile is None:
        raise NotExamined("ready")


def _meanwhile(evidence: Evidence) -> Probe | None:
    """Return the request that had nothing to do with WeChat while a crowd hung."""
    return next((one for one in evidence.probes(_CROWD) if one.label == "meanwhile"), None)


def _repeats(probe: Probe) -> bool:
    """Return whether a code was sent again while its first call was still open."""
    return any(
        former.gone_at is None or later.at < former.gone_at - _UNNOTICED for former, later in pairwise(probe.hung)
    )


def _is_piled_up(evidence: Evidence) -> bool:
    """Return whether logins stood in line so long that everything else of that trouble is their doing."""
    meanwhile = _meanwhile(evidence)
    return meanwhile is not None and meanwhile.seconds > _UNRELATED


def _circuit(evidence: Evidence) -> Iterator[Seen]:
    """Look whether later logins wait as long as those of a crowd, all of which waited in vain."""
    logins = evidence.logins(_CROWD)
    crowd = [one.seconds for one in logins if one.label == "one of a crowd"]
    last = [one for one in logins if one.label == "one of the last"]
    if _is_piled_up(evidence):
        raise NotExamined("piled-up")
    waited = bool(crowd) and min(crowd) > _QUICK
    if waited and last and all(one.seconds > min(crowd) / 2 for one in last):
        params = {"count": str(len(crowd)), "seconds": f"{min(one.seconds for one in last):.1f}"}
        yield Seen(key="no-circuit", probe=last[0], params=params)


def _recovers(evidence: Evidence) -> Iterator[Seen]:
    for trouble in evidence.staged:
        tries = [one for one in evidence.probes(trouble) if one.label == "recovery"]
        if trouble == _CROWD and _is_piled_up(evidence):
            continue
        if tries and all(one.outcome != "success" for one in tries):
            seconds = tries[-1].ended - tries[0].began
            params = {"count": str(len(tries)), "seconds": f"{seconds:.0f}", "shown": tries[-1].shown}
            yield Seen(key="not-recovered", probe=tries[-1], params=params)


def _slow(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.outcome != "success":
        params = {"seconds": f"{evidence.description.limits.slow.total_seconds():g}", "shown": probe.shown}
        yield Seen(key="slow-refused", probe=probe, params=params)


def _rate_limited(evidence: Evidence) -> Iterator[Seen]:
    burst = evidence.logins("bad-code-burst")
    calls: list[Call] = [call for one in burst for call in one.exchanges]
    stopped = any(one.status in (429, 403) and one.status != burst[0].status for one in burst)
    if len(calls) >= COUNT and not stopped:
        yield Seen(key="not-limited", probe=burst[-1], params={"count": str(COUNT)})


rule("answers-in-time", "error")(each_probe(_in_time, logins_only=True))
rule("upstream-timeout-set", "error", troubles="server", covers=("answers-in-time",))(
    each_probe(_timeout_set, "server", logins_only=True)
)
rule("no-pile-up", "error", troubles=_CROWD)(_no_pile_up)
rule("circuit-opens", "info", troubles=_CROWD)(_circuit)
rule("recovers-after-outage", "error", troubles="server")(_recovers)
rule("slow-tolerated", "warning", troubles="wechat-slow")(each_probe(_slow, "wechat-slow", logins_only=True))
rule("rate-limited", "info", troubles="bad-code-burst")(_rate_limited)
