"""Troubles with the code that the client sends."""

import time
from dataclasses import replace
from datetime import timedelta

from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble
from emulator.wechat.login_codes import LoginCodes

#: The second mini program of an audit's world; the backend knows nothing of it.
FOREIGN_APPID = "wx0a0d17f0e1600000"
#: Codes that begin another parameter when nobody escapes them.
HOSTILE = {"ampersand": "x&appid=zz", "hash": "x#y", "percent": "x%26secret=1", "space": "a b", "bad escape": "%zz"}
#: How far apart the two uses of a code are, in seconds.
_LATER = 3.0


@trouble("invalid-code", "client")
def _invalid(stage: Stage) -> None:
    person = stage.person()
    stage.login(Login(person=person, code="0" * 32, label="a code that WeChat never gave out"))


@trouble("expired-code", "client")
def _expired(stage: Stage) -> None:
    person = stage.person()
    code = stage.code(person)
    codes = stage.service.world.state.get(LoginCodes)
    given = codes.find(code)
    if given is not None:
        codes.add(replace(given, issued_at=given.issued_at - timedelta(minutes=6)))
    stage.login(Login(person=person, code=code, label="a code that is six minutes old"))


@trouble("odd-code", "client")
def _odd(stage: Stage) -> None:
    person = stage.person()
    stage.row([Login(person=person, code=code, label=label) for label, code in HOSTILE.items()])


@trouble("mock-code", "client")
def _mock(stage: Stage) -> None:
    stage.row([Login(code=code, label=code) for code in ("the code is a mock one", "mock_x", "test")])


@trouble("foreign-code", "client")
def _foreign(stage: Stage) -> None:
    person = stage.person()
    stage.login(Login(person=person, code=stage.code(person, appid=FOREIGN_APPID), label="a code of another program"))


@trouble("double-tap", "other")
def _double_tap(stage: Stage) -> None:
    """Let logins with one code meet: WeChat takes long enough that the second comes while the first is asked for."""
    stage.fault("wechat.code2session", delay="200ms")
    for count in (2, 5):
        person = stage.person()
        code = stage.code(person)
        probes = stage.crowd([Login(person=person, code=code, label=f"one of {count}")] * count)
        for probe in probes:
            if probe.outcome == "success":
                stage.identify(probe)


@trouble("used-code", "client")
def _used(stage: Stage) -> None:
    """Send the code of the first plain login again; WeChat says 40163 of such a code, at times only 40029."""
    first = stage.probes[0]
    later = max(_LATER, stage.description.reuse_window.total_seconds() + 1)
    time.sleep(max(0.0, first.ended + later - time.monotonic()))
    stage.login(Login(person=first.person, code=first.code, label="second use"))
    stage.fault("wechat.code2session", error=40029)
    stage.login(Login(person=first.person, code=first.code, label="another use"))
    stage.clear()
