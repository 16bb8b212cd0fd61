"""The pytest plugin, run by pytest itself in a project of its own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")

LOGIN = """
import json, urllib.request

def login(mockdoor, code):
    form = f"tag=wechat_miniprogram&client_id=6825f4f0af45554c8952&code={code}".encode()
    try:
        with urllib.request.urlopen(f"{mockdoor.url}/api/login/oauth/access_token", form) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
"""


@pytest.fixture(name="run")
def fixture_run(pytester):
    """Run pytest on test modules and files; it finds the plugin by its entry point."""

    def run(*words, ini="", files=None, **modules):
        pytester.makepyfile(helper=LOGIN, **modules)
        pytester.makefile(".toml", pyproject=f"[tool.pytest.ini_options]\n{ini}")
        for name, text in (files or {}).items():
            (pytester.path / name).write_text(text, "utf-8")
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *words)

    return run


def test_the_readmes_example_passes(run):
    (example,) = [text for text in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "import pytest" in text]

    run(test_readme=example).assert_outcomes(passed=2)


def test_each_test_has_a_clean_world_of_its_own(run):
    module = """
import pytest
from emulator.casdoor.user_repository import Users
from emulator.wechat.personas import Personas
from helper import login

@pytest.mark.parametrize("number", [1, 2])
def test_alice_is_new_each_time(mockdoor, number):
    state = mockdoor.world.state
    openid = state.get(Personas).openid("wx0123456789abcdef", "alice")
    assert state.get(Users).find(("test", "wechat-" + openid)) is None
    assert len(mockdoor.journal) == 0
    status, _ = login(mockdoor, mockdoor.login_code("alice"))
    assert status == 200
    mockdoor.fault("wechat.*", error=-1)
    mockdoor.advance("1h")
    assert state.get(Users).find(("test", "wechat-" + openid)) is not None
"""

    run(test_it=module).assert_outcomes(passed=2)


def test_the_handle_drives_and_questions_the_world(run):
    module = """
import pytest
from helper import login

def test_it(mockdoor):
    mockdoor.fault("wechat.code2session", error=-1, times=1)
    code = mockdoor.login_code("alice")
    assert login(mockdoor, code)[0] == 400
    assert login(mockdoor, code)[0] == 200
    mockdoor.advance("5m")
    mockdoor.assert_called("wechat.code2session", times=2)
    mockdoor.assert_called("casdoor.*")
    assert mockdoor.journal[0]["faults"] == ["fault-1"]
    with pytest.raises(AssertionError, match="calls of casdoor.logout: at least 1 expected, 0 found"):
        mockdoor.assert_called("casdoor.logout")
    with pytest.raises(AssertionError, match="calls of casdoor.login: 3 expected, 2 found; seen: 1 × casdoor.login "):
        mockdoor.assert_called("casdoor.login", times=3)
    with pytest.raises(ValueError, match="unknown operation 'casdoor.logn'; did you mean"):
        mockdoor.assert_called("casdoor.logn", times=0)
    mockdoor.reset()
    assert mockdoor.journal == []
    with pytest.raises(ValueError, match="unknown persona 'dave'"):
        mockdoor.login_code("dave")


def test_a_phone_code_is_good_for_the_phone_number(mockdoor):
    import json
    import urllib.request

    query = "grant_type=client_credential&appid=wx0123456789abcdef&secret=" + "0123456789abcdef" * 2
    with urllib.request.urlopen(f"{mockdoor.url}/cgi-bin/token?{query}") as reply:
        token = json.load(reply)["access_token"]
    sent = json.dumps({"code": mockdoor.phone_code("alice")}).encode()
    with urllib.request.urlopen(f"{mockdoor.url}/wxa/business/getuserphonenumber?access_token={token}", sent) as reply:
        assert json.load(reply)["errmsg"] == "ok"
    mockdoor.assert_called("wechat.phone_number", times=1)
"""

    run(test_it=module).assert_outcomes(passed=2)


SHOP = """
version: 1
miniprograms:
  wx0123456789abcdef:
    templates: {ORDER_READY: [thing1]}
"""


def test_the_handle_permits_messages_and_shows_what_was_sent(run):
    module = """
import json
import urllib.request

import pytest
from emulator.wechat.personas import Personas

APPID = "wx0123456789abcdef"

@pytest.fixture
def send(mockdoor):
    query = f"grant_type=client_credential&appid={APPID}&secret=" + "0123456789abcdef" * 2
    with urllib.request.urlopen(f"{mockdoor.url}/cgi-bin/token?{query}") as reply:
        url = f"{mockdoor.url}/cgi-bin/message/subscribe/send?access_token={json.load(reply)['access_token']}"

    def send(persona, text):
        openid = mockdoor.world.state.get(Personas).openid(APPID, persona)
        body = {"touser": openid, "template_id": "ORDER_READY", "data": {"thing1": {"value": text}}}
        with urllib.request.urlopen(url, json.dumps(body).encode()) as reply:
            return json.load(reply)["errcode"]

    return send


def test_a_permit_lets_one_message_through(mockdoor, send):
    assert [mockdoor.permit("bob", template="ORDER_READY").left for _ in range(2)] == [1, 2]
    assert mockdoor.permit(template="ORDER_READY").persona == "visitor"
    assert [send("bob", "1"), send("visitor", "2"), send("bob", "3"), send("bob", "4")] == [0, 0, 0, 43101]
    assert [(one.persona, dict(one.data)) for one in mockdoor.messages()] == [
        ("bob", {"thing1": "1"}), ("visitor", {"thing1": "2"}), ("bob", {"thing1": "3"})
    ]
    assert [one.data["thing1"] for one in mockdoor.messages("bob")] == ["1", "3"]
    assert mockdoor.messages("alice") == []
    mockdoor.reset()
    assert (mockdoor.messages(), send("visitor", "5")) == ([], 40001)


def test_what_is_unknown_is_refused(mockdoor):
    with pytest.raises(ValueError, match="unknown template 'x'; there are: ORDER_READY"):
        mockdoor.permit("bob", template="x")
    with pytest.raises(ValueError, match="unknown persona 'dave'; there are: visitor, alice, bob, carol"):
        mockdoor.permit("dave", template="ORDER_READY")
    with pytest.raises(ValueError, match="unknown persona 'dave'; there are: visitor, alice, bob, carol"):
        mockdoor.messages("dave")
"""

    run(ini="mockdoor_scenario = 'shop.yaml'", files={"shop.yaml": SHOP}, test_it=module).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("ini", "mark", "expected"),
    [
        pytest.param("", "", ("default", "docs"), id="nothing said"),
        pytest.param("", "(scenario='invalid-code', profile='classic')", ("invalid-code", "classic"), id="a marker"),
        pytest.param(
            "mockdoor_scenario = 'quota'\nmockdoor_profile = 'current'", "", ("quota", "current"), id="settings"
        ),
        pytest.param("mockdoor_scenario = 'quota'", "(scenario='own.yaml')", ("own", "docs"), id="a file, and both"),
    ],
)
def test_the_scenario_and_the_profile_can_be_chosen(run, ini, mark, expected):
    module = f"""
import pytest

{f"@pytest.mark.mockdoor{mark}" if mark else ""}
def test_it(mockdoor):
    assert (mockdoor.world.state.setting.name, mockdoor.world.profile) == {expected!r}
"""

    run("--strict-markers", ini=ini, files={"own.yaml": "version: 1\n"}, test_it=module).assert_outcomes(passed=1)


def test_a_wrong_marker_says_what_it_takes(run):
    module = "import pytest\n@pytest.mark.mockdoor(scenari='x')\ndef test_it(mockdoor): pass\n"

    result = run(test_it=module)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mark.mockdoor takes scenario= and profile=, not scenari*"])


@pytest.mark.parametrize(
    ("ini", "mark"),
    [
        pytest.param("", "@pytest.mark.mockdoor(profile='curent')", id="a marker"),
        pytest.param("mockdoor_profile = 'curent'", "", id="a setting"),
    ],
)
def test_an_unknown_profile_is_refused_at_once(run, ini, mark):
    module = f"import pytest\n{mark}\ndef test_it(mockdoor): pass\n"

    result = run(ini=ini, test_it=module)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no profile 'curent'; allowed: docs, classic, current, *, docs@VERSION*"])


def test_scenario_files_are_tests(run):
    good = "version: 1\nsteps:\n  - login: {as: alice}\n    expect: {status: 200}\n"
    bad = "version: 1\nsteps:\n  - note: x\n  - login: {as: alice}\n    expect: {status: 500}\n"
    files = {
        "good.scenario.yaml": good,
        "bad.scenario.yaml": bad,
        "world.scenario.yaml": "version: 1\n",
        "odd.scenario.yaml": "version: 1\nstpes: []\n",
        "other.yaml": "version: 1\nsteps: []\n",
    }

    result = run("--continue-on-collection-errors", files=files)

    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*odd.scenario.yaml:2:1: unknown key 'stpes'; did you mean 'steps'?",
            "*bad.scenario.yaml:4: login as alice",
            "*expected 500",
            "*actual   200",
            "*journal*",
            '*"operation": "casdoor.login"*',
        ]
    )


def test_workers_do_not_see_each_other(run):
    module = """
import pytest
from helper import login

@pytest.mark.parametrize("number", range(8))
def test_it(mockdoor, number):
    assert login(mockdoor, "alice")[0] == 200
    mockdoor.assert_called("casdoor.login", times=1)
"""

    run("-n", "2", test_it=module).assert_outcomes(passed=8)


def test_a_bug_of_the_emulator_fails_the_test_that_met_it(run):
    module = """
import urllib.request, urllib.error
from emulator.casdoor.repositories import Organizations

def test_it(mockdoor):
    del mockdoor.world.state.get(Organizations)._rows
    try:
        urllib.request.urlopen(mockdoor.url + "/api/get-user?id=test/boss")
    except urllib.error.HTTPError as error:
        error.close()
"""

    result = run(test_it=module)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*a bug in the emulator, not in your request: AttributeError in casdoor.get_user*"])


def test_a_project_that_does_not_use_the_plugin_imports_nothing_of_the_emulator():
    code = (
        "import sys, pytest; before = set(sys.modules); import emulator.pytest_plugin;"
        "print(sorted(set(sys.modules) - before))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['emulator', 'emulator.pytest_plugin']"
