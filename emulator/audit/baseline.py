"""The two plain logins with which an audit begins, and what to check when they fail."""

from dataclasses import dataclass

from emulator.audit.probe import Probe
from emulator.audit.report import Text
from emulator.audit.stage import Login, Stage
from emulator.audit.texts import text


class NoBaseline(Exception):
    """A plain login does not work, so nothing can be examined; holds what to check."""

    def __init__(self, what: Text, probe: Probe) -> None:
        self.what = what
        self.probe = probe
        super().__init__(what.en)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What the plain logins show; `text_plain` is the failed login when only `application/json` works."""

    knows_user: bool = False
    has_token: bool = False
    text_plain: Probe | None = None


def plain_logins(stage: Stage) -> Baseline:
    """Log two people in; raises NoBaseline with the likely cause when that does not work."""
    first = stage.login(Login(label="a plain login"))
    stage.through_casdoor = any(one.operation == "casdoor.login" for one in first.calls)
    if first.outcome != "success":
        again = _as_json(stage, first)
        if again is not None and again.outcome == "success":
            return Baseline(text_plain=first)
        raise NoBaseline(_cause(first), first)
    second = stage.login(Login(label="a plain login of somebody else"))
    if second.outcome != "success":
        raise NoBaseline(text("baseline", "second", shown=second.shown), second)
    if stage.is_logged_in(first) is False:
        probe = stage.probes[-1]
        raise NoBaseline(text("baseline", "logged-in", shown=probe.shown), probe)
    known = stage.identify(first), stage.identify(second)
    return Baseline(knows_user=all(known), has_token=bool(first.session.token or first.session.cookies))


def _as_json(stage: Stage, failed: Probe) -> Probe | None:
    """Log in once more with a reply of WeChat that calls itself JSON; None when WeChat gave no session before."""
    sessions = [one.json for one in failed.calls if one.operation == "wechat.code2session" and one.json.get("openid")]
    if not sessions:
        return None
    reply = {"status": 200, "content_type": "application/json; charset=utf-8", "json": dict(sessions[-1])}
    stage.fault("wechat.code2session", reply=reply)
    probe = stage.login(Login(person=failed.person, label="the same with application/json"))
    stage.clear()
    return probe


def _cause(probe: Probe) -> Text:
    """Name the likeliest cause of a failed plain login: facts/login-rules.md 0, the ladder."""
    if not probe.calls:
        name = "no-answer" if probe.received.failure else "no-call"
        return text("baseline", name, shown=probe.shown)
    errcodes = [_errcode(one.json.get("errcode"), one.text) for one in probe.calls]
    for wanted, name in (((41002, 41004, 41008), "no-appid"), ((40013, 40125), "wrong-secret")):
        for found in errcodes:
            if found in wanted:
                return text("baseline", name, errcode=str(found), shown=probe.shown)
    return text("baseline", "session-given", shown=probe.shown, calls=", ".join(one.operation for one in probe.calls))


def _errcode(found: object, said: str) -> int:
    """Return the errcode of a reply; Casdoor passes on only its text."""
    if isinstance(found, int):
        return found
    texts = {"appid missing": 41002, "appsecret missing": 41004, "invalid appid": 40013, "invalid appsecret": 40125}
    return next((code for words, code in texts.items() if words in said), 0)
