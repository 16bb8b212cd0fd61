"""Promises about taking and restoring the state of a world."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from emulator.control import snapshot
from emulator.control.worlds import open_world
from emulator.core.errors import Unreachable
from emulator.core.limits import Limits
from emulator.core.reason import Reason
from emulator.journal.journal import Journal
from emulator.scenario import load, load_default, parse_closed, shipped
from emulator.scenario.model import scenario_of
from emulator.web import create_app

LOGIN = "/api/login/oauth/access_token"
USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952"}
STATE = "/_emulator/state"
START = datetime(2026, 1, 1, 8, tzinfo=UTC)


def log_in(client, code):
    return client.post(LOGIN, data=USUAL | {"code": code})


def client_of(world):
    return create_app(world).test_client(use_cookies=False)


@pytest.fixture(name="lived")
def fixture_lived(client):
    """A client of a world in which something of every kind has happened."""
    token = log_in(client, "alice").json["access_token"]
    log_in(client, "nonsense")
    client.post("/_emulator/login-codes", json={"persona": "bob"})
    client.post("/_emulator/phone-codes", json={"persona": "bob"})
    wechats = {"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": "0123456789abcdef" * 2}
    client.post("/cgi-bin/stable_token", json=wechats)
    client.post(
        "/_emulator/faults", json={"at": "casdoor.*", "limit": {"requests": 9, "per": "1m", "error": {"msg": "x"}}}
    )
    client.put("/_emulator/personas/zoe", json={"nickname": "佐伊", "unionid": None})
    client.put("/_emulator/signed-in", json={"persona": "zoe"})
    client.post("/api/update-user", headers={"Authorization": f"Bearer {token}"}, data=b'{"displayName": "\xff"}')
    client.get("/api/get-account", headers={"Authorization": f"Bearer {token}"})
    client.post("/_emulator/clock/advance", json={"by": "90s"})
    return client


@pytest.mark.parametrize("name", ["default", *sorted(shipped())])
def test_every_scenarios_world_comes_back_exactly(name):
    scenario = load_default() if name == "default" else load(shipped()[name])
    world, other = (open_world(one, wall=lambda: START) for one in (scenario, load_default()))
    for code in ("alice", "nonsense"):
        with suppress(Unreachable):  # some scenarios break the connection, which a test client has none of
            log_in(client_of(world), code)

    snapshot.restore(other, json.loads(snapshot.dump(snapshot.take(world))))

    assert snapshot.take(other) == snapshot.take(world)


def test_a_restored_world_goes_on_as_the_first_would_have(lived, world):
    other = open_world(load_default(), wall=world.wall)
    snapshot.restore(other, snapshot.take(world))

    replies = [log_in(one, "carol").data for one in (lived, client_of(other))]

    assert replies[0] == replies[1]
    assert snapshot.take(other) == snapshot.take(world)


def test_a_mini_programs_token_settings_come_back(world):
    text = "{token_life: 90s, token_quota: 0, ip_allow_list: [203.0.113.7], secret_reset: {new: n, takes: 1m}}"
    scenario = parse_closed(f"version: 1\nminiprograms:\n  wx0123456789abcdef: {text}\n")
    strict = open_world(scenario, wall=world.wall)

    snapshot.restore(world, json.loads(snapshot.dump(snapshot.take(strict))))

    assert scenario_of(world.state).miniprograms == scenario.miniprograms
    assert snapshot.take(world) == snapshot.take(strict)


def test_put_state_brings_back_what_get_state_told(lived):
    told = lived.get(STATE).data
    lived.post("/_emulator/reset")

    reply = lived.put(STATE, data=told)

    assert (reply.status_code, lived.get(STATE).data) == (200, told)


def test_a_reset_after_a_restore_leads_to_the_snapshots_scenario(client):
    client.put("/_emulator/scenario", json={"scenario": "quota"})
    told = client.get(STATE).data
    client.put("/_emulator/scenario", json={"text": "version: 1\n"})
    client.put(STATE, data=told)

    client.post("/_emulator/reset")

    assert client.get("/_emulator/scenario").json["name"] == "quota"


def test_two_snapshots_of_an_idle_world_are_equal_though_its_clock_runs(make_world):
    ticks = iter(range(1000))
    world = open_world(load_default(), wall=lambda: START + timedelta(seconds=next(ticks)))

    assert snapshot.take(world) == snapshot.take(world)


def test_the_reasons_of_refusals_come_back(lived, world):
    other = open_world(load_default(), wall=world.wall)

    snapshot.restore(other, json.loads(snapshot.dump(snapshot.take(world))))

    reasons, restored = ([exchange.why for exchange in one.state.get(Journal).exchanges()] for one in (world, other))
    assert {type(why) for why in restored} == {Reason, type(None)}
    assert restored == reasons


def test_a_snapshot_has_a_line_for_each_field_and_each_exchange(lived):
    lines = lived.get(STATE).text.splitlines()

    assert len([line for line in lines if line.startswith("  {")]) == 5
    assert any(line.strip().startswith('"displayName": ') for line in lines)


def broken(told, *path, value):
    """Return a copy of a snapshot with one value replaced."""
    changed = json.loads(json.dumps(told))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


MISTAKES = [
    (("format",), 1, "'format' is 1; this version reads 2"),
    (
        ("profile",),
        "newest",
        "'profile' is 'newest'; allowed: docs, classic, current, v3.100.0, v3.60.0, v2.100.0, v1.600.0, docs@VERSION",
    ),
    (
        ("more",),
        1,
        "a state is an object with 'format', 'profile', 'scenario', 'state', 'journal', as GET state answers",
    ),
    (("state", "users"), 7, "users must be a list, not '7'"),
    (("state", "clock"), {}, "a clock has 'frozen_at', an instant, or 'offset', a number of seconds"),
    (("state", "clock"), {"frozen_at": "yesterday"}, "Invalid isoformat string"),
    (("state", "surprise"), 1, "surprise"),
    (("state", "personas", "signed_in"), None, "personas: None is signed in, yet nobody has that name"),
    (
        ("profile",),
        {},
        "'profile' is {}; allowed: docs, classic, current, v3.100.0, v3.60.0, v2.100.0, v1.600.0, docs@VERSION",
    ),
    (("scenario", "certs"), [{"name": "c", "privateKey": ["x"]}], "cert /c: privateKey is ['x']; it must be a text"),
    (("state", "certs"), [{"name": "c", "privateKey": ["x"]}], "cert /c: privateKey is ['x']; it must be a text"),
    (("state", "applications"), [{"name": "a", "clientId": 7}], "application /a: clientId is 7; it must be a text"),
    (("state", "users"), [{"owner": "a", "name": 1}], "user a/: name is 1; it must be a text"),
    (("state", "users"), [{"owner": "a", "name": "b"}] * 2, "users: ('a', 'b') occurs twice"),
    (("state", "personas", "people"), [{"name": 1}], "1 must be str"),
    (("state", "users"), [{"owner": "a", "nmae": "b"}], "user: unknown field 'nmae'"),
    (("journal", "last"), 1, "journal: 'last' is 1, yet there is an exchange 5"),
    (("journal", "exchanges"), "none", "exchanges must be a list, not 'none'"),
    (("scenario",), [], "scenario"),
]


@pytest.mark.parametrize(("path", "value", "message"), MISTAKES, ids=lambda one: None)
def test_a_wrong_state_is_refused_and_changes_nothing(lived, path, value, message):
    before = lived.get(STATE).data

    reply = lived.put(STATE, json=broken(json.loads(before), *path, value=value))

    assert (reply.status_code, message in reply.json["message"]) == (400, True), reply.json["message"]
    assert lived.get(STATE).data == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"[" * 5000])
def test_what_is_no_state_at_all_is_refused(client, body):
    assert client.put(STATE, data=body).status_code == 400


def test_a_state_with_a_full_journal_is_not_too_long_to_come_back(running_default):
    """Full journals hold bodies that JSON has to escape, which makes them longer."""
    with running_default() as url:
        for _ in range(150):
            with suppress(HTTPError):
                urlopen(f"{url}/api/update-user", b'"' * 60_000, timeout=10).close()
        told = urlopen(f"{url}/_emulator/state").read()

        reply = urlopen(Request(f"{url}/_emulator/state", told, method="PUT"))

        assert (len(told) > 15_000_000, reply.status) == (True, 200)
        assert urlopen(f"{url}/_emulator/state").read() == told


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("state", "clock"), {"frozen_at": "9999-12-31T23:59:59+00:00"}),
        (("state", "clock"), {"frozen_at": "0001-01-01T00:00:00+00:00"}),
        (("state", "clock"), {"offset": 2.51e11}),
        (("state", "clock"), {"offset": -1e12}),
        (("scenario", "clock"), "9999-12-31T23:59:59+00:00"),
        (("state", "tokens", 0, "lifetime"), 8e13),
        (("state", "tokens", 0, "created_at"), "9999-12-31T23:59:59+00:00"),
    ],
    ids=str,
)
def test_an_instant_outside_the_calendar_is_refused(lived, place, value):
    told = lived.get(STATE).json
    row = told
    for name in place[:-1]:
        row = row[name]
    row[place[-1]] = value

    reply = lived.put(STATE, json=told)

    assert (reply.status_code, reply.json["error"]) == (400, "bad_request")


@pytest.mark.parametrize("hours", [2**70, 1e300, -1e300])
def test_a_token_lives_as_long_as_the_calendar_at_most(client, hours):
    told = client.get(STATE).json
    told["state"]["applications"][0] |= {"expireInHours": hours, "refreshExpireInHours": hours}
    told["state"]["clock"] = {"frozen_at": "9000-12-31T23:59:59+00:00"}
    client.put(STATE, json=told)

    assert log_in(client, "alice").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"every": 0},
        {"after": -1},
        {"id": "twice"},
        {"effect": {"effect": "StatusOnly", "status": 99999}},
        {"effect": {"effect": "FixedReply", "status": 100}},
        {"effect": {"effect": "FixedReply", "content_type": "text/html\r\nX: y"}},
        {"delay": {"shortest": -5, "longest": 5}},
        {"delay": {"shortest": 8e13, "longest": 8e13}},
    ],
    ids=str,
)
def test_a_fault_that_could_not_strike_is_refused(client, changes):
    for name in ("twice", "other"):
        client.post("/_emulator/faults", json={"id": name, "at": "casdoor.*", "http": 503})
    told = client.get(STATE).json
    told["state"]["faults"]["plan"]["planned"][1]["fault"] |= changes

    reply = client.put(STATE, json=told)

    assert (reply.status_code, reply.json["error"], client.get(STATE).status_code) == (400, "bad_request", 200)


def test_a_newcomer_stays_though_the_scenario_declares_as_many_users_as_there_may_be():
    world = open_world(load_default(), wall=lambda: START, limits=Limits(users=1))
    client = client_of(world)

    token = log_in(client, "alice").json["access_token"]

    account = client.get("/api/get-account", headers={"Authorization": f"Bearer {token}"}).json
    assert (account["status"], client.put(STATE, data=client.get(STATE).data).status_code) == ("ok", 200)


def test_more_personas_than_a_world_holds_are_refused():
    client = client_of(open_world(load_default(), wall=lambda: START, limits=Limits(personas=5)))
    told = client.get(STATE).json
    told["state"]["personas"]["people"] += [{"name": f"p{number}"} for number in range(6)]

    reply = client.put(STATE, json=told)

    assert (reply.status_code, "more than the" in reply.json["message"]) == (400, True)
