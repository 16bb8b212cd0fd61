"""Promises about the commands that list what the emulator knows."""

import json

import pytest
from click.testing import CliRunner

from emulator.cli.catalogue import first_sentence
from emulator.cli.main import main
from emulator.journal.notes import catalogue
from emulator.scenario import load, shipped


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_every_shipped_scenario_is_listed_in_a_line() -> None:
    lines = run("scenarios").stdout.splitlines()

    assert [line.split()[0] for line in lines] == list(shipped())
    (busy,) = [line for line in lines if line.startswith("wechat-busy-once ")]
    scenario = load(shipped()["wechat-busy-once"])
    assert busy.endswith(f"{first_sentence(scenario.description)} [{', '.join(scenario.tags)}]")


def test_scenarios_are_listed_for_machines() -> None:
    (listed,) = [one for one in json.loads(run("scenarios", "--json").stdout) if one["name"] == "wechat-busy-once"]

    path = shipped()["wechat-busy-once"]
    scenario = load(path)
    assert listed == {
        "name": "wechat-busy-once",
        "folder": path.parent.name,
        "shows": first_sentence(scenario.description),
        "tags": list(scenario.tags),
        "profile": scenario.profile,
    }


def test_a_tag_chooses_and_several_choose_more() -> None:
    def names(*words):
        return {one["name"] for one in json.loads(run("scenarios", "--json", *words).stdout)}

    tagged = {tag: names("--tag", tag) for tag in ("retry", "wechat")}

    assert "wechat-busy-once" in tagged["retry"]
    assert tagged["retry"] < set(shipped())
    assert names("--tag", "retry", "--tag", "wechat") == tagged["retry"] | tagged["wechat"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scenarios", "--tag", "rety"), "no scenario has the tag 'rety'; did you mean 'retry'?\n"),
        (("notes", "persona-cod"), "there is no note 'persona-cod'; did you mean 'persona-code'?\n"),
    ],
)
def test_a_near_miss_is_exit_2_and_says_what_was_meant(words, said) -> None:
    done = run(*words)

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)


def test_one_note_is_shown_alone() -> None:
    note = catalogue()["persona-code"]

    shown = run("notes", "persona-code").stdout

    assert shown == f"{note.id} ({note.kind}; {note.versions})\n  {note.en}\n  {note.zh}\n  {note.source}\n"
    assert json.loads(run("notes", "persona-code", "--json").stdout) == vars(note)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two.", "One."),
        ("It asks api.weixin.qq.com\nfor it. Then not.", "It asks api.weixin.qq.com for it."),
        ("No stop", "No stop"),
        ("第一句。第二句。", "第一句。"),
        ("", ""),
    ],
)
def test_the_first_sentence_ends_at_its_stop(text, first) -> None:
    assert first_sentence(text) == first
