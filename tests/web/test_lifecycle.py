"""Promises about what every request goes through."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import g, request

from emulator.core.errors import Unreachable
from emulator.journal.exchange import Exchange, Reply
from emulator.scenario.model import Persona, Scenario
from emulator.web import bare_app
from emulator.web.lifecycle import MAX_BODY, app_state, raw_target
from emulator.web.responses import to_response
from emulator.world.world import World

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture(name="world")
def fixture_world():
    scenario = Scenario(name="frame", clock=START, personas={"alice": Persona(name="alice")})
    return World(scenario, wall=lambda: START)


@pytest.fixture(name="app")
def fixture_app(world):
    """The frame around a few views that stand for WeChat and Casdoor."""
    app = bare_app(world)

    @app.route("/login", methods=["GET", "POST"], endpoint="wechat.code2session")
    def login():
        g.call.persona = "alice"
        g.call.why = "the code was used"
        g.call.note("first")
        g.call.note("second")
        return to_response(Reply(headers=(("Content-Type", "text/plain"),), body=request.get_data() or b"ok"))

    @app.get("/plain")
    def plain():
        return to_response(Reply(body=str(g.call.signed_in).encode()))

    @app.get("/target")
    def target():
        return to_response(Reply(body=raw_target().encode()))

    @app.post("/form")
    def form():
        return to_response(Reply(body=f"{request.form['a']} {request.get_data().decode()}".encode()))

    @app.get("/reset")
    def reset_meanwhile():
        g.world.reset()
        return to_response(Reply())

    @app.get("/broken")
    def broken():
        raise Unreachable("reset")

    @app.get("/bug")
    def bug():
        raise KeyError("surprise")

    return app


@pytest.fixture(name="client")
def fixture_client(app):
    return app.test_client()


def test_an_exchange_is_in_the_journal_as_sent(world, client) -> None:
    client.post("/login?a=%20b", data=b"x=1", content_type="text/plain", headers={"User-Agent": "me", "X-One": "1"})

    assert list(world.state.journal) == [
        Exchange(
            number=1,
            at=START,
            operation="wechat.code2session",
            method="POST",
            path="/login",
            query="a=%20b",
            request_headers=(
                ("User-Agent", "me"),
                ("Host", "localhost"),
                ("X-One", "1"),
                ("Content-Type", "text/plain"),
                ("Content-Length", "3"),
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
            why="the code was used",
            notes=("first", "second"),
            faults=(),
            inner=(),
            signed_in="alice",
        )
    ]


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
    assert [(one.operation, one.why) for one in world.state.journal] == [("emulator.mount", body["message"])]


@pytest.mark.parametrize(
    ("sent", "seen"), [("/target?a=%zz;b", "/target?a=%zz;b"), ("/as/alice/t%61rget?b", "/t%61rget?b")]
)
def test_the_raw_target_is_not_decoded(client, sent, seen) -> None:
    assert client.get(sent).text == seen


def test_a_form_and_its_bytes_can_both_be_read(client) -> None:
    assert client.post("/form", data={"a": "b c"}).text == "b c a=b+c"


def test_what_has_no_route_counts_as_casdoors(world, client) -> None:
    client.get("/nowhere")

    assert [(one.operation, one.reply.status) for one in world.state.journal] == [("casdoor.unknown", 404)]


def test_a_request_that_sees_a_reset_stays_in_the_journal_it_began_with(world, client) -> None:
    before = world.state

    client.get("/reset")

    assert ([one.path for one in before.journal], len(world.state.journal)) == (["/reset"], 0)


def test_long_bodies_are_cut_in_the_journal_only(world, client) -> None:
    body = b"x" * (MAX_BODY + 1)

    reply = client.post("/login", data=body)

    (entry,) = world.state.journal
    assert reply.data == body
    assert (len(entry.request_body), len(entry.reply.body), entry.cut) == (MAX_BODY, MAX_BODY, ("request", "reply"))


def test_a_broken_connection_reaches_the_test_client_as_unreachable(world, client) -> None:
    with pytest.raises(Unreachable, match="reset"):
        client.get("/broken")

    assert [one.reply.failure for one in world.state.journal] == ["reset"]


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
    assert [one.why for one in world.state.journal] == [message]


def test_the_application_survives_a_bug(client) -> None:
    client.get("/bug")

    assert client.get("/plain").status_code == 200


def test_no_options_are_answered_unasked(client) -> None:
    assert client.options("/plain").status_code == 405
