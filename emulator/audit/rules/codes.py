"""Rules about codes, and about what may be tried again: facts/login-rules.md 1, Codes and retries."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import mean
from urllib.parse import parse_qsl

from emulator.audit.description import Limits
from emulator.audit.evidence import Evidence
from emulator.audit.observer import Call
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import Seen, Severity, each_probe, rule

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
    "token-address",
    "token-quota",
)
#: Troubles in which calls may be repeated, but not for long; through Casdoor only once.
_BUSY = (
    "wechat-busy",
    "casdoor-down",
    "casdoor-closes",
    "casdoor-500",
    "casdoor-hangs",
    "phone-busy",
    "token-busy",
)
#: Troubles in which WeChat is busy once.
_BUSY_ONCE = ("wechat-busy-once", "phone-busy-once")
#: Troubles in which a quota of the minute is used up.
_QUOTA = ("minute-quota", "phone-quota")
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
#: A wait between two tries that is none, in seconds; with few waits seen, chance may have made a good one shorter.
_NO_WAIT, _NO_WAIT_OF_FEW, _FEW = 0.1, 0.05, 6
#: How much shorter than the wait before it a wait has to be to count as shorter.
_SHORTER = 0.8
#: Calls after the quota of the minute is used up from which on they are an error.
_HAMMERING = 4


def _no_mock_code(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.outcome == "success" and not probe.exchanges:
        yield Seen(key="mock-accepted", probe=probe, params={"code": probe.code, "shown": probe.shown})


def _exchanged_once(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("none"):
        answered = [one for one in probe.exchanges if one.is_final and not one.is_denied]
        later = [two for one in answered for two in probe.exchanges if two.at > one.at and two.code == one.code]
        if later:
            yield Seen(key="exchanged-again", probe=probe, params={"count": str(len(probe.exchanges))})
            return


def _final_not_retried(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    if probe.label == "recovery":
        return
    count = sum(one.code == probe.code for one in probe.exchanges)
    refused = sum(one.json.get("errcode") == 40164 for one in probe.calls)
    used_up = _most(one for one in probe.calls if one.json.get("errcode") == 45009)
    if used_up > 1:
        yield Seen(key="day-quota-retried", probe=probe, params={"count": str(used_up)})
    elif refused > 1:
        yield Seen(key="address-retried", probe=probe, params={"count": str(refused)})
    elif count > 1:
        yield Seen(key="final-retried", probe=probe, params={"count": str(count)})


def _busy_retried(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins(*_BUSY_ONCE):
        lenient = evidence.through_casdoor and probe.trouble == "wechat-busy-once"
        accepted = ("success", "unavailable") if lenient else ("success",)
        if probe.outcome not in accepted and not evidence.description.client_retries:
            yield Seen(key="busy-not-retried", probe=probe, params={"shown": probe.shown})


def _most(calls: Iterable[Call]) -> int:
    """Return how many of these calls were made of the operation that was called most."""
    return max(Counter(one.operation for one in calls).values(), default=0)


def _tries(evidence: Evidence) -> int:
    """Return how many calls one login may make; Casdoor hides the errcode, so one repetition has to do there."""
    given = evidence.description.limits.tries
    return _TRIES_AT_CASDOOR if evidence.through_casdoor and given == Limits().tries else given


def _bounded(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins(*_BUSY):
        is_phones = probe.trouble in ("phone-busy", "token-busy")
        calls = [one for one in probe.calls if one.json.get("errcode") == -1] if is_phones else probe.exchanges
        limit = evidence.description.limits.tries if is_phones else _tries(evidence)
        late = [one for one in calls if one.at > probe.ended]
        count = _most(calls) if is_phones else len(calls)
        if count > limit:
            params = {"count": str(count), "limit": str(limit)}
            yield Seen(key="too-many-tries", probe=probe, params=params)
        elif late:
            yield Seen(key="tries-after-reply", probe=probe, params={"count": str(len(late))})


def _back_off(evidence: Evidence) -> Iterator[Seen]:
    """Hold the waits of all logins together: one alone may have been short by the chance of its jitter."""
    logins = [one for one in evidence.logins("wechat-busy") if len(one.exchanges) > 1]
    waits = [[later.at - former.at for former, later in pairwise(one.exchanges)] for one in logins]
    every = [wait for some in waits for wait in some]
    if len(logins) < 3:
        return
    shown = ", ".join(f"{1000 * wait:.0f} ms" for wait in waits[0])
    if max(every) < (_NO_WAIT_OF_FEW if len(every) < _FEW else _NO_WAIT):
        yield Seen(key="no-wait", probe=logins[0], params={"waits": shown})
    elif all(_shrinks(some) for some in waits) and _shrinks([mean(some) for some in zip(*waits, strict=False)]):
        yield Seen(key="waits-shrink", probe=logins[0], params={"waits": shown})


def _shrinks(waits: list[float]) -> bool:
    """Return whether some wait is clearly shorter than the one before it, and none is longer."""
    steps = list(pairwise(waits))
    return any(later < _SHORTER * former for former, later in steps) and all(later <= former for former, later in steps)


def _quota_kept(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    count = _most(one for one in probe.calls if one.is_exchange or one.json.get("errcode") == 45011)
    if count > 1 and probe.label != "recovery":
        grave: Severity | None = "error" if count >= _HAMMERING else None
        yield Seen(key="quota-hammered", probe=probe, params={"count": str(count)}, severity=grave)


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
        if probe.outcome == "success":
            yield Seen(key="used-accepted", probe=probe, params={"shown": probe.shown})


def _in_parallel(evidence: Evidence) -> Iterator[Seen]:
    """Judge the logins with one code together: two successes of one person are right."""
    taps = evidence.logins("double-tap")
    for code in dict.fromkeys(one.code for one in taps):
        together = [one for one in taps if one.code == code]
        users = {one.user_id for one in together if one.outcome == "success" and one.user_id}
        broken = [one for one in together if one.is_crash]
        if len(users) > 1:
            params = {"users": ", ".join(sorted(users))}
            yield Seen(key="parallel-users", probe=together[0], params=params)
        elif broken and not _breaks_over_used(evidence):
            params = {"count": str(len(together)), "shown": broken[0].shown}
            yield Seen(key="parallel-crash", probe=broken[0], params=params)
        elif not any(one.outcome == "success" or one.status == 429 for one in together):
            params = {"count": str(len(together)), "shown": together[0].shown}
            yield Seen(key="parallel-nobody", probe=together[0], params=params)


def _breaks_over_used(evidence: Evidence) -> bool:
    """Return whether a used code alone breaks the backend, which `client-fault-no-5xx` says."""
    return any(one.is_crash for one in evidence.logins("used-code"))


def _checked_first(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    """Tell what breaks over such a code from what breaks over any bad code, which `client-fault-no-5xx` says.

    A server may close the connection of a code that is too long, while it still comes.
    """
    crash = probe.status >= 500 or (probe.is_crash and probe.label not in ("10 kB", "1 MB"))
    if crash and not (probe.exchanges and any(one.is_crash for one in evidence.logins("invalid-code"))):
        yield Seen(key="odd-crash", probe=probe, params={"label": probe.label, "shown": probe.shown}, severity="error")
    elif probe.exchanges and probe.trouble == "impossible-code":
        yield Seen(key="unchecked", probe=probe, params={"label": probe.label})


def _escaped(evidence: Evidence) -> Iterator[Seen]:
    """Hold each call of an odd code against those of plain logins: the same fields, and the code as it was."""
    usual = {(one.operation, *_names(one)) for probe in evidence.logins("none") for one in probe.exchanges}
    for probe in evidence.logins("odd-code"):
        for call in probe.exchanges:
            if call.code != probe.code or (call.operation, *_names(call)) not in usual:
                params = {"code": probe.code, "sent": _sent(call)}
                yield Seen(key="not-escaped", probe=probe, params=params)


def _names(call: Call) -> list[str]:
    """Return the names of all fields of a call, one that stands twice twice."""
    query = [name for name, _ in parse_qsl(call.exchange.query, keep_blank_values=True)]
    return sorted(query + [name for name in call.fields if name not in query])


def _sent(call: Call) -> str:
    """Return the fields of a call that are no secrets, as they arrived."""
    query = parse_qsl(call.exchange.query, keep_blank_values=True) or list(call.fields.items())
    kept = (f"{name}={value}" for name, value in query if "secret" not in name or len(value) < 8)
    return "&".join(kept)[:200]


rule("no-mock-code", "error", troubles="mock-code", covers=("no-identity-no-login",))(
    each_probe(_no_mock_code, "mock-code", logins_only=True)
)
rule("code-exchanged-once", "error", troubles="none")(_exchanged_once)
rule("final-errcode-not-retried", "error", troubles=_FINAL)(each_probe(_final_not_retried, *_FINAL, logins_only=True))
rule("busy-retried", "warning", troubles=_BUSY_ONCE)(_busy_retried)
rule("retries-bounded", "error", troubles=_BUSY)(_bounded)
rule("retries-back-off", "warning", troubles="wechat-busy")(_back_off)
rule("quota-not-hammered", "warning", troubles=_QUOTA)(each_probe(_quota_kept, *_QUOTA, logins_only=True))
rule("lost-reply-handled", "error", troubles=_LOST)(each_probe(_lost_reply, *_LOST, logins_only=True))
rule("used-code-refused", "error", troubles="used-code")(_used_refused)
rule("one-code-in-parallel", "error", troubles="double-tap")(_in_parallel)
rule("code-checked-first", "warning", troubles=("impossible-code", "odd-code"))(
    each_probe(_checked_first, "impossible-code", "odd-code", logins_only=True)
)
rule("code-escaped", "error", troubles="odd-code", covers=("code-checked-first",))(_escaped)
