"""Promises about how a reply of the domain goes over the wire."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import create_environ

from emulator.control.worlds import open_world
from emulator.core.errors import Unreachable
from emulator.core.reply import Drip, Reply
from emulator.scenario.model import Scenario
from emulator.web.lifecycle import Application
from emulator.web.responses import Close, Pause, script

BODY = b"0123456789"


#: The world's, which every reply has.
DATE = ("Date", "Thu, 01 Jan 2026 08:00:00 GMT")


class OneReply:
    """A server that has one answer to everything."""

    prefixes = ()
    hosts = ()

    def __init__(self, reply):
        self.reply = reply

    def respond(self, http, tx):
        return self.reply


def sent(reply, method="GET", **environ):
    """Answer over bare WSGI; return status, headers and body."""
    world = open_world(Scenario(name="sent"), wall=lambda: datetime(2026, 1, 1, 8, tzinfo=UTC))
    told = []
    app = Application(world, (OneReply(reply),))
    body = b"".join(app(create_environ(method=method) | environ, lambda *head: told.extend(head)))
    return told[0], told[1], body


def test_headers_go_out_as_given_with_a_content_length() -> None:
    headers = (("Server", "beegoServer:2.0.0"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))

    answer = sent(Reply(status=404, headers=headers, body=BODY))

    assert answer == ("404 Not Found", [*headers, ("Content-Length", "10"), DATE], BODY)


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(status: int) -> None:
    assert sent(Reply(status=status, body=BODY))[1:] == ([DATE], b"")


def test_head_has_the_length_without_the_body() -> None:
    assert sent(Reply(body=BODY), method="HEAD") == ("200 OK", [("Content-Length", "10"), DATE], b"")


@pytest.mark.parametrize("failure", ["reset", "empty", "hang", "truncated"])
def test_without_a_socket_a_broken_connection_is_raised(failure) -> None:
    with pytest.raises(Unreachable, match=failure):
        sent(Reply(body=BODY, failure=failure))


def test_without_a_socket_drops_come_one_after_another() -> None:
    assert sent(Reply(body=BODY, drip=Drip(size=4, every=timedelta(0))))[2] == BODY


@pytest.mark.parametrize(
    ("how", "steps"),
    [
        ({}, [BODY]),
        ({"delay": timedelta(seconds=2)}, [Pause(2), BODY]),
        ({"failure": "reset"}, [Close(reset=True)]),
        ({"failure": "empty"}, [Close()]),
        ({"failure": "hang"}, [Pause(None)]),
        ({"failure": "truncated"}, [BODY[:5], Close()]),
        ({"failure": "reset", "delay": timedelta(seconds=2)}, [Pause(2), Close(reset=True)]),
        ({"drip": Drip(size=4, every=timedelta(seconds=1))}, [b"0123", Pause(1), b"4567", Pause(1), b"89"]),
        (
            {"drip": Drip(size=4, every=timedelta(seconds=1)), "failure": "truncated"},
            [b"0123", Pause(1), b"4", Close()],
        ),
        ({"drip": Drip(size=0, every=timedelta(seconds=1)), "failure": "truncated"}, None),
    ],
    ids=str,
)
def test_a_slow_or_broken_reply_is_a_script(how, steps) -> None:
    played = list(script(BODY, **how))

    assert played == steps if steps is not None else len(played) == 5 + 4 + 1


def test_a_broken_reply_is_left_to_the_server_that_lends_its_socket() -> None:
    class Left(BaseException):
        pass

    played = []

    def play(steps):
        played.extend(steps)
        raise Left

    with pytest.raises(Left):
        sent(Reply(body=BODY, failure="empty"), **{"mockdoor.connection": play})

    assert played == [Close()]
