"""Rules about what the backend reads: facts/login-rules.md 1, Input and HTTP."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import NotExamined, Seen, Severity, rule
from emulator.audit.sessions import value_at
from emulator.audit.stagings.inputs import EXTRA_FIELDS, FOREIGN_ORIGIN, NICKNAMES, ODD_NICKNAMES

_NICKNAME_KEYS = ("nickname", "nickName", "nick_name", "displayName", "display_name", "name")
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
    shown = _nickname(evidence, probes, "plain") == NICKNAMES["plain"]
    for probe in probes:
        if not probe.is_login:
            continue
        params = {"what": probe.label, "shown": probe.shown}
        if probe.is_crash or (probe.label in NICKNAMES and probe.outcome != "success"):
            yield Seen(key="nickname-refused", probe=probe, params=params)
            return
        sent = {**NICKNAMES, **ODD_NICKNAMES}[probe.label]
        found = _nickname(evidence, probes, probe.label)
        if shown and found and not _is_kept(sent, found):
            yield Seen(key="nickname-changed", probe=probe, params={"what": probe.label, "sent": sent, "found": found})
            return


@rule("nickname-harmless", "error", troubles="hostile-nicknames", needs=("nickname",))
def _harmless(evidence: Evidence) -> Iterator[Seen]:
    probes = evidence.probes("hostile-nicknames")
    for probe in probes:
        label = probe.label.removesuffix(_LOOK)
        params = {"what": label, "shown": probe.shown}
        if probe.is_crash:
            yield Seen(key="nickname-crash", probe=probe, params=params)
        elif "braces" in label and _nickname(evidence, [probe], probe.label) in ("49", "$49", "{49}"):
            yield Seen(key="nickname-computed", probe=probe, params=params)
        elif label == "HTML" and "text/html" in _header(probe, "Content-Type") and "<b>x" in probe.received.body:
            yield Seen(key="nickname-unescaped", probe=probe, params=params)


@rule("avatar-not-temporary", "warning", troubles="temporary-avatars", needs=("avatar",))
def _avatar(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.probes("temporary-avatars"):
        label = probe.label.removesuffix(_LOOK)
        if label == "an address, fetched":
            yield Seen(key="avatar-fetched", probe=probe)
        elif probe.outcome == "success" and label in _texts(probe):
            yield Seen(key="avatar-kept", probe=probe, params={"avatar": label})


@rule("extra-fields-ignored", "warning", troubles="extra-fields", needs=("logged_in",))
def _extra_fields(evidence: Evidence) -> Iterator[Seen]:
    looks = {one.label: one for one in evidence.probes("extra-fields") if not one.is_login}
    plain, probe = looks.get(f"without them{_LOOK}"), looks.get(f"with them{_LOOK}")
    if plain is None or probe is None or probe.outcome != "success":
        return
    names = [name for name, value in EXTRA_FIELDS.items() if isinstance(value, str) and value in _texts(probe)]
    if _values(probe, "isAdmin") == [True] and _values(plain, "isAdmin") != [True]:
        names.append("isAdmin")
    if names:
        yield Seen(key="extra-fields-kept", probe=probe, params={"names": ", ".join(names)})


@rule("malformed-body-4xx", "error", troubles="malformed-body", covers=("client-fault-no-5xx",))
def _malformed(evidence: Evidence) -> Iterator[Seen]:
    for probe in evidence.logins("malformed-body"):
        if probe.is_crash:
            yield Seen(key="malformed-crash", probe=probe, params={"what": probe.label, "shown": probe.shown})


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


def _nickname(evidence: Evidence, probes: list[Probe], label: str) -> str:
    """Return the nickname that the replies to a login, or to the look after it, hold; empty where none does."""
    for probe in probes:
        if probe.label.removesuffix(_LOOK) != label.removesuffix(_LOOK) or probe.outcome != "success":
            continue
        if evidence.description.nickname:
            found = [value_at(evidence.description.nickname, probe.received)]
        else:
            found = [value for key in _NICKNAME_KEYS for value in _values(probe, key)]
        texts = [one for one in found if isinstance(one, str) and one]
        if texts:
            return texts[0]
    return ""


def _is_kept(sent: str, found: str) -> bool:
    """Return whether a nickname came back as it was sent; trimmed or cut short is fine."""
    one, other = (unicodedata.normalize("NFC", text).strip() for text in (sent, found))
    return not one or (one.startswith(other.rstrip("….")) and bool(other.rstrip("….")))


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
