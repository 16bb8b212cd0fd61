"""Mistakes in the audit of a scenario, each found with line, column and what is allowed."""

from pathlib import Path

import pytest

from emulator.audit.file import load_audit, login_line
from emulator.core.errors import ScenarioError
from emulator.scenario import load, parse

GOOD = """\
version: 1
apps:
  backend: {url: "http://127.0.0.1:3000"}
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}"}}
    success: {status: 200}
    logged_in: {path: /me, headers: {Authorization: "Bearer ${token}"}}
"""
#: What replaces what in the good file, and what is said then.
MISTAKES = {
    "app": ("app: backend", "app: backnd", "5:8: unknown app 'backnd'; did you mean 'backend'?"),
    "no code": ("${code}", "code", "7:5: the login request carries no ${code}; write it where"),
    "a name of the login": ('"${code}"', '"${code} ${cod}"', "7:56: unknown name ${cod}; did you mean 'code'?"),
    "a name of logged_in": ("${token}", "${code}", "9:53: unknown name ${code}; allowed: token"),
    "a call without path": ("{path: /me, ", "{", "9:5: missing key 'path'"),
    "another app": ("{method: POST", "{to: backend, method: POST", "7:15: an audit asks the app that 'audit: app'"),
    "matcher": ("{status: 200}", "{json: {a: {$typ: x}}}", "8:26: unknown matcher '$typ'; did you mean '$type'?"),
    "matcher in a list": ("{status: 200}", "[{json: {$regex: '('}}]", "8:23: '(' is not a regular expression"),
    "a program's": ("{status: 200}", "{exit: 0}", "8:15: 'exit' is what a run step may expect"),
    "skip": ("  login:", "  skip: {busy-retrid: x}\n  login:", "6:10: unknown rule 'busy-retrid'; did you mean"),
    "rules": ("  login:", "  rules: [none.py]\n  login:", "6:11: there is no file 'none.py'"),
    "key": ("success", "sucess", "7:5: missing key 'success'"),
}


def problems(text, path=Path("x.yaml")):
    with pytest.raises(ScenarioError) as caught:
        parse(text, path)
    return [f"{one.line}:{one.column}: {one.message}" for one in caught.value.problems]


def test_a_good_audit_has_no_mistake():
    assert parse(GOOD, Path("x.yaml")).audit["app"] == "backend"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_where_it_stands(mistake):
    good, bad, said = MISTAKES[mistake]
    assert good in GOOD

    found = problems(GOOD.replace(good, bad))

    assert [one for one in found if one.startswith(said)], found


def test_a_rule_of_a_file_of_own_rules_may_be_skipped(tmp_path):
    (tmp_path / "mine.py").write_text("")
    text = GOOD.replace("  login:", "  skip: {mine: x}\n  rules: [mine.py]\n  login:")

    assert parse(text, tmp_path / "x.yaml").audit["skip"] == {"mine": "x"}


def test_a_name_that_a_login_captures_is_known_to_its_session():
    text = GOOD.replace("${token}", "${mine}").replace("    success", '    capture: {mine: "$.a"}\n    success')

    assert parse(text, Path("x.yaml")).audit["app"] == "backend"


def test_a_mistake_of_an_extended_file_shows_that_file(tmp_path):
    (tmp_path / "base.yaml").write_text(GOOD.replace("${code}", "code"))
    (tmp_path / "x.yaml").write_text("version: 1\nextends: base.yaml\n")

    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "x.yaml")

    assert [(one.path.name, one.line) for one in caught.value.problems] == [("base.yaml", 7)]


def test_the_login_line_is_that_of_its_key(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(GOOD)

    assert login_line(load_audit(path, addresses={})) == 6
