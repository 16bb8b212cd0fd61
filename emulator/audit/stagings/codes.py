"""Troubles with the code that the client sends."""

import time
from datetime import timedelta

from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble

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


@trouble("expired-code", "client", late=True)
def _expired(stage: Stage) -> None:
    person = stage.person()
    code = stage.code(person)
    stage.advance(timedelta(minutes=6))
    stage.login(Login(person=person, code=code, label="a code that is six minutes old"))


@trouble("used-code", "client")
def _used(stage: Stage) -> None:
    person = stage.person()
    code = stage.code(person)
    stage.login(Login(person=person, code=code, label="first use"))
    time.sleep(max(_LATER, stage.description.reuse_window.total_seconds() + 1))
    stage.login(Login(person=person, code=code, label="second use"))


@trouble("odd-code", "client")
def _odd(stage: Stage) -> None:
    person = stage.person()
    for label, code in HOSTILE.items():
        stage.login(Login(person=person, code=code, label=label))


@trouble("mock-code", "client")
def _mock(stage: Stage) -> None:
    for code in ("the code is a mock one", "mock_x", "test"):
        stage.login(Login(person=stage.person(), code=code, label=code))


@trouble("foreign-code", "client")
def _foreign(stage: Stage) -> None:
    person = stage.person()
    stage.login(Login(person=person, code=stage.code(person, appid=FOREIGN_APPID), label="a code of another program"))


@trouble("double-tap", "other")
def _double_tap(stage: Stage) -> None:
    for count in (2, 5):
        person = stage.person()
        code = stage.code(person)
        probes = stage.crowd([Login(person=person, code=code, label=f"one of {count}")] * count)
        for probe in probes:
            if probe.outcome == "success":
                stage.identify(probe)
