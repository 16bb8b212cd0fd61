"""Rules about secrets that must not reach the client: facts/login-rules.md 1, Secrets."""

from collections.abc import Iterator

from emulator.audit.evidence import Evidence
from emulator.audit.probe import Probe
from emulator.audit.rules.registry import Seen, each_probe, rule

#: Keys that only a row of Casdoor's token table has.
_ROW_KEYS = ("accessTokenHash", "codeChallenge")


def _session_key(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    how = evidence.canaries.found_in(probe.answer, "session_key")
    if how:
        yield Seen(key="session-key", probe=probe, params={"how": how})


def _appsecret(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    for kind in ("appsecret", "client_secret"):
        how = evidence.canaries.found_in(probe.answer, kind)
        if how:
            yield Seen(key=kind, probe=probe, params={"how": how, "status": str(probe.status)})
            return


def _access_token(evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    how = evidence.canaries.found_in(probe.answer, "access_token")
    if how:
        yield Seen(key="wechat-token", probe=probe, params={"how": how})


def _row(_evidence: Evidence, probe: Probe) -> Iterator[Seen]:
    keys = [key for key in _ROW_KEYS if f'"{key}"' in probe.received.body]
    if keys:
        yield Seen(key="casdoor-row", probe=probe, params={"keys": ", ".join(keys)}, cause="casdoor-row")


rule("session-key-not-sent", "error")(each_probe(_session_key))
rule("appsecret-not-sent", "error", covers=("upstream-text-not-shown",))(each_probe(_appsecret))
rule("wechat-token-not-sent", "error")(each_probe(_access_token))
rule("casdoor-row-not-forwarded", "error", needs=("casdoor",), covers=("session-key-not-sent",))(each_probe(_row))
