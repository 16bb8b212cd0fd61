"""Promises about what every request goes through."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.control.service import ControlService
from emulator.control.worlds import open_world
from emulator.core.errors import Unreachable
from emulator.core.reply import Reply
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.reasons import reason
from emulator.scenario.model import Persona, Scenario
from emulator.web import create_app
from emulator.web.lifecycle import MAX_BODY, Application, app_state
from emulator.web.world_path import WORLD, raw_target

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture(name="world")
def fixture_world():
    scenario = Scenario(name="frame", clock=START, personas={"alice": Persona(name="alice")})
    return open_world(scenario, wall=lambda: START)


class FakeDialect:
    """A server that stands for WeChat and Casdoor: a method answers each path."""

    prefixes = ()
    hosts = ()

    def respond(self, http, tx):
        name = http.path.strip("/")
        tx.trace.operation = name
        return getattr(self, f"_{name}")(http, tx)

    def _login(self, http, tx):
        tx.trace.operation, tx.trace.persona, tx.trace.why = "wechat.code2session", "alice", reason("name-with-slash")
        tx.note("first")
        tx.note("second")
        return Reply(headers=(("Content-Type", "text/plain"),), body=http.get_data() or b"ok")

    def _plain(self, http, tx):
        return Reply(body=str(tx.signed_in).encode())

    def _target(self, http, tx):
        return Reply(body=raw_target(http.environ).encode())

    def _form(self, http, tx):
        return Reply(body=f"{http.form['a']} {http.get_data().decode()}".encode())

    def _reset(self, http, tx):
        ControlService(http.environ[WORLD]).reset()
        return Reply()

    def _broken(self, http, tx):
        return Reply(failure="reset")

    def _bug(self, http, tx):
        raise KeyError("surprise")


@pytest.fixture(name="app")
def fixture_app(world):
    """The frame around a server that is not one of ours."""
    return Application(world, (FakeDialect(),))


@pytest.fixture(name="client")
def fixture_client(app):
    return app.test_client()


def test_an_exchange_is_in_the_journal_as_sent(world, client) -> None:
    client.post("/login?a=%20b", data=b"x=1", content_type="text/plain", headers={"User-Agent": "me", "X-One": "1"})

    assert world.state.get(Journal).exchanges() == [
        Exchange(
            number=1,
            at=START,
            operation="wechat.code2session",
            method="POST",
            path="/login",
            query="a=%20b",
            raw_headers=(
                ("HTTP_USER_AGENT", "me"),
                ("HTTP_HOST", "localhost"),
                ("HTTP_X_ONE", "1"),
                ("CONTENT_TYPE", "text/plain"),
                ("CONTENT_LENGTH", "3"),
            ),
            request_body=b"x=1",
            reply=Reply(
                headers=(
                    ("Content-Type", "text/plain"),
                    ("Content-Length", "3"),
                    ("X-Mockdoor-Note", "first, second"),
                    ("Date", "Thu, 01 Jan 2026 08:00:00 GMT"),
                ),
                body=b"x=1",
            ),
            persona="alice",
            why=reason("name-with-slash"),
            notes=("first", "second"),
            faults=(),
            inner=(),
            signed_in="alice",
        )
    ]
    assert world.state.get(Journal).exchanges()[0].request_headers == (
        ("User-Agent", "me"),
        ("Host", "localhost"),
        ("X-One", "1"),
        ("Content-Type", "text/plain"),
        ("Content-Length", "3"),
    )


def test_notes_travel_in_a_header(client) -> None:
    assert client.get("/login").headers["X-Mockdoor-Note"] == "first, second"


def test_a_reply_without_notes_has_no_note_header(client) -> None:
    assert "X-Mockdoor-Note" not in client.get("/plain").headers


def test_the_date_is_the_worlds(world, client) -> None:
    world.state.clock.advance(timedelta(days=1, seconds=5))

    assert client.get("/plain").headers["Date"] == "Fri, 02 Jan 2026 08:00:05 GMT"


def test_no_content_type_is_made_up(client) -> None:
    assert "Content-Type" not in client.get("/plain").headers


def test_a_prefix_signs_a_persona_in_for_one_request(client) -> None:
    told = [client.get(path).text for path in ("/as/alice/plain", "/plain")]

    assert told == ["alice", "None"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/as/bob/plain",
            {"error": "unknown_persona", "message": "there is no persona 'bob'; this server has: alice"},
        ),
        ("/@t1/plain", {"error": "unknown_world", "message": "there is no world 't1'; this server has: main"}),
    ],
)
def test_a_prefix_that_leads_nowhere_is_a_clear_404(world, client, path, body) -> None:
    reply = client.get(path)

    assert (reply.status_code, reply.json) == (404, body)
    assert [(one.operation, str(one.why)) for one in world.state.get(Journal).exchanges()] == [
        ("emulator.mount", body["message"])
    ]


@pytest.mark.parametrize(
    ("sent", "seen"), [("/target?a=%zz;b", "/target?a=%zz;b"), ("/as/alice/t%61rget?b", "/t%61rget?b")]
)
def test_the_raw_target_is_not_decoded(client, sent, seen) -> None:
    assert client.get(sent).text == seen


def test_a_form_and_its_bytes_can_both_be_read(client) -> None:
    assert client.post("/form", data={"a": "b c"}).text == "b c a=b+c"


@pytest.mark.parametrize(
    ("method", "path"),
    [("HEAD", "/api/login/oauth/access_token"), ("GET", "/cgi-bin/menu/get")],
    ids=["Casdoor", "WeChat"],
)
def test_what_has_no_route_counts_as_casdoors(world, method, path) -> None:
    create_app(world).test_client().open(path, method=method)

    assert [(one.operation, one.reply.status) for one in world.state.get(Journal).exchanges()] == [
        ("casdoor.unknown", 404)
    ]


def test_a_request_that_sees_a_reset_stays_in_the_journal_it_began_with(world, client) -> None:
    before = world.state

    client.get("/reset")

    assert ([one.path for one in before.get(Journal).exchanges()], len(world.state.get(Journal))) == (["/reset"], 0)


def test_long_bodies_are_cut_in_the_journal_only(world, client) -> None:
    body = b"x" * (MAX_BODY + 1)

    reply = client.post("/login", data=body)

    (entry,) = world.state.get(Journal).exchanges()
    assert reply.data == body
    assert (len(entry.request_body), len(entry.reply.body), entry.cut) == (MAX_BODY, MAX_BODY, ("request", "reply"))


def test_a_broken_connection_reaches_the_test_client_as_unreachable(world, client) -> None:
    with pytest.raises(Unreachable, match="reset"):
        client.get("/broken")

    assert [one.reply.failure for one in world.state.get(Journal).exchanges()] == ["reset"]


def test_listeners_hear_of_each_exchange_once(app, client) -> None:
    heard = []
    app_state(app).listeners.append(heard.append)

    client.get("/plain")
    client.get("/favicon.ico")

    assert [(one.number, one.path) for one in heard] == [(1, "/plain")]


def test_a_bug_is_owned_up_to_without_a_traceback(world, client, caplog) -> None:
    reply = client.get("/bug")

    message = "a bug in the emulator, not in your request: KeyError in bug; its stderr holds the traceback"
    assert (reply.status_code, reply.json) == (
        500,
        {"error": "emulator_bug", "message": message, "operation": "bug"},
    )
    assert [record.exc_info[0] for record in caplog.records] == [KeyError]
    assert [str(one.why) for one in world.state.get(Journal).exchanges()] == [message]


def test_the_application_survives_a_bug(client) -> None:
    client.get("/bug")

    assert client.get("/plain").status_code == 200


def test_no_options_are_answered_unasked(app, client) -> None:
    app.add_url_rule("/_emulator/plain", view_func=lambda: "")

    assert (client.get("/_emulator/plain").status_code, client.options("/_emulator/plain").status_code) == (200, 405)


@pytest.mark.parametrize("path", ["/@t1/plain", "/as/bob/plain"])
@pytest.mark.parametrize(
    ("headers", "named"), [({}, False), ({"X-Mockdoor-Token": "wrong"}, False), ({"X-Mockdoor-Token": "right"}, True)]
)
def test_beyond_this_machine_names_are_for_those_who_hold_the_token(app, client, path, headers, named) -> None:
    state = app_state(app)
    state.loopback, state.token = False, "right"

    message = client.get(path, headers=headers).json["message"]

    assert ("alice" in message or "main" in message) == named


def test_a_page_under_a_foreign_name_learns_no_names(client) -> None:
    message = client.get("/as/bob/plain", headers={"Host": "rebound.example:8000"}).json["message"]

    assert message == "there is no persona 'bob'; with the control token this answer lists the names"


def test_who_waits_for_a_change_is_woken_when_an_untold_request_ends(world, client) -> None:
    woken = []
    world.on_change(lambda: woken.append(world.state.settled), since=world.revision)

    client.get("/favicon.ico")

    assert woken == [1]
