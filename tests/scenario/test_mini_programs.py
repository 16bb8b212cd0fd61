"""What a scenario says of mini programs: the apps that are one, and the steps that use them."""

from datetime import timedelta
from pathlib import Path

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario import parse, parse_closed
from emulator.scenario.apps import App
from emulator.scenario.project import parse_project

LOGIN = Path(__file__).parents[1] / "programs" / "login"
HEAD = (
    f"version: 1\napps: {{shop: {{mini_program: {LOGIN.name}}}, backend: {{url: 'http://127.0.0.1:3000'}}}}\nsteps:\n"
)
BESIDE = LOGIN.parent / "x.yaml"


def refused(text):
    with pytest.raises(ScenarioError) as error:
        parse(text, BESIDE)
    return [line.partition("x.yaml:")[2] for line in str(error.value).splitlines() if "x.yaml:" in line]


def test_a_mini_program_is_read_with_everything_that_it_says():
    text = (
        "version: 1\napps:\n"
        "  shop: {mini_program: login, page: pages/me/me, persona: bob, patience: 3s, replace: {'https://a.cn': 'http://b'}}\n"
    )

    assert parse(text, BESIDE).apps == {
        "shop": App(
            name="shop",
            mini_program=LOGIN,
            page="pages/me/me",
            persona="bob",
            patience=timedelta(seconds=3),
            replace={"https://a.cn": "http://b"},
        )
    }


def test_a_step_of_a_mini_program_has_ten_seconds():
    assert parse("version: 1\napps: {shop: {mini_program: login}}\n", BESIDE).apps["shop"].patience == timedelta(
        seconds=10
    )


@pytest.mark.parametrize(
    ("app", "message"),
    [
        ("{mini_program: nowhere}", f"2:29: there is no folder {LOGIN.parent / 'nowhere'}"),
        (
            "{mini_program: .}",
            f"2:29: {LOGIN.parent} holds no app.json; name the folder with app.json or project.config.json",
        ),
        (
            "{mini_program: login, port: 3000}",
            "2:42: 'port' is for an app that is started here; this one is a mini program",
        ),
        (
            "{mini_program: login, replace: {a.cn: x}}",
            "2:52: expected the beginning of an address such as https://api.example.com, got 'a.cn'",
        ),
        (
            "{mini_program: login, replace: {'http://a': '${APP_SHOP_URL}'}}",
            (
                "2:58: unknown name ${APP_SHOP_URL}; allowed: "
                "CASDOOR_ENDPOINT, CASDOOR_HOSTNAME, MOCKDOOR_URL, WECHAT_API_BASE"
            ),
        ),
        ("{start: [x], page: x}", "2:33: 'page' is for a mini program"),
        (
            "{mini_program: login, persona: zoe}",
            "2:45: nobody declared the persona 'zoe'; allowed: alice, bob, carol, visitor",
        ),
    ],
)
def test_a_mistake_in_a_mini_program_is_named_with_its_place(app, message):
    assert refused(f"version: 1\napps: {{shop: {app}}}\n") == [message]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("open: {in: shap}", "4:16: unknown app 'shap'; did you mean 'shop'?"),
        ("open: {in: backend}", "4:16: the app 'backend' is not a mini program; `request: {to: backend, …}` asks it"),
        ("open: {as: zoe}", "4:16: nobody declared the persona 'zoe'; allowed: alice, bob, carol, visitor"),
        ("tap: {in: shop}", "4:10: the step tap takes one of text, selector; got none"),
        ("tap: {text: a, selector: b}", "4:10: the step tap takes one of text, selector; got text and selector"),
        ("refuse: {what: privcy}", "4:20: WeChat asks nothing named 'privcy'; did you mean 'privacy'?"),
        (
            "open: {}\n    capture: {a: 'header:X'}",
            "5:18: 'header:X' captures nothing of a mini program; write $.data.x, $.storage.x or another path below $",
        ),
        (
            "open: {}\n    expect: {status: 200}",
            (
                "5:22: the step open has no 'status'; allowed: console, data, errors, loading, modal, page, query, "
                "requests, storage, text, toast, within"
            ),
        ),
        (
            "request: {path: /}\n    expect: {toast: x}",
            "5:21: 'toast' is what a step of a mini program may expect; this is a step of kind request",
        ),
        (
            "request: {to: shop, path: /}",
            (
                "4:19: the app 'shop' is a mini program; "
                "the steps open, tap, input, choose_avatar, phone_number, allow, refuse use it"
            ),
        ),
    ],
)
def test_a_mistake_in_a_step_is_named_with_its_place(step, message):
    assert refused(f"{HEAD}  - {step}\n") == [message]


def test_a_step_needs_a_mini_program_to_be_declared():
    message = "3:11: the step open uses a mini program; no app is a mini program"

    assert refused("version: 1\nsteps:\n  - open: {}\n") == [message]


def test_a_scenario_from_elsewhere_runs_no_mini_program():
    with pytest.raises(ScenarioError) as error:
        parse_closed(f"version: 1\napps: {{shop: {{mini_program: {LOGIN}}}}}\n")

    assert "2:15: a scenario sent here starts no program; give the app's url" in str(error.value)


def test_a_projects_mini_program_lies_beside_its_file(tmp_path):
    project = parse_project("apps: {shop: {mini_program: src}}\n", tmp_path / "mockdoor.yaml")

    assert project.apps == {"shop": {"mini_program": str(tmp_path / "src")}}
