"""`${…}`: the environment, invented values, `--var`, and the characters themselves."""

import pytest

from emulator.runner.run import run_paths
from emulator.runner.selection import Choice


def notes(case):
    return [step.note for step in case.steps]


def test_a_variable_of_the_environment_is_looked_up(play, monkeypatch):
    monkeypatch.setenv("SHOP", "tea")

    case = play('vars: {where: "${env.SHOP}s"}\nsteps:\n  - note: "${env.SHOP} ${where}"\n')

    assert notes(case) == ["tea teas"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'steps:\n  - note: "${env.MOCKDOOR_NOWHERE}"\n',
            "${env.MOCKDOOR_NOWHERE} has no value: the environment has no variable MOCKDOOR_NOWHERE",
        ),
        (
            'vars: {a: "${env.MOCKDOOR_NOWHERE}"}\nsteps:\n  - note: x\n',
            "a: ${env.MOCKDOOR_NOWHERE} has no value: the environment has no variable MOCKDOOR_NOWHERE",
        ),
    ],
)
def test_a_missing_variable_of_the_environment_is_an_error_that_names_it(play, monkeypatch, text, message):
    monkeypatch.delenv("MOCKDOOR_NOWHERE", raising=False)

    case = play(text)

    assert (case.status, case.steps[0].message) == ("error", message)


def test_invented_values_differ_in_a_scenario_and_are_the_same_in_every_run(play):
    text = 'vars: {who: "${faker.name}"}\nsteps:\n  - note: "${faker.name} ${faker.name} ${who}"\n  - note: "${who}"\n'

    first, second = play(text), play(text)

    names = first.steps[0].note.split(" ")
    assert (len(set(names)), names[2]) == (3, first.steps[1].note)
    assert all("\u4e00" <= name[0] <= "\u9fff" for name in names)
    assert notes(first) == notes(second)


def test_a_seed_and_a_language_choose_what_is_invented(play):
    step = 'steps:\n  - note: "${faker.name}"\n'

    found = [notes(play(head + step)) for head in ("", "seed: other\n", "vars: {faker_locale: en_US}\n")]

    assert len({one for (one,) in found}) == 3
    assert found[2][0].isascii()


def test_a_dollar_more_writes_the_characters_themselves(play):
    assert notes(play('vars: {a: x}\nsteps:\n  - note: "$${a} ${a} $a $(a)"\n')) == ["${a} x $a $(a)"]


def test_variables_of_the_command_line_stand_over_the_files(tmp_path):
    path = tmp_path / "x.scenario.yaml"
    path.write_text('version: 1\nvars: {a: file}\nsteps:\n  - note: "${a} ${b}"\n')

    (suite,) = run_paths([str(path)], Choice(variables={"a": "given", "b": "new"})).suites

    assert notes(suite.cases[0]) == ["given new"]
