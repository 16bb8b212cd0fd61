"""Promises about worlds that are kept in a file."""

import threading
from contextlib import closing

import pytest

from emulator.casdoor.user_repository import Users
from emulator.control.snapshot import dump as snapshot_dump
from emulator.control.snapshot import take
from emulator.server.state_file import StateFile, Unreadable
from emulator.web import create_app
from emulator.web.lifecycle import app_state

USUAL = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice"}


@pytest.fixture(name="app")
def fixture_app(world):
    return create_app(world)


def state_file_of(app, path, told=None):
    return StateFile(path, app_state(app).worlds, report=(told if told is not None else []).append)


def log_in(app, prefix=""):
    return app.test_client(use_cookies=False).post(f"{prefix}/api/login/oauth/access_token", data=USUAL)


def test_a_state_outlives_its_server(app, world, make_world, tmp_path):
    with state_file_of(app, tmp_path / "state.json"):
        log_in(app)
    next_world = make_world()

    found = state_file_of(create_app(next_world), tmp_path / "state.json").load()

    assert (found, take(next_world)) == (True, take(world))


def test_every_world_is_kept(app, make_world, tmp_path):
    app.test_client().post("/_emulator/worlds", json={"name": "t1", "scenario": "quota"})
    with state_file_of(app, tmp_path / "state.json"):
        log_in(app, "/@t1")
    next_app = create_app(make_world())

    state_file_of(next_app, tmp_path / "state.json").load()

    assert next_app.test_client().get("/@t1/_emulator/health").json["scenario"] == "quota"
    assert len(next_app.test_client().get("/@t1/_emulator/journal").json["exchanges"]) == 1


def test_what_serve_keeps_is_what_get_state_tells(app, tmp_path):
    with state_file_of(app, tmp_path / "state.json"):
        log_in(app)

    assert (tmp_path / "state.json").read_bytes() == app.test_client().get("/_emulator/state").data


def test_a_change_is_in_the_file_before_the_server_ends(app, world, make_world, tmp_path):
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        log_in(app)
        state_file.write_changes()
        log_in(app)
        state_file.write_changes()
        (tmp_path / "after-a-crash.json").write_bytes((tmp_path / "state.json").read_bytes())
        next_world = make_world()

        state_file_of(create_app(next_world), tmp_path / "after-a-crash.json").load()

        assert take(next_world) == take(world)


def test_the_watching_thread_writes_changes_by_itself(app, tmp_path):
    written = threading.Event()
    state_file = state_file_of(app, tmp_path / "state.json")
    whole = state_file.write_changes
    state_file.write_changes = lambda: (whole(), written.set() if (tmp_path / "state.json").exists() else None)
    with state_file:
        log_in(app)

        assert written.wait(10)


@pytest.mark.parametrize(
    "change",
    [
        lambda client: client.post("/_emulator/reset"),
        lambda client: client.put("/_emulator/scenario", json={"scenario": "quota"}),
        lambda client: client.put("/_emulator/profile", json={"profile": "classic"}),
        lambda client: client.put("/_emulator/clock", json={"at": "2026-02-01T00:00:00Z"}),
        lambda client: client.delete("/_emulator/journal"),
        lambda client: client.put("/_emulator/personas/zoe", json={"nickname": "Zoe"}),
        lambda client: client.post("/_emulator/faults", json={"at": "casdoor.login", "http": 503}),
        lambda client: client.post("/_emulator/worlds", json={"name": "t2"}),
        lambda client: client.delete("/_emulator/worlds/t1"),
        lambda client: client.post("/@t1/_emulator/login-codes"),
        lambda client: refresh(client),
    ],
    ids=("reset", "scenario", "profile", "clock", "journal", "persona", "fault", "made", "gone", "code", "refresh"),
)
def test_each_kind_of_change_is_a_line_that_is_read_again(app, make_world, tmp_path, change):
    client = app.test_client(use_cookies=False)
    client.post("/_emulator/worlds", json={"name": "t1"})
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        log_in(app)
        state_file.write_changes()
        base = (tmp_path / "state.json").read_bytes()
        assert change(client).status_code < 300
        state_file.write_changes()
        (tmp_path / "after-a-crash.json").write_bytes((tmp_path / "state.json").read_bytes())
    next_app = create_app(make_world())

    state_file_of(next_app, tmp_path / "after-a-crash.json").load()

    kept = (tmp_path / "after-a-crash.json").read_bytes()
    assert kept.startswith(base)
    assert len(kept) > len(base)
    assert {name: take(one) for name, one in app_state(next_app).worlds.items()} == {
        name: take(one) for name, one in app_state(app).worlds.items()
    }


def refresh(client):
    token = client.post("/api/login/oauth/access_token", data=USUAL).json["refresh_token"]
    form = {"grant_type": "refresh_token", "client_id": USUAL["client_id"], "refresh_token": token}
    return client.post("/api/login/oauth/refresh_token", data=form)


def test_a_change_costs_what_changed(app, make_world, tmp_path):
    client = app.test_client(use_cookies=False)
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        for number in range(300):
            client.post("/api/login/oauth/access_token", data=USUAL | {"username": f"u{number}"})
        state_file.write_changes()
        before = (tmp_path / "state.json").stat().st_size
        log_in(app)
        state_file.write_changes()

        grown = (tmp_path / "state.json").stat().st_size - before

    assert 0 < grown < before / 50


def test_rows_stand_in_their_order_after_a_restart(app, world, make_world, tmp_path):
    client = app.test_client(use_cookies=False)
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        user = world.state.get(Users).all()[0]
        log_in(app)
        state_file.write_changes()
        codes = [client.post("/_emulator/login-codes").json["code"] for _ in range(2)]
        client.post("/api/login/oauth/access_token", data=USUAL | {"code": codes[0]})
        world.state.get(Users).delete(user.owner, user.name)
        world.state.get(Users).create(lambda: user)
        state_file.write_changes()
        (tmp_path / "after-a-crash.json").write_bytes((tmp_path / "state.json").read_bytes())
    next_world = make_world()

    state_file_of(create_app(next_world), tmp_path / "after-a-crash.json").load()

    assert take(next_world) == take(world)


@pytest.mark.parametrize("cut", [-4, -5, -6])
def test_a_line_that_a_crash_cut_inside_a_character_is_left_out(app, make_world, tmp_path, cut):
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        state_file.write()
        before = (tmp_path / "state.json").read_bytes()
    line = '{"world": "main", "changes": "佐伊"}'.encode()
    (tmp_path / "state.json").write_bytes(before + line[:cut])
    next_world = make_world()

    state_file_of(create_app(next_world), tmp_path / "state.json").load()

    assert snapshot_dump(take(next_world)).encode() == before


def test_a_line_that_a_crash_cut_short_is_left_out(app, world, make_world, tmp_path):
    file = tmp_path / "state.json"
    with closing(state_file_of(app, file)) as state_file:
        log_in(app)
        state_file.write_changes()
        known = take(world)
        log_in(app)
        state_file.write_changes()
        cut = file.read_bytes()[:-20]
    file.write_bytes(cut)
    next_world = make_world()

    state_file_of(create_app(next_world), file).load()

    assert take(next_world) == known


@pytest.mark.parametrize("line", ["nonsense", "[]", "{}", '{"world": "main"}', '{"world": "main", "changes": {}}'])
def test_a_damaged_line_in_the_middle_is_refused_with_its_number(app, make_world, tmp_path, line):
    file = tmp_path / "state.json"
    with state_file_of(app, file):
        log_in(app)
    lines = file.read_text().count("\n")
    file.write_text(file.read_text() + f"{line}\n\n")

    with pytest.raises(Unreadable, match=rf"state\.json:{lines + 1}: "):
        state_file_of(create_app(make_world()), file).load()


def test_a_second_server_on_the_same_file_is_refused(app, make_world, tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "state.json")
    first, second = (
        state_file_of(one, tmp_path / name)
        for one, name in ((app, "state.json"), (create_app(make_world()), "link.json"))
    )
    first.load()

    with pytest.raises(
        Unreadable, match=r"link\.json: another mockdoor serves from this file; stop it first, or name another file$"
    ):
        second.load()

    first.close()
    assert second.load() is False
    second.close()


def test_a_symbolic_link_stays_one(app, tmp_path):
    (tmp_path / "link.json").symlink_to(tmp_path / "state.json")

    with state_file_of(app, tmp_path / "link.json"):
        log_in(app)

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "state.json").read_bytes() == app.test_client().get("/_emulator/state").data


def test_changes_that_outgrow_the_rest_become_one_state_again(app, tmp_path, monkeypatch):
    monkeypatch.setattr("emulator.server.state_file.MIN_COMPACTION", 1)
    with closing(state_file_of(app, tmp_path / "state.json")) as state_file:
        state_file.write()
        sizes = []
        for _ in range(40):
            log_in(app)
            state_file.write_changes()
            sizes.append((tmp_path / "state.json").read_text().count('{"world": "main", "changes"'))

    assert max(sizes) > 1
    assert 0 in sizes[1:]


def test_without_a_file_nothing_changes(app, world, tmp_path):
    before = take(world)

    assert (state_file_of(app, tmp_path / "none.json").load(), take(world)) == (False, before)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"worlds": 1}', '{"format": 1, "worlds": []}'])
def test_a_file_that_is_no_state_is_refused_and_left_alone(app, world, tmp_path, text):
    file, before = tmp_path / "state.json", take(world)
    file.write_text(text)

    with pytest.raises(Unreadable, match=r"state\.json: "):
        state_file_of(app, file).load()

    assert (file.read_text(), take(world)) == (text, before)


def test_a_file_that_cannot_be_written_is_told_once(app, tmp_path):
    told = []
    state_file = state_file_of(app, tmp_path / "gone" / "state.json", told)

    state_file._reporting(state_file.write_changes)
    state_file._reporting(state_file.write_changes)

    assert told == [f"mockdoor: {tmp_path}/gone/state.json cannot be written: No such file or directory"]


def test_no_half_written_file_stays_behind(app, tmp_path):
    with state_file_of(app, tmp_path / "state.json"):
        log_in(app)

    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
