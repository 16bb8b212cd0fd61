"""A mini program in a scenario: its folder runs in Node, its logins are played."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from emulator.js.installation import SOURCE, NotInstalled, dependencies_folder, find_node, find_runtime
from emulator.runner.reports.explain import explain
from emulator.runner.run import run_paths
from emulator.runner.selection import Choice

TESTS = Path(__file__).parents[1]
LOGIN = TESTS / "programs" / "login"


def _lacking():
    try:
        find_node()
        find_runtime()
    except NotInstalled as error:
        return f"{error} (in a checkout: npm ci --prefix emulator/js)"
    return ""


needs_node = pytest.mark.skipif(bool(_lacking()), reason=_lacking())


@pytest.fixture(name="play")
def fixture_play(tmp_path):
    """Run steps with the mini program `shop` and a backend; returns the case."""

    def play(steps, *, more="", backend=False):
        start = json.dumps([sys.executable, str(TESTS / "backends" / "echo.py")])
        (tmp_path / "x.scenario.yaml").write_text(
            "version: 1\nclock: 2026-01-01T08:00:00Z\n"
            "miniprograms: {wx0123456789abcdef: {templates: {template: [thing1]}}}\napps:\n"
            + (f"  backend: {{start: {start}, ready: /health}}\n" if backend else "")
            + f"  shop: {{mini_program: {json.dumps(str(LOGIN))}{more}}}\nsteps:\n{steps}",
            "utf-8",
        )
        (suite,) = run_paths([str(tmp_path / "x.scenario.yaml")], Choice()).suites
        assert suite.problems == ()
        (case,) = suite.cases
        return case

    return play


def said(case):
    """Return what the case's last step says: its message and what differs."""
    step = next(step for step in reversed(case.steps) if not step.not_run)
    return step.status, step.message, [(one.at, one.expected, one.actual) for one in step.mismatches]


REPLACED = ', replace: {"https://api.example.com": "${APP_BACKEND_URL}"}'
WHOLE_LOGIN = """
  - open: {as: alice}
    expect: {page: /pages/login/login, text: {$contains: 请登录}}
  - tap: {text: 登 录}
    expect:
      page: pages/me/me
      toast: 登录成功
      storage: {openid: {$regex: "^o"}}
      requests: [{url: "https://api.example.com/login", method: GET, status: 200, data: {code: {$any: true}}}]
    capture: {openid: $.storage.openid}
  - verify: {operation: wechat.code2session, count: 1}
"""


@needs_node
def test_a_mini_program_logs_in_at_the_backend_under_test(play):
    case = play(WHOLE_LOGIN, more=REPLACED, backend=True)

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_diagram_shows_what_the_backend_called_for_the_mini_program(play):
    case = play(WHOLE_LOGIN, more=REPLACED, backend=True)

    lines = [" ".join(line.split()) for line in explain(case).splitlines()]
    assert lines[2:4] == ["2. tap 登 录", "3. backend --> WeChat GET /sns/jscode2session"]


@needs_node
def test_a_fault_of_wechat_reaches_the_mini_program_through_the_backend(play):
    steps = """
  - fault: {at: wechat.code2session, error: 40029}
  - open: {as: alice}
  - tap: {selector: "#login"}
    expect: {storage: {openid: {$regex: "^o"}}, within: 0s}
"""

    status, _, mismatches = said(play(steps, more=REPLACED, backend=True))

    assert (status, [at for at, _, _ in mismatches]) == ("failed", ["storage.openid"])


@needs_node
def test_a_phone_number_is_shared_or_refused(play):
    case = play("""
  - open: {}
  - phone_number: {allow: false}
    expect: {data: {phone: "getPhoneNumber:fail user deny"}}
  - phone_number: {}
    expect: {data: {phone: shared}}
""")

    assert said(case) == ("passed", "", [])


@needs_node
def test_an_avatar_and_a_nickname_are_sent_with_the_form(play, tmp_path):
    (tmp_path / "face.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    case = play("""
  - open: {page: pages/me/me}
  - choose_avatar: {file: face.png}
    expect: {data: {avatar: {$regex: "^http"}}}
  - input: {name: nickname, value: 小明}
  - input: {placeholder: 请输入昵称, value: 小红}
  - tap: {text: 保存}
    expect: {data: {saved: 小红 有头像}}
""")

    assert said(case) == ("passed", "", [])


@needs_node
@pytest.mark.parametrize(("answer", "left", "news"), [("allow", "true", "accept"), ("refuse", "false", "reject")])
def test_what_wechat_asks_is_answered_as_the_scenario_says(play, answer, left, news):
    case = play(f"""
  - {answer}: {{what: [modal, messages]}}
  - open: {{}}
  - tap: {{text: 退出}}
    expect: {{modal: {{title: 退出}}, data: {{left: {left}}}}}
  - tap: {{text: News}}
    expect: {{data: {{news: {news}}}}}
""")

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_refused_privacy_agreement_keeps_the_phone_number_back(play):
    case = play("""
  - refuse: {what: privacy}
  - open: {}
  - phone_number: {}
    expect: {data: {phone: {$regex: "^getPhoneNumber:fail privacy"}}}
  - allow: {what: privacy}
""")

    assert [step.status for step in case.steps] == ["passed", "passed", "passed", "error"]
    message = "privacy is answered before the mini program opens; put this step before its `open`"
    assert said(case) == ("error", message, [])


@needs_node
def test_the_persona_and_page_of_the_app_are_where_it_opens(play):
    case = play(
        """
  - open: {}
    expect: {page: pages/me/me}
  - open: {as: alice, page: pages/login/login}
  - open: {page: pages/me/me}
  - tap: {text: 保存}
    expect: {data: {saved: " 无头像"}}
""",
        more=", persona: bob, page: pages/me/me",
    )

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_later_step_works_with_a_program_that_was_ended(play):
    case = play(
        """
  - open: {}
  - tap: {text: Endless}
finally:
  - open: {}
    expect: {page: pages/login/login}
""",
        more=", patience: 1s",
    )

    assert [step.status for step in case.steps] == ["passed", "failed", "passed"]


@needs_node
def test_storage_outlives_a_start_and_belongs_to_one_person(play):
    case = play(
        WHOLE_LOGIN
        + """
  - open: {as: bob}
    expect: {storage: {openid: {$absent: true}}}
  - open: {as: alice}
    expect: {page: pages/login/login, storage: {openid: "${openid}"}}
""",
        more=REPLACED,
        backend=True,
    )

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_page_is_given_the_query_as_a_link_holds_it(play):
    case = play("""
  - open: {page: pages/login/login, query: {from: 首页, number: 3}, scene: 1011}
    expect:
      query: {from: "%E9%A6%96%E9%A1%B5", number: "3"}
      console: [{level: log, text: launched from scene 1011}]
  - open: {page: /pages/me/me, query: {from: a&b}}
    expect: {page: pages/me/me, query: {from: "a%26b"}}
""")

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_missing_text_is_named_with_the_nearest_one_and_the_page(play):
    case = play("  - open: {}\n  - tap: {text: 退 出}\n")

    found = case.steps[-1]
    assert said(case) == ("failed", "shop: the page shows no text '退 出'; did you mean '退出'?", [])
    assert found.output.startswith("page pages/login/login:\n<page>\n  <view.box>\n")
    assert '\ndata: {"hint": "请登录"' in found.output


@needs_node
def test_an_error_that_nothing_caught_fails_its_step_and_shows_the_console(play):
    case = play("  - open: {}\n  - tap: {text: Broken}\n")

    status, _, ((at, expected, actual),) = said(case)
    assert (status, at, expected) == ("failed", "errors", "none")
    assert "Cannot read properties of undefined (reading 'token')" in actual
    assert "console:\nlog: about to break" in case.steps[-1].output


@needs_node
def test_an_error_may_be_expected(play):
    case = play("  - open: {}\n  - tap: {text: Broken}\n    expect: {errors: {$length: 1}}\n")

    assert said(case) == ("passed", "", [])


@needs_node
def test_a_handler_without_an_end_is_stopped_and_named_with_its_line(play):
    case = play("  - open: {}\n  - tap: {text: Endless}\n", more=", patience: 1s")

    line = (LOGIN / "pages/login/login.js").read_text("utf-8").partition("for (let turn")[0].count("\n") + 1
    message = (
        f"shop: endless loops without an end, at pages/login/login.js:{line}; it was ended after 1s, its `patience`"
    )
    assert said(case) == ("failed", message, [])


@needs_node
def test_a_page_that_is_not_there_is_named_with_those_that_are(play):
    case = play("  - open: {page: pages/nowhere}\n")

    message = "shop: app.json: there is no page pages/nowhere; pages: pages/login/login, pages/me/me"
    assert said(case) == ("failed", message, [])


@needs_node
def test_a_step_before_open_says_so(play):
    case = play("  - tap: {text: x}\n")

    assert said(case) == ("failed", "shop: it is not open; a step `open` comes first", [])


def test_without_node_a_step_says_what_to_install(play, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    case = play("  - open: {}\n")

    message = (
        "shop: there is no program 'node' on PATH; install Node 18 or later, then run `mockdoor mini-program install`"
    )
    assert said(case) == ("error", message, [])


def test_sources_are_copied_beside_the_installed_dependencies(monkeypatch, tmp_path):
    """As from a wheel, whose folder has no node_modules and may be read-only."""
    monkeypatch.setenv("MOCKDOOR_HOME", str(tmp_path / "home"))
    wheel = tmp_path / "wheel"
    shutil.copytree(SOURCE, wheel, ignore=shutil.ignore_patterns("node_modules"))
    with pytest.raises(NotInstalled, match="run `mockdoor mini-program install`, once"):
        find_runtime(wheel)
    dependencies_folder(wheel).mkdir(parents=True)
    (dependencies_folder(wheel) / "node_modules").mkdir()

    found = find_runtime(wheel)

    assert found.parent == dependencies_folder(wheel)
    assert (found / "src" / "host.mjs").read_bytes() == (wheel / "src" / "host.mjs").read_bytes()
    assert find_runtime(wheel) == found
