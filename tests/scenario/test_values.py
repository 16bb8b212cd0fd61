"""Promises about scalars: text where text is meant, numbers where numbers are (design.md 7)."""

from pathlib import Path

import pytest

from emulator.faults.effects import StatusOnly
from emulator.scenario import parse

APPID = "wx0123456789abcdef"

#: What YAML, in one version or another, takes for something else than text.
WORDS = [
    "on",
    "off",
    "yes",
    "no",
    "y",
    "n",
    "true",
    "False",
    "null",
    "~",
    "1",
    "-1",
    "+1",
    "1e5",
    "1.0",
    ".5",
    "0123",
    "0o17",
    "0x1F",
    "1_000",
    "13800138000",
    "123456789012345678901234567890",
    "12:30:45",
    "2026-01-01",
    "2026-01-01T08:00:00Z",
    ".inf",
    ".nan",
    "=",
]


def read(text):
    return parse("version: 1\n" + text, Path("x.yaml"))


@pytest.mark.parametrize("word", WORDS)
def test_text_is_taken_as_it_is_written(word):
    scenario = read(
        f"personas: {{zoe: {{phone: {word}, openids: {{{APPID}: {word}}}}}}}\n"
        f"users: {{test/a: {{displayName: {word}, password: {word}}}}}\n"
        f"tags: [{word}]\n"
    )

    person, user = scenario.personas["zoe"], scenario.users[-1]
    assert (person.phone, person.openids, scenario.tags) == (word, {APPID: word}, (word,))
    assert (user["displayName"], user["password"]) == (word, word)


@pytest.mark.parametrize("word", [word for word in WORDS if word not in ("null", "~")])
def test_quotes_make_no_difference_to_text(word):
    plain, quoted = read(f"seed: {word}\n"), read(f"seed: '{word}'\n")

    assert plain.seed == quoted.seed == word


@pytest.mark.parametrize("word", WORDS)
def test_a_key_is_text(word):
    scenario = read(f"personas: {{{word}: {{}}}}\ncodes: {{{word}: {{persona: {word}}}}}\nvars: {{{word}: 1}}\n")

    assert word in scenario.personas
    assert [(code, rule.persona) for code, rule in scenario.codes.items()] == [(word, word)]
    assert scenario.variables == {word: 1}


@pytest.mark.parametrize(
    ("written", "unionid", "has_unionid"),
    [
        ("null", None, False),
        ("~", None, False),
        ("", None, False),
        ("'null'", "null", True),
        ("1e5", "1e5", True),
        ("oU1", "oU1", True),
    ],
)
def test_only_a_plain_null_takes_the_unionid_away(written, unionid, has_unionid):
    person = read(f"personas:\n  zoe:\n    unionid: {written}\n").personas["zoe"]

    assert (person.unionid, person.has_unionid) == (unionid, has_unionid)


def test_a_persona_without_words_has_a_derived_unionid():
    person = read("personas: {zoe: {}}\n").personas["zoe"]

    assert (person.unionid, person.has_unionid) == (None, True)


@pytest.mark.parametrize(
    ("written", "value"),
    [("true", True), ("False", False), ("TRUE", True)],
)
def test_a_flag_is_a_flag(written, value):
    assert read(f"codes: {{strict: {written}}}\n").strict_codes is value


def test_a_whole_number_is_one():
    fault = read("faults: [{at: wechat.*, http: 503, times: 2, after: 0}]\n").faults[0]

    assert (fault.effect, fault.times, fault.after) == (StatusOnly(status=503), 2, 0)


@pytest.mark.parametrize(("written", "value"), [("168", 168), ("0.5", 0.5), ("1e2", 100.0)])
def test_a_number_may_have_a_fraction(written, value):
    application = read(f"applications: {{app-docs: {{expireInHours: {written}}}}}\n").applications[0]

    assert application["expireInHours"] == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("'1'", "1"),
        ("1.5", 1.5),
        ("0123", "0123"),
        ("true", True),
        ("yes", "yes"),
        ("[1, a, null]", [1, "a", None]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("2026-01-01", "2026-01-01"),
        ("1e999", "1e999"),
        ("12345678901234567890123", "12345678901234567890123"),
    ],
)
def test_where_anything_is_meant_scalars_are_those_of_json(written, value):
    assert read(f"vars: {{a: {written}}}\n").variables == {"a": value}


def test_an_alias_stands_for_what_it_names():
    scenario = read("personas:\n  zoe: &same {city: Qingdao}\n  max: *same\n")

    assert scenario.personas["max"].city == scenario.personas["zoe"].city == "Qingdao"


def test_text_over_several_lines_is_kept():
    assert read("description: |\n  one\n  two\n").description == "one\ntwo"
