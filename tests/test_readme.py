"""The README shows only what really happens."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.hosts import PROXY_PORT, TLS_PORT
from emulator.cli.main import main
from emulator.runner.run import run_paths
from emulator.runner.selection import Choice
from emulator.scenario import parse
from emulator.scenario.project import parse_project

ROOT = Path(__file__).parent.parent
JS_MODULES = ROOT / "emulator" / "js" / "node_modules"
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
CURLS = [
    line for kind, text in BLOCKS if kind == "sh" for line in text.replace("\\\n", " ").splitlines() if "curl" in line
]


def curl(line, base, token):
    """Do what a curl line of the README does."""
    line = line.replace("http://127.0.0.1:8000", base).replace("$TOKEN", token)
    words = [word for word in shlex.split(line, comments=True)[1:] if word != "-s"]
    url, headers, data = words.pop(0), {}, []
    for flag, value in zip(words[::2], words[1::2], strict=True):
        if flag == "-H":
            name, _, text = value.partition(": ")
            headers[name] = text
        else:
            data.append(value)
    body = "&".join(data).encode() if data else None
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as reply:  # POST when there is a body
        return json.load(reply), reply.headers


def test_the_curl_lines_work_one_after_another(running_default):
    with running_default() as base:
        login, headers = curl(CURLS[0], base, "")
        token = login["access_token"]
        account, _ = curl(CURLS[1], base, token)
        update, _ = curl(CURLS[2], base, token)
        changed, _ = curl(CURLS[1], base, token)
        chinese, _ = curl(CURLS[3], base, "")

    assert "login-body" in headers["X-Mockdoor-Note"]
    assert account["data"]["name"] == "Alice"
    assert update["data"] == "Affected"
    assert changed["data"]["displayName"] == "Alice Zhang"
    assert "access_token" in chinese


def test_there_are_no_other_curl_lines():
    assert len(CURLS) == 4


NAIVE = """
import urllib.request
print(urllib.request.urlopen("https://api.weixin.qq.com/sns/jscode2session").read().decode())
"""


def test_code_that_names_its_hosts_runs_as_the_text_says(tmp_path):
    (tmp_path / "naive.py").write_text(NAIVE)
    line = next(line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if "naive.py" in line)
    words = [{"mockdoor": sys.executable, "python": sys.executable}.get(word, word) for word in shlex.split(line)]

    done = subprocess.run(
        [words[0], "-m", "emulator", *words[1:]],
        cwd=tmp_path,
        env=os.environ | {"MOCKDOOR_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(done.stdout)["errcode"] == 41002, done.stderr


def test_the_ports_that_the_text_names_are_the_usual_ones():
    assert f"mockdoor serve --tls {TLS_PORT} --proxy {PROXY_PORT}   # both ports are the usual ones" in README


@pytest.mark.parametrize("command", ["notes", "schema", "profiles", "scenarios"])
def test_commands_that_the_text_names_exist(command):
    assert f"`mockdoor {command}`" in README
    assert CliRunner().invoke(main, [command]).exit_code == 0


def test_the_example_scenario_is_a_good_one(tmp_path):
    text = next(text for kind, text in BLOCKS if kind == "yaml")

    assert parse(text, tmp_path / "my.scenario.yaml").faults[0].times == 1


def test_the_examples_with_steps_pass(tmp_path):
    texts = [text for kind, text in BLOCKS if kind == "yaml" and "\nsteps:" in text and "apps:" not in text]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.scenario.yaml").write_text(text, "utf-8")

    found = run_paths([str(tmp_path)], Choice(strict=True))

    assert len(found.suites) == len(texts) > 1
    assert [suite.problems for suite in found.suites if suite.problems] == []
    assert [case.name for suite in found.suites for case in suite.cases if found.failed(case)] == []


def test_the_backend_under_test_is_started_and_asked_as_the_text_says(tmp_path):
    (text,) = [text for kind, text in BLOCKS if kind == "yaml" and "apps:" in text and "mini_program:" not in text]
    path = tmp_path / "my.scenario.yaml"
    path.write_text(text, "utf-8")
    shutil.copy(ROOT / "tests" / "backends" / "echo.py", tmp_path / "server.py")

    done = CliRunner().invoke(main, ["run", str(path)])

    assert (done.exit_code, done.stdout.startswith("1 passed, 0 failed")) == (0, True), done.stdout


@pytest.mark.skipif(not (shutil.which("node") and JS_MODULES.is_dir()), reason="npm ci --prefix emulator/js")
def test_the_mini_program_and_its_backend_work_as_the_text_says(tmp_path):
    (text,) = [text for kind, text in BLOCKS if kind == "yaml" and "mini_program:" in text]
    path = tmp_path / "my.scenario.yaml"
    path.write_text(text, "utf-8")
    shutil.copy(ROOT / "tests" / "backends" / "echo.py", tmp_path / "server.py")
    shutil.copytree(ROOT / "tests" / "programs" / "login", tmp_path / "miniprogram")

    done = CliRunner().invoke(main, ["run", str(path)])

    assert (done.exit_code, done.stdout.startswith("1 passed, 0 failed")) == (0, True), done.stdout


def test_the_example_project_is_a_good_one(tmp_path):
    (tmp_path / "scenarios").mkdir()
    text = next(text for kind, text in BLOCKS if kind == "yaml" and text.startswith("scenario: "))

    project = parse_project(text, tmp_path / "mockdoor.yaml")

    assert (project.scenario, sorted(project.reports)) == ("wechat-busy-once", ["html", "json", "junit"])


def test_an_audit_shows_what_the_text_shows(tmp_path):
    (shown,) = [text for kind, text in BLOCKS if kind == "text" and "busy-retried" in text]
    path = tmp_path / "login.audit.yaml"
    CliRunner().invoke(main, ["init", "--audit", str(path)])
    started = path.read_text("utf-8").replace("[python, server.py]", f"[{sys.executable}, rude.py, good]")
    path.write_text("".join(line for line in started.splitlines(keepends=True) if "logged_in" not in line), "utf-8")
    shutil.copy(ROOT / "tests" / "backends" / "rude.py", tmp_path)

    done = CliRunner().invoke(main, ["audit", str(path), "--only", "busy-retried"], env={"LC_ALL": "C"})

    assert done.stdout.startswith(shown), done.stdout + done.stderr


def test_a_comparison_shows_what_the_text_shows(running_default, tmp_path, monkeypatch):
    (shown,) = [text for kind, text in BLOCKS if kind == "text" and "target:" in text]
    monkeypatch.chdir(tmp_path)
    steps = "steps:\n\n  - request: {path: /.well-known/openid-configuration}\n"
    (tmp_path / "my.scenario.yaml").write_text(f"version: 1\n{steps}", "utf-8")

    with running_default(profile="classic") as url:
        done = CliRunner().invoke(main, ["compare", "--target", url, "--profile", "current", "my.scenario.yaml"])

    assert textwrap.indent(shown, "  ") in done.stdout, done.stdout


def test_the_list_of_scenarios_is_fresh():
    done = subprocess.run([sys.executable, ROOT / "tests" / "readme.py", "--check"], check=False)

    assert done.returncode == 0, "run: python tests/readme.py"


def test_both_set_up_commands_stand_first_and_serve_the_chinese_too():
    commands = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]

    assert commands[0].endswith("mockdoor serve")
    assert commands[1].endswith("pytest")
    assert commands.count(commands[0]) == 2


@pytest.mark.parametrize("path", re.findall(r"`(?:GET|POST|PUT) ([a-z_./-]+)", README))
def test_control_calls_that_the_text_names_exist(client, path):
    reply = client.open(f"/_emulator/{path.removeprefix('/_emulator/')}", method="PATCH")

    assert reply.status_code == 405


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on this machine")
def test_the_javascript_logs_in_under_node(running_default, tmp_path):
    (script,) = [text for kind, text in BLOCKS if kind == "js"]
    with running_default() as url:
        with urllib.request.urlopen(f"{url}/_emulator/wx.js") as reply:
            (tmp_path / "wx.js").write_bytes(reply.read())
        (tmp_path / "try.js").write_text(script.replace("http://127.0.0.1:8000", url), "utf-8")
        done = subprocess.run(["node", "try.js"], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert re.fullmatch(r"[0-9A-Za-z]{32}\n", done.stdout)
