"""Promises about rules of a user's own."""

import re
from pathlib import Path

import pytest

from emulator.audit.canaries import Canaries
from emulator.audit.description import describe
from emulator.audit.evidence import Evidence
from emulator.audit.needs import Circumstances
from emulator.audit.probe import Probe
from emulator.audit.rules.own import OwnRuleError, own_rules
from emulator.audit.rules.registry import RULES
from emulator.audit.verdicts import judge
from emulator.runner.results import Received, Sent

HEAD = "from emulator.audit.rules.registry import Seen, rule\n\n"
TEXTS = 'title="t", why="w", remedy="r"'
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


@pytest.fixture(name="write")
def fixture_write(tmp_path):
    """Write a file of own rules and return its path."""

    def write(text, name="my_rules.py"):
        path = tmp_path / name
        path.write_text(HEAD + text)
        return path

    return write


def refused(path):
    with pytest.raises(OwnRuleError) as caught, own_rules([path]):
        pass
    return str(caught.value).removeprefix(f"{path.parent}/")


def verdicts(path, *, status=200, body="{}"):
    """Hold one plain login against the rules of a file."""
    sent = Sent(method="POST", url="http://127.0.0.1:1/login", path="/login", headers=())
    received = Received(status=status, body=body)
    probe = Probe(
        trouble="none", label="", person="", code="", began=0, ended=1, sent=sent, received=received, outcome="success"
    )
    description = describe({"app": "backend", "login": {"request": {"path": "/login"}, "success": {"status": 200}}})
    evidence = Evidence(
        description=description,
        canaries=Canaries(),
        through_casdoor=False,
        watched=False,
        all_probes=[probe],
        staged=["none"],
    )
    given = Circumstances(
        description=description, through_casdoor=False, watched=False, knows_user=False, has_token=False
    )
    with own_rules([path]) as names:
        return judge([RULES[name] for name in names], evidence, given, skip={})


def test_an_own_rule_finds_and_passes_as_built_in_ones_do(write):
    path = write(
        f'@rule("tokens-expire", "warning", troubles="none", {TEXTS})\n'
        "def check(evidence):\n"
        "    for probe in evidence.logins():\n"
        '        if "expires_in" not in probe.received.body:\n'
        '            yield Seen(key="the reply lacks {what}", probe=probe, params={"what": "expires_in"})\n'
    )

    bad, good = verdicts(path), verdicts(path, body='{"expires_in": 60}')

    assert [(one.rule, one.severity, one.trouble, one.message.en) for one in bad.findings] == [
        ("tokens-expire", "warning", "none", "the reply lacks expires_in")
    ]
    assert (good.findings, good.passed) == ((), {"tokens-expire": ("none",)})


def test_own_rules_are_forgotten_afterwards(write):
    path = write(f'@rule("mine", "info", {TEXTS})\ndef check(evidence):\n    return []\n')
    before = tuple(RULES)

    with own_rules([path]):
        during = tuple(RULES)

    assert (during, tuple(RULES)) == ((*before, "mine"), before)


def test_a_rule_whose_check_raises_is_not_examined_and_leaves_the_others_alone(write):
    path = write(
        f'@rule("broken", "error", {TEXTS})\n'
        "def broken(evidence):\n"
        '    return [1 / 0]\n\n@rule("fine", "error", ' + TEXTS + ")\ndef fine(evidence):\n    return []\n"
    )

    found = verdicts(path)

    assert [(one.rule, one.reason.en) for one in found.not_examined] == [
        ("broken", f"its check raised ZeroDivisionError: division by zero ({path}:5)")
    ]
    assert list(found.passed) == ["fine"]


@pytest.mark.parametrize(
    "yielded", ["'a text'", "Seen(key='{unknown}')", "Seen(key='x', cause='nobody')", "Seen(key=5)"]
)
def test_a_rule_that_yields_what_cannot_be_shown_is_not_examined(write, yielded):
    path = write(f'@rule("odd", "error", {TEXTS})\ndef odd(evidence):\n    return [{yielded}]\n')

    found = verdicts(path)

    assert [one.rule for one in found.not_examined] == ["odd"]
    assert found.findings == ()


MISTAKES = {
    "raises": ("import nothing_of_the_kind\n", "my_rules.py:3: ModuleNotFoundError: No module named"),
    "exits": ("import sys\nsys.exit(0)\n", "my_rules.py:4: SystemExit: 0"),
    "syntax": ("def check(:\n", "my_rules.py:3: invalid syntax"),
    "taken": (
        f'@rule("busy-retried", "info", {TEXTS})\ndef check(evidence):\n    return []\n',
        "my_rules.py:3: ValueError: two rules have the id 'busy-retried'",
    ),
    "nothing": ("", "my_rules.py:1: the file registers no rule"),
    "severity": (
        f'@rule("mine", "fatal", {TEXTS})\ndef check(evidence):\n    return []\n',
        "my_rules.py:3: the rule 'mine' has the severity 'fatal'; allowed: error, warning, info",
    ),
    "trouble": (
        f'@rule("mine", "info", troubles="wechat-dwn", {TEXTS})\ndef check(evidence):\n    return []\n',
        "my_rules.py:3: the rule 'mine' names the unknown trouble 'wechat-dwn'; did you mean 'wechat-down'?",
    ),
    "need": (
        f'@rule("mine", "info", needs=("fone",), {TEXTS})\ndef check(evidence):\n    return []\n',
        "my_rules.py:3: the rule 'mine' names the unknown need 'fone'; did you mean 'phone'?",
    ),
    "texts": (
        '@rule("mine", "info", title="t", why="w")\ndef check(evidence):\n    return []\n',
        "my_rules.py:3: the rule 'mine' has no remedy; give remedy= a text",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_file_with_a_mistake_is_refused_with_file_and_line(write, mistake):
    text, said = MISTAKES[mistake]

    assert refused(write(text)).startswith(said)
    assert "mine" not in RULES


def test_a_file_that_is_missing_is_refused(tmp_path):
    assert refused(tmp_path / "none.py").startswith("none.py: there is no such file")


def test_the_example_of_the_readme_is_a_rule_that_works(tmp_path):
    example = next(one for one in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "@rule" in one)
    path = tmp_path / "my_rules.py"
    path.write_text(example)

    found = verdicts(path)

    assert [(one.rule, one.severity) for one in found.findings] == [("tokens-expire", "warning")]
    assert found.not_examined == ()
