import pytest

from emulator.scenario.model import Persona
from emulator.wechat.people import PersonaProfile, describe, draw_avatar, persona_profile

APPID = "wx0123456789abcdef"


def test_a_profile_is_chinese_and_always_the_same(make_world):
    profiles = [persona_profile(make_world().state, "alice") for _ in range(2)]

    assert profiles[0] == profiles[1]
    assert all("\u4e00" <= char <= "\u9fff" for char in profiles[0].nickname + profiles[0].city)
    assert profiles[0].phone.isdigit()


def test_people_and_seeds_differ(make_world):
    world = make_world()

    made = {
        persona_profile(world.state, "alice"),
        persona_profile(world.state, "bob"),
        persona_profile(make_world(seed="x").state, "alice"),
    }

    assert len(made) == 3


def test_the_scenarios_words_win(make_world):
    person = Persona(name="ming", nickname="小明", phone="13800138000", city="广州")

    assert persona_profile(make_world(personas={"ming": person}).state, "ming") == PersonaProfile(
        nickname="小明", phone="13800138000", city="广州"
    )


@pytest.mark.parametrize(("nickname", "initial"), [("小明", "小"), ("<b>", "&lt;")])
def test_the_picture_shows_the_initial(make_world, nickname, initial):
    world = make_world(personas={"ming": Persona(name="ming", nickname=nickname)})

    assert f">{initial}</text>" in draw_avatar(world.state, "ming")


def test_personas_are_listed_over_http(client, world):
    listed = client.get("/_emulator/personas").get_json()["personas"]

    assert [person["name"] for person in listed] == ["visitor", "alice", "bob", "carol"]
    assert listed[1] == describe(world.state, "alice") | {"avatar": "http://localhost/_emulator/avatars/alice.svg"}
    assert listed[0]["openids"] == {APPID: "oGk3T5tIiMFo3SazCO75f0HEiE7Q"}


def test_a_picture_comes_from_the_emulator_itself(client):
    reply = client.get("/_emulator/avatars/alice.svg")

    assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
    assert client.get("/_emulator/avatars/zoe.svg").status_code == 404
