import pytest

from emulator.scenario.model import Persona
from emulator.wechat.people import Profile, describe, draw_avatar, profile_of

APPID = "wx0123456789abcdef"


def test_a_profile_is_chinese_and_always_the_same(make_world):
    profiles = [profile_of(make_world(), "alice") for _ in range(2)]

    assert profiles[0] == profiles[1]
    assert all("\u4e00" <= char <= "\u9fff" for char in profiles[0].nickname + profiles[0].city)
    assert profiles[0].phone.isdigit()


def test_people_and_seeds_differ(make_world):
    world = make_world()

    made = {profile_of(world, "alice"), profile_of(world, "bob"), profile_of(make_world(seed="x"), "alice")}

    assert len(made) == 3


def test_the_scenarios_words_win(make_world):
    person = Persona(name="ming", nickname="小明", phone="13800138000", city="广州")

    assert profile_of(make_world(personas={"ming": person}), "ming") == Profile(
        nickname="小明", phone="13800138000", city="广州"
    )


@pytest.mark.parametrize(("nickname", "initial"), [("小明", "小"), ("<b>", "&lt;")])
def test_the_picture_shows_the_initial(make_world, nickname, initial):
    world = make_world(personas={"ming": Persona(name="ming", nickname=nickname)})

    assert f">{initial}</text>" in draw_avatar(world, "ming")


def test_personas_are_listed_over_http(client, world):
    listed = client.get("/_emulator/personas").get_json()["personas"]

    assert [person["name"] for person in listed] == ["visitor", "alice", "bob", "carol"]
    assert listed[1] == describe(world, "alice") | {"avatar": "http://localhost/_emulator/avatars/alice.svg"}
    assert listed[0]["openids"] == {APPID: "oGk3T5tIiMFo3SazCO75f0HEiE7Q"}


def test_a_picture_comes_from_the_emulator_itself(client):
    reply = client.get("/_emulator/avatars/alice.svg")

    assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
    assert client.get("/_emulator/avatars/zoe.svg").status_code == 404
