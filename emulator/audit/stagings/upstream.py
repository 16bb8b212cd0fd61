"""Troubles of WeChat and Casdoor themselves."""

from typing import Any

from emulator.audit.description import Call, Matcher
from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble

_CODE2SESSION = "wechat.code2session"
#: Seconds beyond the longest answer allowed that a login is waited for while WeChat hangs.
HANG_GRACE = 10.0
#: Seconds after its reply in which a backend has to close its call to a WeChat that hangs.
CLOSE_GRACE = 2.0
_ANSWERED = Matcher(expectations=({"status": "2xx"},))
_HTML = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

#: Faults of code2session that last: the trouble, and the fault.
_LASTING: dict[str, dict[str, Any]] = {
    "wechat-down": {"connection": "reset"},
    "wechat-closes": {"connection": "empty"},
    "reply-truncated": {"body": "truncated"},
    "reply-malformed": {"body": "malformed"},
    "gateway-html": {"reply": {"status": 502, "content_type": "text/html", "text": _HTML}},
    "gateway-html-200": {"reply": {"status": 200, "content_type": "text/html", "text": _HTML}},
    "reply-empty-object": {"reply": {"status": 200, "json": {}}},
    "errcode-as-text": {"reply": {"status": 200, "json": {"errcode": "40029", "errmsg": "invalid code"}}},
    "openid-missing": {"drop": ["openid"]},
    "minute-quota": {"error": 45011},
    "secret-wrong": {"error": 40125},
    "appid-wrong": {"error": 40013},
    "appid-missing": {"error": 41002},
    "secret-missing": {"error": 41004},
}


def _lasting(name: str, fault: dict[str, Any]) -> None:
    @trouble(name, "server")
    def stage(stage: Stage) -> None:
        stage.fault(_CODE2SESSION, **fault)
        stage.login(Login(label="while it lasts"))
        stage.recovers()


@trouble("wechat-busy-once", "server")
def _busy_once(stage: Stage) -> None:
    stage.fault(_CODE2SESSION, error=-1, times=1)
    stage.login(Login(label="busy once"))
    stage.recovers()


@trouble("wechat-busy", "server")
def _busy(stage: Stage) -> None:
    """Log in three times, because chance has its part in how long a good backend waits before it asks again."""
    stage.fault(_CODE2SESSION, error=-1)
    stage.login(Login(label="while it lasts"))
    stage.crowd([Login(label="one of two while it lasts")] * 2)
    stage.recovers()


for _name, _fault in _LASTING.items():
    _lasting(_name, _fault)


@trouble("reply-lost", "server")
def _lost(stage: Stage) -> None:
    stage.fault(_CODE2SESSION, body="truncated", times=1)
    stage.login(Login(label="the code is spent, its reply cut"))
    stage.recovers()


@trouble("wechat-slow", "other")
def _slow(stage: Stage) -> None:
    stage.fault(_CODE2SESSION, delay=f"{int(stage.limits.slow.total_seconds() * 1000)}ms")
    stage.login(Login(label="slow"))


@trouble("wechat-hangs", "server")
def _hangs(stage: Stage) -> None:
    stage.fault(_CODE2SESSION, connection="hang")
    log_in_alone(stage)
    stage.recovers()


def log_in_alone(stage: Stage) -> None:
    """Log in once and wait longer than any client would, to see when the backend gives a hanging server up."""
    probe = stage.login(Login(label="alone"), patience=stage.limits.error.total_seconds() + HANG_GRACE)
    stage.until_gone(probe.hung, until=probe.ended + CLOSE_GRACE)


@trouble("crowd-while-hanging", "server")
def _crowd(stage: Stage) -> None:
    """Log several people in while WeChat hangs, and see whether the rest of the app still answers.

    Four more come when all of these have their answers: an app that has learned of the outage fails them at once.
    """
    described = stage.description.logged_in
    first = stage.login(Login(label="before"))
    stage.fault(_CODE2SESSION, connection="hang")

    def look() -> None:
        if described is not None:
            stage.ask(described, first.session, label="meanwhile")
        elif stage.ready:
            stage.ask(Call(request={"path": stage.ready}, success=_ANSWERED), first.session, label="meanwhile")

    stage.crowd([Login(label="one of a crowd")] * stage.limits.parallel, during=look)
    stage.crowd([Login(label="one of the last")] * 4)
    stage.recovers()
