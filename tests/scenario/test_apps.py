"""What a scenario says of the apps under test: design.md 11."""

from datetime import timedelta
from pathlib import Path

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario import load, parse, parse_closed
from emulator.scenario.apps import App

STARTED = """version: 1
vars: {mode: test}
apps:
  backend:
    start: [python, server.py, --port, "${PORT}"]
    cwd: server
    env: {MODE: "${mode}", NUMBER: 1}
    port: 3000
    ready: /health
    patience: 5s
"""


def refused(text):
    with pytest.raises(ScenarioError) as error:
        parse("version: 1\n" + text, Path("x.yaml"))
    return [line for line in str(error.value).splitlines() if line.startswith("x.yaml")]


def test_an_app_is_read_with_everything_that_it_says():
    scenario = parse(STARTED, Path("folder/x.yaml"))

    assert scenario.apps == {
        "backend": App(
            name="backend",
            start=("python", "server.py", "--port", "${PORT}"),
            cwd=Path("folder/server"),
            env={"MODE": "${mode}", "NUMBER": "1"},
            port=3000,
            ready="/health",
            patience=timedelta(seconds=5),
        )
    }
    assert (scenario.apps["backend"].path, scenario.apps["backend"].line) == (Path("folder/x.yaml"), 4)


def test_an_app_that_runs_already_has_an_address_alone():
    scenario = parse("version: 1\napps: {shop: {url: http://127.0.0.1:3000/}}\n", Path("x.yaml"))

    assert scenario.apps == {"shop": App(name="shop", url="http://127.0.0.1:3000")}


def test_apps_merge_field_by_field_and_null_removes(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "base.yaml").write_text(
        "version: 1\napps: {a: {start: [one], port: 1}, b: {start: [two]}, c: {start: [three]}}\n"
    )
    path = tmp_path / "x.yaml"
    own = "apps: {a: {port: 2}, b: null, c: {start: null, url: 'http://127.0.0.1:9'}}\n"
    path.write_text(f"version: 1\nextends: sub/base.yaml\n{own}")

    apps = load(path).apps

    assert apps == {
        "a": App(name="a", start=("one",), port=2, cwd=tmp_path / "sub"),
        "c": App(name="c", url="http://127.0.0.1:9"),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "apps: {b: {}}",
            (
                "x.yaml:2:8: an app has a url, where it runs already, a start, which starts it, or a mini_program, "
                "its folder; got none"
            ),
        ),
        (
            "apps: {b: {url: 'http://h', start: [x]}}",
            (
                "x.yaml:2:8: an app has a url, where it runs already, a start, which starts it, or a mini_program, "
                "its folder; got url and start"
            ),
        ),
        ("apps: {b: {start: []}}", "x.yaml:2:19: expected at least one entry, got an empty list"),
        ("apps: {b: {start: [x], port: 65536}}", "x.yaml:2:30: expected at most 65535, got 65536"),
        (
            "apps: {b: {start: [x], ready: 0}}",
            "x.yaml:2:31: expected a port from 1 to 65535, a path, or a text of its output, got 0",
        ),
        (
            "apps: {b: {url: 'http://h', port: 1}}",
            "x.yaml:2:35: 'port' is for an app that is started here; this one has a url",
        ),
        ("apps: {b: {url: h}}", "x.yaml:2:17: expected an address such as http://127.0.0.1:3000, got 'h'"),
        ("apps: {B_: {start: [x]}}", "x.yaml:2:8: an app's name has up to 40 of a-z 0-9 -, a letter first; got 'B_'"),
        (
            "vars: {mode: x}\napps: {b: {start: [x], env: {M: '${mod}'}}}",
            "x.yaml:3:33: unknown name ${mod}; did you mean 'mode'?",
        ),
        ('apps: {b: {start: ["x\\0"]}}', "x.yaml:2:20: a program's words and variables hold no NUL character"),
        ("apps: {b: {start: [x], env: {'A=B': x}}}", "x.yaml:2:37: 'A=B' is no name of a variable"),
        (
            "apps: {b: {start: [x]}}\nsteps: [{request: {to: bb, path: /}}]",
            "x.yaml:3:24: unknown app 'bb'; did you mean 'b'?",
        ),
        ("steps: [{request: {to: b, path: /}}]", "x.yaml:2:24: unknown app 'b'; there are none"),
        (
            "steps: [{run: {command: [x]}, expect: {status: 200}}]",
            "x.yaml:2:48: a run step has no 'status'; allowed: exit, stderr, stdout, within",
        ),
        (
            "steps: [{request: {path: /}, expect: {exit: 0}}]",
            "x.yaml:2:45: 'exit' is what a run step may expect; this is a step of kind request",
        ),
    ],
)
def test_a_mistake_is_shown_where_it_stands(text, problem):
    assert refused(text) == [problem]


def test_a_text_from_elsewhere_starts_no_program():
    with pytest.raises(ScenarioError) as error:
        parse_closed(STARTED)

    assert "5:5: a scenario sent here starts no program; give the app's url" in str(error.value)


def test_what_is_kept_of_a_file_names_no_app():
    assert "apps" not in parse(STARTED, Path("x.yaml")).document
