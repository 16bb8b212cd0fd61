"""Rules about what the backend reads: facts/login-rules.md 1, Input and HTTP."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, Severity, rule
from emulator.audit.sessions import value_at
from emulator.audit.stagings.inputs import EXTRA_FIELDS, FOREIGN_ORIGIN, NICKNAMES

_NICKNAME_KEYS = ("nickname", "nickName", "nick_name", "displayName", "display_name")
_LOOK = " → logged_in"
#: 5xx that only say that a method is not there.
_NOT_IMPLEMENTED = 501


@rule("text-plain-accepted", "error", troubles="none")
def _text_plain(_evidence: Evidence) -> Iterator[Seen]:
    """Yield nothing: a backend that fails here has no plain login, which the baseline finds out."""
    yield from ()


@rule("nickname-any-language", "error", troubles="nicknames", needs=("nickname",))
def _any_language(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.probes("nicknames")
    if not any(one.is_login and one.label == "plain" and one.outcome == "success" for one in probes):
        raise NotExamined("control")
    plain, replies = NICKNAMES["plain"], _replies(evidence, probes)
    shown = [read for read in replies if any(plain in text for text in read("plain"))]
    for probe in probes:
        if not probe.is_login or probe.label == "plain":
            continue
        if probe.is_crash or (probe.label in NICKNAMES and probe.outcome != "success"):
            params = {"what": probe.label, "shown": probe.shown}
            yield Seen(key="nickname-refused", probe=probe, params=params)
            return
        sent = NICKNAMES.get(probe.label, "")
        found = [read(probe.label) for read in shown]
        changed = [texts for texts in found if texts and not any(_is_kept(sent, text) for text in texts)]
        if changed:
            params = {"what": probe.label, "sent": sent, "found": changed[0][0]}
            yield Seen(key="nickname-changed", probe=probe, params=params)
            return


@rule("nickname-harmless", "error", troubles="hostile-nicknames", needs=("nickname",))
def _harmless(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.probes("hostile-nicknames")
    for probe in probes:
        label = probe.label.removesuffix(_LOOK)
        params = {"what": label, "shown": probe.shown}
        if probe.is_crash:
            yield Seen(key="nickname-crash", probe=probe, params=params)
        elif "braces" in label and _is_computed(evidence, probe):
            yield Seen(key="nickname-computed", probe=probe, params=params)
        elif label == "HTML" and "text/html" in _header(probe, "Content-Type") and "<b>x" in probe.received.body:
            yield Seen(key="nickname-unescaped", probe=probe, params=params)


def _is_computed(evidence: Evidence, probe: Probe) -> bool:
    label = probe.label.removesuffix(_LOOK)
    found = [text for read in _replies(evidence, [probe]) for text in read(label)]
    return any(text in ("49", "$49", "{49}") for text in found)


@rule("avatar-not-temporary", "warning", troubles="temporary-avatars", needs=("avatar",))
def _avatar(evidence: Evidence) -> Iterator[Seen]:
    """Look for temporary pictures where they are shown later: the reply to the login may only echo its request."""
    looks = evidence.description.logged_in is not None
    for probe in evidence.probes("temporary-avatars"):
        label = probe.label.removesuffix(_LOOK)
        if label == "an address, fetched":
            yield Seen(key="avatar-fetched", probe=probe)
        elif probe.outcome == "success" and probe.is_login is not looks and label in _texts(probe):
            yield Seen(key="avatar-kept", probe=probe, params={"avatar": label})


@rule("extra-fields-ignored", "warning", troubles="extra-fields", needs=("logged_in",))
def _extra_fields(evidence: Evidence) -> Iterator[Seen]:
    looks = [one for one in evidence.probes("extra-fields") if not one.is_login]
    if not looks or any(one.outcome != "success" for one in looks):
        raise NotExamined("control")
    plain, *others = looks
    for probe in others:
        names = _extras(plain, probe)
        if names:
            yield Seen(key="extra-fields-kept", probe=probe, params={"names": ", ".join(names)})
            return


def _extras(plain: Probe, probe: Probe) -> list[str]:
    """Return the extra fields of a login that `logged_in` shows after it."""
    names = [name for name, value in EXTRA_FIELDS.items() if isinstance(value, str) and value in _texts(probe)]
    if _values(probe, "isAdmin") == [True] and _values(plain, "isAdmin") != [True]:
        names.append("isAdmin")
    return names


@rule("malformed-body-4xx", "error", troubles="malformed-body", covers=("client-fault-no-5xx",))
def _malformed(evidence: Evidence) -> Iterator[Seen]:
    """Leave resets out: who answers before the body was read and closes may cause one."""
    for probe in evidence.logins("malformed-body"):
        if probe.status >= 500 or probe.received.failure in ("empty", "truncated"):
            params = {"what": probe.label, "shown": probe.shown}
            severity: Severity | None = "info" if probe.outcome == "refused" else None
            yield Seen(key="malformed-crash", probe=probe, params=params, severity=severity)


@rule("login-by-post-only", "warning", troubles="other-methods")
def _post_only(evidence: Evidence) -> Iterator[Seen]:
    if not evidence.logins("other-methods"):
        raise NotExamined("no-probe")
    for probe in evidence.logins("other-methods"):
        params = {"method": probe.label, "shown": probe.shown}
        if any(one.json.get("errcode", 0) == 0 and one.json for one in probe.exchanges):
            yield Seen(key="method-accepted", probe=probe, params=params)
        elif probe.is_crash and probe.status != _NOT_IMPLEMENTED:
            yield Seen(key="method-crash", probe=probe, params=params)


@rule("cors-closed", "warning", troubles="foreign-origin")
def _cors(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.probes("foreign-origin"):
        allowed = _header(probe, "Access-Control-Allow-Origin").strip()
        with_credentials = _header(probe, "Access-Control-Allow-Credentials").strip().lower() == "true"
        if with_credentials and allowed in (FOREIGN_ORIGIN, "null", "*"):
            severity: Severity = "warning" if allowed == "*" else "error"
            yield Seen(key="origin-allowed", probe=probe, params={"origin": allowed}, severity=severity)


def _replies(evidence: Evidence, probes: list[Probe]) -> list[Callable[[str], list[str]]]:
    """Return what reads the nicknames of a label: from its login or from the look after it, at one place each."""
    return [
        partial(_nicknames, [one for one in probes if one.is_login is is_login], place)
        for is_login in (True, False)
        for place in ([evidence.description.nickname] if evidence.description.nickname else _NICKNAME_KEYS)
    ]


def _nicknames(probes: list[Probe], place: str, label: str) -> list[str]:
    """Return the texts at a path, or under a usual name, of the replies to a login."""
    same = [one for one in probes if one.label.removesuffix(_LOOK) == label and one.outcome == "success"]
    if place in _NICKNAME_KEYS:
        values = [value for one in same for value in _values(one, place)]
    else:
        values = [value_at(place, one.received) for one in same]
    return [one for one in values if isinstance(one, str)]


def _is_kept(sent: str, found: str) -> bool:
    """Return whether a nickname came back as it was sent; trimmed, cut short or with something added is fine."""
    one, other = (unicodedata.normalize("NFC", text).strip() for text in (sent, found))
    cut = other.rstrip("….")
    return one in other or (bool(cut) and one.startswith(cut))


def _header(probe: Probe, name: str) -> str:
    return next((value for key, value in probe.received.headers if key.lower() == name.lower()), "")


def _leaves(probe: Probe) -> Iterator[tuple[str, Any]]:
    """Yield every value of a JSON reply with the key that it stands under."""
    try:
        waiting = [("", json.loads(probe.received.body))]
    except ValueError:
        return
    while waiting:
        key, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting += list(value.items())
        elif isinstance(value, list):
            waiting += [(key, one) for one in value]
        else:
            yield key, value


def _values(probe: Probe, key: str) -> list[Any]:
    return [value for name, value in _leaves(probe) if name == key]


def _texts(probe: Probe) -> list[str]:
    return [value for _, value in _leaves(probe) if isinstance(value, str)]
