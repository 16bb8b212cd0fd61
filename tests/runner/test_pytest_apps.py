"""Apps under test in pytest, run by pytest itself in a project of its own."""

import json
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ECHO = Path(__file__).parents[1] / "backends" / "echo.py"
SHOP = f"version: 1\napps: {{backend: {{start: {json.dumps([sys.executable, str(ECHO)])}, ready: /health}}}}\n"


@pytest.fixture(name="run")
def fixture_run(pytester):
    """Run pytest on a module beside a scenario whose app is echo.py."""

    def run(module, *words, name="shop.yaml", more=""):
        pytester.makefile(".toml", pyproject='[tool.pytest.ini_options]\nmockdoor_scenario = "shop.yaml"\n')
        (pytester.path / "shop.yaml").write_text(SHOP)
        (pytester.path / name).write_text(SHOP + more)
        if module:
            pytester.makepyfile(test_it=module)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *words)

    return run


def test_an_app_is_started_once_and_each_test_has_a_world_of_its_own(run):
    module = """
import pytest

PIDS = set()

@pytest.mark.parametrize("number", [1, 2])
def test_it(mockdoor, number):
    backend = mockdoor.app("backend")
    PIDS.add(backend.get("/pid").json()["pid"])
    assert backend.get(f"/login?code={mockdoor.login_code('alice')}").json()["errcode"] == 0
    mockdoor.assert_called("wechat.code2session", times=1)
    assert len(PIDS) == 1

def test_a_fault_strikes_the_app(mockdoor):
    mockdoor.fault("wechat.code2session", error=-1)
    assert mockdoor.app("backend").get("/login?code=alice").json() == {"openid": None, "errcode": -1}
"""

    run(module).assert_outcomes(passed=3)


def test_a_reply_has_its_status_headers_json_and_text(run):
    module = """
import pytest

def test_it(mockdoor):
    reply = mockdoor.app("backend").post("/x", json={"a": "小"}, headers={"X-A": "b"})
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json()["body"] == '{"a": "小"}'
    assert '"path": "/x"' in reply.text
    assert mockdoor.app("backend").request("GET", "/nothing").status == 404
    with pytest.raises(ValueError, match="a path begins with /, got 'x'"):
        mockdoor.app("backend").get("x")
    with pytest.raises(ValueError, match="unknown app 'backnd'; did you mean 'backend'?"):
        mockdoor.app("backnd")
"""

    run(module).assert_outcomes(passed=1)


def test_an_app_that_died_is_said_so_and_started_again_for_the_next_test(run):
    module = """
import pytest

def test_first(mockdoor):
    with pytest.raises(ConnectionError, match="(?s)backend: GET /die: no reply: empty.*goodbye"):
        mockdoor.app("backend").get("/die")

def test_second(mockdoor):
    assert mockdoor.app("backend").get("/health").status == 200
"""

    run(module).assert_outcomes(passed=2)


def test_a_test_without_apps_starts_none_and_leaves_the_main_world_alone(run):
    module = """
import pytest
from emulator.web.lifecycle import app_state

@pytest.mark.mockdoor(scenario="default.yaml")
def test_it(mockdoor, mockdoor_server):
    assert app_state(mockdoor_server.app).worlds["main"] is not mockdoor.world
    with pytest.raises(ValueError, match="unknown app 'backend'; there are none"):
        mockdoor.app("backend")
"""

    run(module.replace("default.yaml", "wechat-busy-once")).assert_outcomes(passed=1)


def test_a_scenario_file_with_apps_is_a_test(run):
    steps = "steps:\n  - request: {to: backend, path: /login, query: {code: alice}}\n    expect: {json: {errcode: 0}}\n"

    run("", name="x.scenario.yaml", more=steps).assert_outcomes(passed=1)
