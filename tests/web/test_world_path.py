"""Promises about where worlds and personas live in a URL."""

from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.control.worlds import open_world
from emulator.scenario.model import Persona, Scenario
from emulator.web.world_path import SIGNED_IN, WORLD, NotMounted, choose_world, raw_target

MAIN = open_world(
    Scenario(name="test", personas={name: Persona(name=name) for name in ("alice", "小明")}),
    wall=lambda: datetime(2026, 1, 1, tzinfo=UTC),
)


def environ_of(target: str, path: str | None = None) -> dict[str, Any]:
    shown = (target.partition("?")[0] if path is None else path).encode().decode("latin-1")
    return {"PATH_INFO": shown, "SCRIPT_NAME": "", "QUERY_STRING": target.partition("?")[2], "REQUEST_URI": target}


@pytest.mark.parametrize(
    ("target", "path", "script", "rest", "raw", "persona"),
    [
        ("/api/x?a=1", None, "", "/api/x", "/api/x?a=1", None),
        ("/as/alice/api/x?a=%2F", None, "/as/alice", "/api/x", "/api/x?a=%2F", "alice"),
        ("/as/alice", None, "/as/alice", "/", "/", "alice"),
        ("/as/alice?a=1", None, "/as/alice", "/", "/?a=1", "alice"),
        ("/@main/api/x", None, "/@main", "/api/x", "/api/x", None),
        ("/@main/as/alice//x", None, "/@main/as/alice", "//x", "//x", "alice"),
        ("/as/alice/a%20b", "/as/alice/a b", "/as/alice", "/a b", "/a%20b", "alice"),
        ("//as/alice/x", "/as/alice/x", "", "/as/alice/x", "//as/alice/x", None),
        ("/assets", None, "", "/assets", "/assets", None),
    ],
)
def test_prefixes_are_taken_off_the_path(
    target: str, path: str | None, script: str, rest: str, raw: str, persona: str | None
) -> None:
    environ = environ_of(target, path)

    choose_world(environ, {"main": MAIN})

    assert environ[WORLD] is MAIN
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"], raw_target(environ)) == (script, rest, raw)
    assert environ.get(SIGNED_IN) == persona


def test_a_persona_may_have_a_chinese_name() -> None:
    environ = environ_of("/as/%E5%B0%8F%E6%98%8E/sns/jscode2session", "/as/小明/sns/jscode2session")

    choose_world(environ, {"main": MAIN})

    assert (environ[SIGNED_IN], raw_target(environ)) == ("小明", "/sns/jscode2session")


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("/@t1/api/x", "unknown_world", "there is no world 't1'; this server has: main"),
        ("/as/bob/api/x", "unknown_persona", "there is no persona 'bob'; this server has: alice, 小明"),
        ("/as//api/x", "unknown_persona", "there is no persona ''; this server has: alice, 小明"),
    ],
)
def test_a_prefix_that_leads_nowhere_names_what_exists(path: str, error: str, message: str) -> None:
    with pytest.raises(NotMounted) as caught:
        choose_world(environ_of(path), {"main": MAIN})

    assert (caught.value.error, str(caught.value.reason(naming=True))) == (error, message)


def test_an_absolute_target_is_read_from_its_path_on() -> None:
    assert raw_target({"REQUEST_URI": "http://localhost:8000/api/x?a=1", "PATH_INFO": "/api/x"}) == "/api/x?a=1"


def test_without_the_servers_help_the_target_is_put_together_again() -> None:
    assert raw_target({"PATH_INFO": "/a b", "QUERY_STRING": "c=d"}) == "/a%20b?c=d"
