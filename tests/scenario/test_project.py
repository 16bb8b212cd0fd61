"""Promises about mockdoor.yaml: finding it, reading it, and laying it under a scenario."""

from pathlib import Path

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario.project import Project, find_project, load_project, merge_project, parse_project

PATH = Path("mockdoor.yaml")


def said(text):
    with pytest.raises(ScenarioError) as refused:
        parse_project(text, PATH)
    return [f"{one.line}:{one.column}: {one.message}" for one in refused.value.problems]


def test_a_project_says_what_its_commands_take_for_granted(tmp_path):
    (tmp_path / "tests").mkdir()
    path = tmp_path / "mockdoor.yaml"
    path.write_text(
        "scenario: quota\nscenarios: [tests, wechat-busy-once, 'e2e/**/*.yaml']\nprofile: classic\n"
        "target: http://127.0.0.1:1\nreports: {junit: out/r.xml}\naudit: {app: backend}\n"
    )

    assert load_project(path) == Project(
        path=path,
        scenario="quota",
        scenarios=(str(tmp_path / "tests"), "wechat-busy-once", str(tmp_path / "e2e/**/*.yaml")),
        profile="classic",
        target="http://127.0.0.1:1",
        reports={"junit": str(tmp_path / "out/r.xml")},
        audit={"app": "backend"},
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}\n"])
def test_a_project_may_say_nothing(text):
    assert parse_project(text, PATH) == Project(path=PATH)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("scenarois: [x]\n", ["1:1: unknown key 'scenarois'; did you mean 'scenarios'?"]),
        ("profile: clasic\n", ["1:10: 'clasic' is not allowed here; did you mean 'classic'?"]),
        ("reports: {junti: x}\n", ["1:11: unknown key 'junti'; did you mean 'junit'?"]),
        ("scenario: quotta\n", ["1:11: quotta: there is no such file or shipped scenario; did you mean 'quota'?"]),
        ("scenarios: [no/where]\n", ["1:13: no/where: there is no such file or folder"]),
        ("scenarios: tests\n", ["1:12: expected a list, got 'tests'"]),
        ("scenario: 3\nscenarios: []\n", ["2:12: expected at least one entry, got an empty list"]),
        ("- x\n", ["1:1: expected a mapping, got a list"]),
        ("a: 1\n---\nb: 2\n", ["3:1: a project file holds one document; remove the line '---'"]),
        ("profile: docs\nprofile: docs\n", ["2:1: duplicate key 'profile'; it is on line 1 already"]),
        ("apps: [x]\n", ["1:7: expected a mapping, got a list"]),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(text, problems):
    assert said(text) == problems


def test_a_project_is_found_above_up_to_the_repositorys_root(tmp_path):
    inner = tmp_path / "repository" / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "mockdoor.yaml").touch()
    beyond = find_project(inner)
    (tmp_path / "repository" / "mockdoor.yaml").touch()
    at_root = find_project(inner)
    (tmp_path / "repository" / "a" / "mockdoor.yaml").touch()

    assert (beyond, at_root, find_project(inner)) == (None, Path("../../mockdoor.yaml"), Path("../mockdoor.yaml"))


def test_outside_of_a_repository_only_the_folder_itself_counts(tmp_path):
    inner = tmp_path / "a"
    inner.mkdir()
    (tmp_path / "mockdoor.yaml").touch()

    assert (find_project(inner), find_project(tmp_path)) == (None, Path("mockdoor.yaml"))


def test_an_app_is_started_in_its_folder_beside_the_project(tmp_path):
    path = tmp_path / "mockdoor.yaml"

    project = parse_project("apps:\n  a: {start: [x], cwd: server}\n  b: {start: [x]}\n  c: {url: 'http://h'}\n", path)

    assert project.apps == {
        "a": {"start": ["x"], "cwd": str(tmp_path / "server")},
        "b": {"start": ["x"], "cwd": str(tmp_path)},
        "c": {"url": "http://h"},
    }


BELOW = Project(
    path=PATH,
    apps={"backend": {"url": "http://a", "ready": "/x"}, "shop": {"url": "http://s"}},
    audit={"app": "backend", "login": {"path": "/login"}},
)


@pytest.mark.parametrize(
    ("own", "apps", "audit"),
    [
        ({}, BELOW.apps, BELOW.audit),
        (
            {"apps": {"backend": {"url": "http://b"}}},
            {"backend": {"url": "http://b", "ready": "/x"}, "shop": {"url": "http://s"}},
            BELOW.audit,
        ),
        ({"apps": {"shop": None}}, {"backend": BELOW.apps["backend"]}, BELOW.audit),
        ({"apps": {"more": {"url": "http://m"}}}, {**BELOW.apps, "more": {"url": "http://m"}}, BELOW.audit),
        ({"audit": {"app": "shop"}}, BELOW.apps, {"app": "shop", "login": {"path": "/login"}}),
    ],
    ids=["nothing", "a field", "a removal", "one more", "audit"],
)
def test_a_scenario_lies_over_its_project(own, apps, audit):
    merged = merge_project(BELOW, {"version": 1, **own})

    assert merged == {"version": 1, "apps": apps, "audit": audit}


@pytest.mark.parametrize("project", [None, Project(path=PATH)], ids=["no project", "an empty one"])
def test_without_anything_below_a_scenario_stays_as_it_is(project):
    own = {"version": 1, "steps": []}

    assert merge_project(project, own) == own
