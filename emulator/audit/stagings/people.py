"""Troubles that lie in who logs in, and how often."""

from emulator.audit.stage import Login, Stage
from emulator.audit.troubles import trouble


@trouble("cold-start", "other")
def _cold_start(stage: Stage) -> None:
    person = stage.person()
    probes = stage.crowd([Login(person=person, label="one of 5")] * 5)
    probes.append(stage.login(Login(person=person, label="afterwards")))
    for probe in probes:
        if probe.outcome == "success":
            stage.identify(probe)


@trouble("returning-user", "none")
def _returning(stage: Stage) -> None:
    person = stage.person()
    for label, nickname in (("first", "小明"), ("second", "小明"), ("another nickname", "小红")):
        stage.identify(stage.login(Login(person=person, label=label, names={"nickname": nickname})))


@trouble("two-people", "none")
def _two_people(stage: Stage) -> None:
    for label in ("one", "the other"):
        stage.identify(stage.login(Login(label=label)))


@trouble("no-unionid", "none")
def _no_unionid(stage: Stage) -> None:
    person = stage.person()
    for label, drop in (("unionid absent", True), ("unionid there", False), ("unionid absent again", True)):
        if drop:
            stage.fault("wechat.code2session", drop=["unionid"])
        probe = stage.login(Login(person=person, label=label))
        stage.clear()
        if probe.outcome == "success":
            stage.identify(probe)


@trouble("blocked-user", "client")
def _blocked(stage: Stage) -> None:
    stage.fault("wechat.code2session", error=40226)
    stage.login(Login(label="a user whom WeChat blocks"))
