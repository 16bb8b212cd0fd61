"""Promises about worlds that are kept in a file."""

import json
import threading

import pytest

from emulator.control.snapshot import take
from emulator.server.state_file import StateFile, Unreadable
from emulator.web import create_app
from emulator.web.lifecycle import app_state

USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}


@pytest.fixture(name="app")
def fixture_app(world):
    return create_app(world)


def keeper_of(app, path, told=None):
    return StateFile(path, app_state(app).worlds, tell=(told if told is not None else []).append)


def log_in(app, prefix=""):
    return app.test_client(use_cookies=False).post(f"{prefix}/api/login/oauth/access_token", data=USUAL)


def test_a_state_outlives_its_server(app, world, make_world, tmp_path):
    with keeper_of(app, tmp_path / "state.json"):
        log_in(app)
    next_world = make_world()

    found = keeper_of(create_app(next_world), tmp_path / "state.json").load()

    assert (found, take(next_world)) == (True, take(world))


def test_every_world_is_kept(app, make_world, tmp_path):
    app.test_client().post("/_emulator/worlds", json={"name": "t1", "scenario": "quota"})
    with keeper_of(app, tmp_path / "state.json"):
        log_in(app, "/@t1")
    next_app = create_app(make_world())

    keeper_of(next_app, tmp_path / "state.json").load()

    assert next_app.test_client().get("/@t1/_emulator/health").json["scenario"] == "quota"
    assert len(next_app.test_client().get("/@t1/_emulator/journal").json["exchanges"]) == 1


def test_what_serve_keeps_is_what_get_state_tells(app, tmp_path):
    with keeper_of(app, tmp_path / "state.json"):
        log_in(app)

    assert (tmp_path / "state.json").read_bytes() == app.test_client().get("/_emulator/state").data


def test_a_change_is_written_while_the_server_runs(app, tmp_path, monkeypatch):
    written = threading.Event()
    with keeper_of(app, tmp_path / "state.json") as keeper:
        whole = keeper.write
        keeper.write = lambda: (whole(), written.set() if keeper_has_login(tmp_path) else None)
        log_in(app)

        assert written.wait(10)


def keeper_has_login(folder):
    return len(json.loads((folder / "state.json").read_text())["journal"]["exchanges"]) == 1


def test_without_a_file_nothing_changes(app, world, tmp_path):
    before = take(world)

    assert (keeper_of(app, tmp_path / "none.json").load(), take(world)) == (False, before)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"worlds": 1}', '{"format": 1, "worlds": []}'])
def test_a_file_that_is_no_state_is_refused_and_left_alone(app, world, tmp_path, text):
    file, before = tmp_path / "state.json", take(world)
    file.write_text(text)

    with pytest.raises(Unreadable, match=r"state\.json: "):
        keeper_of(app, file).load()

    assert (file.read_text(), take(world)) == (text, before)


def test_a_file_that_cannot_be_written_is_told_once(app, tmp_path):
    told = []
    keeper = keeper_of(app, tmp_path / "gone" / "state.json", told)

    keeper._write_changes()
    keeper._write_changes()

    assert told == [f"mockdoor: {tmp_path}/gone/state.json cannot be written: No such file or directory"]


def test_no_half_written_file_stays_behind(app, tmp_path):
    with keeper_of(app, tmp_path / "state.json"):
        log_in(app)

    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
