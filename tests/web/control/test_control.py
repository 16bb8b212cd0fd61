"""Promises about the control API."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator import __version__
from emulator.control.worlds import open_world
from emulator.core.reply import Reply
from emulator.journal.journal import Journal
from emulator.journal.notes import catalogue
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, Persona, Scenario
from emulator.web import control
from emulator.web.lifecycle import Application, app_state
from emulator.wechat.login_codes import LoginCodes
from emulator.wechat.personas import Personas
from emulator.world.trace import InnerCall

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
APPID = "wx0123456789abcdef"


@pytest.fixture(name="world")
def fixture_world():
    scenario = Scenario(
        name="controlled",
        clock=START,
        personas={name: Persona(name=name) for name in ("alice", "bob")},
        miniprograms={APPID: MiniProgram(appid=APPID, secret="0" * 32)},
    )
    return open_world(scenario, wall=lambda: START)


class FakeDialect:
    """A server with two paths; the query chooses the status and the persona of the first."""

    prefixes = ()
    hosts = ()

    def respond(self, http, tx):
        if http.path == "/broken":
            tx.trace.operation = "casdoor.login"
            return Reply(failure="truncated", body=b"0123")
        tx.trace.operation, tx.trace.why = "wechat.code2session", reason("name-with-slash")
        tx.trace.persona = http.args.get("persona", "")
        tx.note("login-body")
        tx.trace.faults.append("fault-1")
        inner = Reply(headers=(("Content-Type", "text/plain"),), body=b'{"openid":"o"}')
        tx.trace.inner.append(
            InnerCall(operation="wechat.code2session", url="http://w/?secret=s3cret&a=b", reply=inner)
        )
        status = int(http.args.get("status", "200"))
        return Reply(status=status, body=b'{"access_token": "0123456789abcdefghij"}')


@pytest.fixture(name="app")
def fixture_app(world):
    """The control API beside a server that is not one of ours."""
    app = Application(world, (FakeDialect(),))
    app.register_blueprint(control.bp)
    return app


@pytest.fixture(name="client")
def fixture_client(app):
    return app.test_client()


def test_health_tells_which_world_this_is(client) -> None:
    assert client.get("/_emulator/health").json == {
        "status": "ok",
        "version": __version__,
        "world": "main",
        "profile": "docs",
        "scenario": "controlled",
        "now": "2026-01-01T08:00:00Z",
    }


def test_a_reset_brings_the_scenario_back(world, client) -> None:
    world.state.clock.advance(timedelta(hours=1))
    world.state.get(Personas).sign_in("bob")
    client.get("/call")

    reply = client.post("/_emulator/reset", headers={"Host": "localhost:8000"})

    assert (reply.status_code, reply.json["status"], reply.json["now"]) == (200, "ok", "2026-01-01T08:00:00Z")
    state = world.state
    assert (state.clock.now(), state.get(Personas).signed_in, len(state.get(Journal))) == (START, "alice", 0)


def test_control_calls_are_not_in_the_journal(world, client) -> None:
    for path in ("/_emulator/health", "/_emulator/nothing", "/_emulator/", "/_emulator/reset"):
        client.get(path)

    assert len(world.state.get(Journal)) == 0


def test_the_clock_is_shown(client) -> None:
    assert client.get("/_emulator/clock").json == {"now": "2026-01-01T08:00:00Z", "mode": "frozen"}


@pytest.mark.parametrize(
    ("by", "now"),
    [
        ("3s", "2026-01-01T08:00:03Z"),
        ("800ms", "2026-01-01T08:00:00.800Z"),
        ("1h30m", "2026-01-01T09:30:00Z"),
        ("1d", "2026-01-02T08:00:00Z"),
    ],
)
def test_the_clock_can_be_advanced(client, by, now) -> None:
    assert client.post("/_emulator/clock/advance", json={"by": by}).json == {"now": now, "mode": "frozen"}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"at": "2026-02-01T00:00:00Z"}, {"now": "2026-02-01T00:00:00Z", "mode": "frozen"}),
        ({"at": "2026-02-01T08:00:00+08:00"}, {"now": "2026-02-01T00:00:00Z", "mode": "frozen"}),
        ({"mode": "running"}, {"now": "2026-01-01T08:00:00Z", "mode": "running"}),
        (
            {"at": "2026-02-01T00:00:00Z", "mode": "running"},
            {"now": "2026-02-01T00:00:00Z", "mode": "running"},
        ),
    ],
    ids=str,
)
def test_the_clock_can_be_set(client, body, shown) -> None:
    assert client.put("/_emulator/clock", json=body).json == shown


def test_the_signed_in_persona_can_be_chosen(world, client) -> None:
    reply = client.put("/_emulator/signed-in", json={"persona": "bob"})

    assert reply.json == {"persona": "bob", "personas": ["alice", "bob"]}
    assert client.get("/_emulator/signed-in").json == reply.json
    assert world.state.get(Personas).signed_in == "bob"


def test_the_profile_can_be_switched(world, client) -> None:
    reply = client.put("/_emulator/profile", json={"profile": "classic"})

    assert reply.json == {
        "profile": "classic",
        "profiles": ["docs", "classic", "current", "v3.100.0", "v3.60.0", "v2.100.0", "v1.600.0"],
    }
    assert client.get("/_emulator/profile").json == reply.json
    assert world.profile == "classic"


def test_notes_are_listed_whole(client) -> None:
    assert client.get("/_emulator/notes").json == {"notes": [vars(note) for note in catalogue().values()]}


def test_the_journal_tells_everything_but_secrets(client) -> None:
    client.post(
        "/call?secret=abc&persona=bob",
        data="client_secret=abc&a=b",
        headers={"User-Agent": "me", "Authorization": "Bearer abc", "Content-Type": "text/plain"},
    )

    assert client.get("/_emulator/journal").json == {
        "exchanges": [
            {
                "number": 1,
                "at": "2026-01-01T08:00:00Z",
                "operation": "wechat.code2session",
                "persona": "bob",
                "method": "POST",
                "path": "/call",
                "query": "secret=***&persona=bob",
                "request": {
                    "headers": [
                        ["User-Agent", "me"],
                        ["Host", "localhost"],
                        ["Authorization", "Bearer ***"],
                        ["Content-Type", "text/plain"],
                        ["Content-Length", "21"],
                    ],
                    "body": "client_secret=***&a=b",
                },
                "response": {
                    "status": 200,
                    "headers": [
                        ["Content-Length", "40"],
                        ["X-Mockdoor-Note", "login-body"],
                        ["Date", "Thu, 01 Jan 2026 08:00:00 GMT"],
                    ],
                    "body": '{"access_token": "01234567…ghij"}',
                },
                "notes": [vars(catalogue()["login-body"])],
                "faults": ["fault-1"],
                "inner": [
                    {
                        "operation": "wechat.code2session",
                        "url": "http://w/?secret=***&a=b",
                        "response": {
                            "status": 200,
                            "headers": [["Content-Type", "text/plain"]],
                            "body": '{"openid":"o"}',
                        },
                        "faults": [],
                        "outcome": {
                            "id": "openid",
                            "params": {"openid": "o"},
                            "failed": False,
                            "en": "openid o",
                            "zh": "openid o",
                        },
                        "why": None,
                        "reason": None,
                    }
                ],
                "outcome": {
                    "id": "answered",
                    "params": {"method": "POST", "path": "/call"},
                    "failed": False,
                    "en": "POST /call",
                    "zh": "POST /call",
                },
                "why": "the name holds a slash",
                "reason": {
                    "id": "name-with-slash",
                    "params": {},
                    "en": "the name holds a slash",
                    "zh": "name 中含有斜杠",
                },
                "changes": [],
            }
        ],
        "last": 1,
        "revision": 1,
        "epoch": 0,
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("after=2", [3, 4]),
        ("after=1&limit=2", [2, 3]),
        ("after=1&newest=2", [3, 4]),
        ("newest=0", []),
        ("limit=2", [3, 4]),
        ("limit=0", []),
        ("limit=99", [1, 2, 3, 4]),
        ("status=404", [2]),
        ("persona=bob", [2, 3]),
        ("persona=bob&status=200", [3]),
        ("operation=casdoor.login", [4]),
        ("operation=wechat.*", [1, 2, 3]),
        ("operation=nothing", []),
    ],
)
def test_the_journal_can_be_asked(app, client, query, numbers) -> None:
    for path in ("/call?persona=alice", "/call?persona=bob&status=404", "/call?persona=bob"):
        client.get(path)
    with pytest.raises(Exception, match="truncated"):
        client.get("/broken")

    reply = client.get(f"/_emulator/journal?{query}").json

    assert ([one["number"] for one in reply["exchanges"]], reply["last"]) == (numbers, 4)


def test_the_journal_can_be_cleared_and_counts_on(client) -> None:
    client.get("/call")

    cleared = client.delete("/_emulator/journal").json
    client.get("/call")

    assert cleared == {"cleared": 1}
    assert [one["number"] for one in client.get("/_emulator/journal").json["exchanges"]] == [2]


CALENDAR = "the clock ends with the year 9000"
WRONG = [
    ("PUT", "clock", b"", "give 'at', 'mode' or both"),
    ("PUT", "clock", b"{", "the body is not JSON; this call takes an object with 'at', 'mode'"),
    ("PUT", "clock", b"[" * 100_000, "the body is not JSON; this call takes an object with 'at', 'mode'"),
    ("PUT", "clock", b"\xff\xfe{}", "the body is not JSON; this call takes an object with 'at', 'mode'"),
    ("PUT", "clock", b"[]", "the body is JSON but not an object; this call takes an object with 'at', 'mode'"),
    ("PUT", "clock", b'{"now": 1}', "unknown 'now'; this call takes an object with 'at', 'mode'"),
    ("PUT", "clock", b'{"at": 1}', "'at' must be a text"),
    ("PUT", "clock", b'{"at": "x"}', "'at' is 'x'; write an instant such as 2026-01-01T08:00:00Z"),
    (
        "PUT",
        "clock",
        b'{"at": "2026-02-01T00:00:00"}',
        "'at' is '2026-02-01T00:00:00'; write an instant such as 2026-01-01T08:00:00Z",
    ),
    (
        "PUT",
        "clock",
        b'{"at": "2025-01-01T00:00:00Z"}',
        "the clock cannot go back from 2026-01-01T08:00:00Z to 2025-01-01T00:00:00Z",
    ),
    ("PUT", "clock", b'{"at": "9999-12-31T23:59:59Z"}', CALENDAR),
    (
        "PUT",
        "clock",
        b'{"at": "9999-12-31T23:59:59-01:00"}',
        "'at' is '9999-12-31T23:59:59-01:00', which is outside the calendar",
    ),
    ("PUT", "clock", b'{"mode": "slow"}', "'mode' is 'slow'; allowed: frozen, running"),
    ("POST", "clock/advance", b"", "'by' must be a text, it is missing"),
    ("POST", "clock/advance", b'{"by": 3}', "'by' must be a text"),
    (
        "POST",
        "clock/advance",
        b'{"by": "3"}',
        "'3' is not a duration; write a number and a unit such as 800ms, 3s, 5m, 2h, 1d or 1h30m",
    ),
    ("POST", "clock/advance", b'{"by": "9999999d"}', CALENDAR),
    ("POST", "clock/advance", b'{"by": "9999999999999d"}', "'9999999999999d' is too long"),
    ("POST", "reset", b'{"hard": true}', "unknown 'hard'; this call takes no fields"),
    ("PUT", "signed-in", b'{"persona": "eve"}', "'persona' is 'eve'; allowed: alice, bob"),
    ("PUT", "signed-in", b"{}", "'persona' must be a text, it is missing"),
    ("PUT", "profile", b'{"profile": ""}', "'profile' must be a text"),
    (
        "PUT",
        "profile",
        b'{"profile": "v3"}',
        "'profile' is 'v3'; allowed: docs, classic, current, v3.100.0, v3.60.0, v2.100.0, v1.600.0, docs@VERSION",
    ),
    ("POST", "login-codes", b'{"as": "bob"}', "unknown 'as'; this call takes an object with 'persona', 'appid'"),
    ("POST", "login-codes", b'{"persona": ["bob"]}', "'persona' must be a text"),
    ("GET", "journal?after=x", b"", "'after' is 'x'; it must be a whole number such as 0 or 20"),
    ("GET", "journal?limit=-1", b"", "'limit' is '-1'; it must be a whole number such as 0 or 20"),
    (
        "GET",
        "journal?since=1",
        b"",
        (
            "unknown 'since'; this call takes an object with 'operation', 'after', 'persona', 'status', 'limit', "
            "'newest', 'wait', 'revision'"
        ),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "message"), WRONG, ids=[f"{one[0]} {one[1]} {one[2][:30]!r}" for one in WRONG]
)
def test_a_wrong_call_says_what_is_allowed_and_changes_nothing(world, client, method, path, body, message) -> None:
    reply = client.open(f"/_emulator/{path}", method=method, data=body)

    assert (reply.status_code, reply.json) == (400, {"error": "bad_request", "message": message})
    clock, signed_in = world.state.clock, world.state.get(Personas).signed_in
    assert (clock.now(), clock.frozen, signed_in, world.profile) == (START, True, "alice", "docs")


def test_an_unknown_call_lists_the_known_ones(client) -> None:
    reply = client.post("/_emulator/rest")

    assert (reply.status_code, reply.json) == (
        404,
        {
            "error": "not_found",
            "message": "there is no control call '/_emulator/rest'",
            "calls": [
                "GET /_emulator/avatars/<name>.svg",
                "GET /_emulator/clock",
                "PUT /_emulator/clock",
                "POST /_emulator/clock/advance",
                "GET /_emulator/environment",
                "DELETE /_emulator/faults",
                "GET /_emulator/faults",
                "POST /_emulator/faults",
                "DELETE /_emulator/faults/<fault_id>",
                "GET /_emulator/health",
                "DELETE /_emulator/journal",
                "GET /_emulator/journal",
                "GET /_emulator/journal.har",
                "GET /_emulator/journal/<number>",
                "POST /_emulator/login-codes",
                "GET /_emulator/messages",
                "GET /_emulator/notes",
                "GET /_emulator/openapi.json",
                "POST /_emulator/payments",
                "POST /_emulator/permits",
                "GET /_emulator/personas",
                "PUT /_emulator/personas/<name>",
                "POST /_emulator/phone-codes",
                "GET /_emulator/profile",
                "PUT /_emulator/profile",
                "GET /_emulator/recording",
                "POST /_emulator/reset",
                "GET /_emulator/scenario",
                "PUT /_emulator/scenario",
                "GET /_emulator/scenarios",
                "GET /_emulator/schema.json",
                "GET /_emulator/signed-in",
                "PUT /_emulator/signed-in",
                "GET /_emulator/state",
                "PUT /_emulator/state",
                "GET /_emulator/tokens",
                "POST /_emulator/user-info",
                "GET /_emulator/users",
                "POST /_emulator/verify",
                "GET /_emulator/worlds",
                "POST /_emulator/worlds",
                "DELETE /_emulator/worlds/<name>",
            ],
        },
    )


@pytest.mark.parametrize("path", ["/_emulator", "/_emulator/", "/_emulator/clock/x"])
def test_every_path_below_the_prefix_is_the_control_apis(client, path) -> None:
    assert client.get(path).json["error"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allow", "message"),
    [
        ("GET", "reset", "POST", "/_emulator/reset takes POST, not GET"),
        ("POST", "clock", "GET, PUT", "/_emulator/clock takes GET and PUT, not POST"),
        ("OPTIONS", "clock/", "GET, PUT", "/_emulator/clock takes GET and PUT, not OPTIONS"),
    ],
)
def test_a_wrong_method_names_the_right_ones(client, method, path, allow, message) -> None:
    reply = client.open(f"/_emulator/{path}", method=method)

    assert (reply.status_code, reply.headers["Allow"], reply.json) == (
        405,
        allow,
        {"error": "method_not_allowed", "message": message},
    )


def test_a_foreign_page_is_refused_and_changes_nothing(world, client) -> None:
    client.get("/call")

    reply = client.post("/_emulator/reset", headers={"Origin": "https://evil.example"})

    assert (reply.status_code, reply.json) == (
        403,
        {
            "error": "forbidden",
            "message": "a page of 'https://evil.example' may not change this emulator; only pages of "
            "http://localhost may",
        },
    )
    assert len(world.state.get(Journal)) == 1


def test_off_loopback_the_token_opens(app, client) -> None:
    frame = app_state(app)
    frame.loopback, frame.token = False, "s3cret"

    statuses = [
        client.get("/_emulator/health", headers=headers).status_code
        for headers in ({}, {"Authorization": "Bearer s3cret"})
    ]

    assert statuses == [403, 200]


def test_off_loopback_the_imitated_servers_need_no_token(app, client) -> None:
    app_state(app).loopback = False

    assert client.get("/call").status_code == 200


def test_a_login_code_is_issued_for_the_persona_signed_in(client) -> None:
    reply = client.post("/_emulator/login-codes")

    code = reply.json["code"]
    assert reply.json == {
        "code": code,
        "persona": "alice",
        "appid": APPID,
        "expires_at": "2026-01-01T08:05:00Z",
    }
    assert (len(code), code.isalnum()) == (32, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/_emulator/login-codes", {"persona": "bob", "appid": APPID}), ("/as/bob/_emulator/login-codes", {})],
    ids=["named", "prefix"],
)
def test_a_login_code_is_issued_for_whom_one_asks(client, path, body) -> None:
    assert client.post(path, json=body).json["persona"] == "bob"


@pytest.mark.parametrize("body", [{"persona": "eve"}, {"appid": "wxffffffffffffffff"}], ids=str)
def test_a_login_code_for_nobody_is_refused(world, client, body) -> None:
    reply = client.post("/_emulator/login-codes", json=body)

    assert (reply.status_code, reply.json["error"]) == (400, "bad_request")
    assert next(iter(body.values())) in reply.json["message"]
    assert world.state.get(LoginCodes).all() == []


def test_the_schema_of_scenario_files_is_shown(client) -> None:
    reply = client.get("/_emulator/schema.json")

    assert reply.status_code == 200
    assert {"personas", "faults", "extends"} <= set(reply.json["properties"])


@pytest.mark.parametrize("text", ['"\\ud800"', "NaN", "1e400"])
def test_what_json_could_not_say_again_is_refused(client, text) -> None:
    body = f'{{"nickname": {text}}}'

    assert client.put("/_emulator/personas/zoe", data=body).json["message"].startswith("the body is not JSON")


def test_a_journal_that_began_anew_says_so_whatever_its_numbers(client):
    client.get("/call")
    before = client.get("/_emulator/journal").json
    client.post("/_emulator/reset")
    client.get("/call")

    after = client.get("/_emulator/journal").json

    assert (before["last"], after["last"]) == (1, 1)
    assert before["epoch"] != after["epoch"]
