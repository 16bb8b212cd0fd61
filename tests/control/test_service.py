"""Promises about what is done to a world from outside: the same by every door."""

from contextlib import contextmanager
from threading import Event

import pytest
import yaml

from emulator.control.recording import record
from emulator.control.service import ControlService, Refused, Unknown
from emulator.core.limits import Limits
from emulator.runner.control import Embedded, NoControl
from emulator.runner.pytest_handle import Mockdoor
from emulator.scenario.model import Persona
from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}
BUSY = {"id": "busy", "at": "wechat.code2session", "error": -1, "times": 1}


class Http:
    """The control API, as a client in another language reaches it."""

    def __init__(self, world):
        self.client = create_app(world).test_client(use_cookies=False)

    def plan(self, fault):
        self._done(self.client.post("/_emulator/faults", json=fault))

    def advance(self, by):
        self._done(self.client.post("/_emulator/clock/advance", json={"by": by}))

    def _done(self, reply):
        if reply.status_code >= 400:
            raise Refused(reply.json["message"])


class Fixture(Mockdoor):
    """What a test of a user holds in its hands."""

    def plan(self, fault):
        given = dict(fault)
        self.fault(given.pop("at"), **given)


DOORS = {
    "http": Http,
    "runner": Embedded,
    "fixture": lambda world: Fixture(world, "http://localhost"),
    "service": lambda world: ServiceDoor(world),
}


class ServiceDoor:
    """The service itself."""

    def __init__(self, world):
        self.service = ControlService(world)

    def plan(self, fault):
        self.service.plan_fault(fault)

    def advance(self, by):
        self.service.advance(by)


@pytest.fixture(name="door", params=DOORS)
def fixture_door(request, world):
    """Each of the doors to the world."""
    return DOORS[request.param](world)


@contextmanager
def refused(message):
    with pytest.raises((Refused, NoControl)) as caught:
        yield
    assert str(caught.value) == message


def test_two_faults_of_one_id_are_refused_by_every_door(door, world):
    door.plan(BUSY)

    with refused("there is a fault 'busy' already"):
        door.plan(BUSY)

    assert [fault.id for fault, _ in ControlService(world).faults()] == ["busy"]


def test_the_calendar_ends_for_every_door(door, world):
    with refused("the clock ends with the year 9000"):
        door.advance("3000000d")

    assert ControlService(world).clock().now.year == 2026


@pytest.mark.parametrize("do", [lambda door: door.plan(BUSY), lambda door: door.advance("1m")], ids=("plan", "advance"))
def test_every_door_wakes_who_waits_for_a_change(door, world, do):
    woken = Event()
    world.on_change(woken.set, since=world.revision)

    do(door)

    assert woken.is_set()


def test_a_fault_planned_by_any_door_is_in_the_recording(door, world):
    door.plan(BUSY)
    create_app(world).test_client(use_cookies=False).post(LOGIN, data=USUAL)

    steps = yaml.safe_load(record(world))["steps"]

    assert steps[0] == {"fault": BUSY}


def test_a_code_given_out_is_the_persons(world):
    service = ControlService(world)

    code = service.issue_login_code(persona="bob")

    assert (code.persona, len(code.code), code.appid) == ("bob", 32, "wx0123456789abcdef")


@pytest.mark.parametrize(
    ("do", "error", "message"),
    [
        (lambda one: one.issue_login_code(persona="zoe"), Refused, "unknown persona 'zoe'; there are: "),
        (lambda one: one.issue_login_code(appid="wx"), Refused, "unknown appid 'wx'; there are: wx0123456789abcdef"),
        (lambda one: one.sign_in("zoe"), Unknown, "there is no persona 'zoe'; there are: "),
        (lambda one: one.lift_fault("x"), Unknown, "there is no fault 'x'; there are: none"),
        (lambda one: one.switch_profile("x"), Refused, "there is no profile 'x'; allowed: docs, classic, current, v3"),
        (lambda one: one.plan_fault({"at": "x"}), Refused, "a fault needs an effect"),
        (lambda one: one.verify({"operation": "x"}), Refused, "unknown operation 'x'"),
        (lambda one: one.advance("-1m"), Refused, "'-1m' is"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(world, do, error, message):
    before = world.state

    with pytest.raises(error) as caught:
        do(ControlService(world))

    assert str(caught.value).startswith(message)
    assert world.state is before


def test_people_are_bounded(make_world):
    world = make_world(limits=Limits(personas=5))
    service = ControlService(world)
    service.put_persona(Persona(name="zoe"))

    with refused("a world holds 5 personas at most"):
        service.put_persona(Persona(name="yan"))

    assert service.put_persona(Persona(name="zoe", city="厦门")) is False


def test_a_deleted_user_is_told_as_it_was(world, client):
    client.post(LOGIN, data=USUAL | {"username": "Alice"})
    secret = world.state.setting.applications[0].text("clientSecret")

    client.post(
        f"/api/delete-user?clientId={USUAL['client_id']}&clientSecret={secret}", json={"owner": "test", "name": "Alice"}
    )

    change = ControlService(world).exchanges()[-1].changes[0]
    assert (change.user, change.created, change.deleted) == ("test/Alice", False, True)
    assert change.fields["name"] == ("Alice", None)
    assert client.get("/_emulator/journal").json["exchanges"][-1]["changes"][0]["deleted"] is True


def test_faults_are_bounded(make_world):
    service = ControlService(make_world(limits=Limits(faults=2)))
    for name in ("a", "b"):
        service.plan_fault(BUSY | {"id": name})

    with refused("a world holds 2 faults at most; lift some"):
        service.plan_fault(BUSY | {"id": "c"})

    service.lift_fault("a")
    assert service.plan_fault(BUSY | {"id": "c"}).id == "c"
