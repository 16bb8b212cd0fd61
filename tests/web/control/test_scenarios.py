"""Becoming another scenario by its name, over the control API."""

import pytest

from emulator.casdoor.user_repository import Users
from emulator.core.errors import ScenarioError
from emulator.scenario import shipped
from emulator.scenario.shelf import Shelf
from emulator.web import create_app
from emulator.web.lifecycle import app_state

LOGIN = "/api/login/oauth/access_token"
FORM = {"tag": "wechat_miniprogram", "client_id": "6825f4f0af45554c8952", "code": "alice", "username": "Alice"}
BUSY = "version: 1\nname: busy\ndescription: WeChat is busy. Try again.\ntags: [retry]\n"


@pytest.fixture(name="files")
def fixture_files(tmp_path):
    """Two scenario files, the second with the name of a shipped one."""
    files = [tmp_path / "mine" / "first.scenario.yaml", tmp_path / "mine" / "quota.scenario.yaml"]
    files[0].parent.mkdir()
    files[0].write_text(BUSY)
    files[1].write_text("version: 1\ndescription: My own quota.\n")
    return files


@pytest.fixture(name="client")
def fixture_client(world, files):
    app = create_app(world)
    app_state(app).scenarios = Shelf(files)
    return app.test_client()


def test_the_files_of_the_server_are_listed_before_the_default_world_and_the_shipped_ones(client):
    client.put("/_emulator/scenario", json={"scenario": "busy"})

    listed = client.get("/_emulator/scenarios").json["scenarios"]

    nothing = {"tags": [], "problems": [], "served": False}
    assert listed[:3] == [
        {
            **nothing,
            "name": "busy",
            "folder": "mine",
            "description": "WeChat is busy. Try again.",
            "tags": ["retry"],
            "own": True,
            "served": True,
        },
        {**nothing, "name": "quota", "folder": "mine", "description": "My own quota.", "own": True},
        {**nothing, "name": "default", "folder": "", "description": "", "own": False},
    ]
    assert sorted(one["name"] for one in listed[3:]) == sorted(set(shipped()) - {"quota"})


@pytest.mark.parametrize("name", ["busy", "default", "invalid-code"])
def test_becoming_another_scenario_resets_the_world(client, world, name):
    client.post(LOGIN, data=FORM)

    told = client.put("/_emulator/scenario", json={"scenario": name})

    assert (told.status_code, told.json["name"], world.state.setting.name) == (200, name, name)
    assert world.state.get(Users).find(("test", "Alice")) is None


def test_a_file_of_the_server_comes_before_a_shipped_one_of_its_name(client):
    assert client.put("/_emulator/scenario", json={"scenario": "quota"}).json["description"] == "My own quota."


def test_an_unknown_name_gets_a_near_miss(client):
    reply = client.put("/_emulator/scenario", json={"scenario": "bussy"})

    assert (reply.status_code, reply.json["message"]) == (400, "there is no scenario 'bussy'; did you mean 'busy'?")


def test_a_file_that_has_become_broken_is_refused_and_the_world_stays(client, world, files):
    files[0].write_text("version: 1\ntags: 3\n")
    client.post(LOGIN, data=FORM)

    reply = client.put("/_emulator/scenario", json={"scenario": "busy"})

    assert (reply.status_code, reply.json["message"].startswith(f"{files[0]}:2:7: ")) == (400, True)
    assert (world.state.setting.name, world.state.get(Users).find(("test", "Alice")) is None) == ("default", False)
    (busy,) = [one for one in client.get("/_emulator/scenarios").json["scenarios"] if one["name"] == "busy"]
    assert busy["problems"] == [reply.json["message"]]


def test_a_file_is_read_again_each_time(client, files):
    client.put("/_emulator/scenario", json={"scenario": "busy"})
    files[0].write_text(BUSY + "personas: {zoe: {nickname: Zoe}}\n")

    told = client.put("/_emulator/scenario", json={"scenario": "busy"}).json

    assert "zoe" in told["personas"]


def test_a_world_can_be_made_from_a_file_of_the_server(client):
    made = client.post("/_emulator/worlds", json={"name": "t1", "scenario": "busy"})

    assert (made.status_code, made.json["scenario"]) == (201, "busy")


def test_two_files_of_one_name_cannot_be_told_apart(files):
    files[1].write_text(BUSY)

    with pytest.raises(ScenarioError) as caught:
        Shelf(files)

    assert str(caught.value) == f"{files[1]}: {files[0]} is named 'busy' too; say another name: in one of them"
