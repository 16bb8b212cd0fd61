"""Promises about what a person sees first."""

import pytest

from emulator.cli.banner import banner, language, suggestions
from emulator.scenario.model import scenario_of
from emulator.wechat.personas import Personas

URL = "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "en"),
    ],
    ids=str,
)
def test_the_locale_decides_the_language(environ, expected) -> None:
    assert language(environ) == expected


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_start_says_where_to_point_clients_and_who_is_there(world, spoken) -> None:
    shown = banner(world, URL, language=spoken)

    expected = [f"  CASDOOR_HOSTNAME  {URL}\n", f"{URL}/_emulator/\n", *suggestions(world, URL)]
    people, appid = world.state.get(Personas), next(iter(scenario_of(world.state).miniprograms))
    expected += [f"{name:<10} openid {people.openid(appid, name)}" for name in people.names()]
    assert [one for one in expected if one not in shown] == []


def test_the_chinese_start_ends_its_headings_with_chinese_colons(world) -> None:
    headings = [line for line in banner(world, URL, language="zh").splitlines() if line.endswith((":", "："))]

    assert headings == ["人物：登录 code 就是名字；任何真实的 code 都算 visitor 的：", "试一试："]


def test_the_token_is_shown_only_where_there_is_one(world) -> None:
    assert ("s3cret" in banner(world, URL, token="s3cret"), "Control token" in banner(world, URL)) == (True, False)


def test_the_first_thing_to_try_is_the_docs_pages_login(world) -> None:
    person = next(iter(world.state.get(Personas).names()))

    assert suggestions(world, URL)[0] == (
        f"curl -s {URL}/api/login/oauth/access_token"
        f" -d tag=wechat_miniprogram -d client_id=6825f4f0af45554c8952 -d code={person}"
    )
