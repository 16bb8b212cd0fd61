"""Promises about the reasons of refusals and the table of their sentences."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import emulator
from emulator.core.phrases import MAX_VALUE, phrases, places_of
from emulator.core.reason import Reason
from emulator.journal.reasons import catalogue, reason, render, shown

SPENT = {"persona": "bob", "at": "08:00:00", "spent_at": "08:01:00", "exchange": 3}
SOURCES = sorted(Path(emulator.__file__).parent.rglob("*.py"))


def misfits(source: str) -> list[str]:
    """Return what is wrong with the calls of `reason` in a module."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "reason"):
            continue
        given = {one.arg for one in call.keywords}
        chosen = call.args[0].value if len(call.args) == 1 and isinstance(call.args[0], ast.Constant) else None
        if chosen not in catalogue():
            found.append(f"line {call.lineno}: the id must be one of the table, written out")
        elif given != catalogue()[chosen].places:
            found.append(f"line {call.lineno}: {chosen} takes {sorted(catalogue()[chosen].places)}")
    return found


def ids_in(source: str) -> set[str]:
    """Return the ids of the reasons that a module makes."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "reason" and call.args
        if isinstance(call.args[0], ast.Constant)
    }


def without_why(source: str, error: str) -> list[int]:
    """Return the lines where an error of this name is made without `why`."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == error
        if "why" not in {one.arg for one in call.keywords}
    ]


def test_a_reason_reads_in_english_and_in_chinese() -> None:
    spent = reason("code-spent", **SPENT)

    assert str(spent) == "this code was given to bob at 08:00:00 and used at 08:01:00 in exchange 3"
    assert render(spent, "en") == str(spent)
    assert render(spent, "zh") == "这个 code 于 08:00:00 发给 bob，已在 08:01:00 的第 3 次请求中用掉"


def test_equal_reasons_are_one_in_a_set() -> None:
    assert {reason("code-spent", **SPENT), reason("code-spent", **dict(reversed(SPENT.items())))} == {
        Reason("code-spent", {name: str(value) for name, value in SPENT.items()})
    }
    assert reason("code-spent", **SPENT) != reason("code-spent", **SPENT | {"persona": "alice"})


def test_an_unknown_id_is_refused_at_once() -> None:
    with pytest.raises(KeyError, match="no-such-reason"):
        reason("no-such-reason")


@pytest.mark.parametrize(
    ("params", "given"),
    [({}, "none"), ({"appid": "wx1", "more": "x", "known": "wx2"}, "appid, known, more")],
    ids=["missing", "unknown"],
)
def test_parameters_must_fit_the_sentence(params: dict[str, str], given: str) -> None:
    with pytest.raises(ValueError, match=f"'appid-unknown' takes the parameters appid, known; given: {given}$"):
        reason("appid-unknown", **params)


def test_json_carries_the_id_the_parameters_and_both_sentences() -> None:
    told = shown(reason("secret-wrong", appid="wx1"))

    assert json.loads(json.dumps(told)) == {
        "id": "secret-wrong",
        "params": {"appid": "wx1"},
        "en": "the secret is not the one of wx1",
        "zh": "secret 与 wx1 的不符",
    }


def test_no_reason_is_none() -> None:
    assert shown(None) is None


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert str(reason("secret-wrong", appid="{at} {0}")) == "the secret is not the one of {at} {0}"


def test_control_characters_in_a_quoted_value_are_escaped() -> None:
    assert str(reason("code-unknown-strict", code="a\n\x1b")) == (
        "nobody was given the code 'a\\n\\x1b'; codes are strict in this scenario"
    )


def test_a_long_value_is_shortened() -> None:
    assert reason("code-asks-error", code="x" * 5000).params == {"code": "x" * (MAX_VALUE - 1) + "…"}


def test_half_a_character_does_not_get_in_the_way_of_json() -> None:
    told = json.dumps(reason("code-asks-error", code="a\ud800b").as_json(), ensure_ascii=False)

    assert told.encode() == b'{"id": "code-asks-error", "params": {"code": "a?b"}}'


def test_secrets_in_a_value_are_concealed() -> None:
    assert reason("code-asks-error", code="x&secret=s3cret").params == {"code": "x&secret=***"}


def test_a_reason_of_another_version_still_shows() -> None:
    assert str(Reason("from-the-future", {"a": "b"})) == "from-the-future"
    assert str(Reason("secret-wrong", {})) == "the secret is not the one of ?"


def test_no_table_is_read_until_a_sentence_is_needed() -> None:
    modules = "emulator.web, emulator.journal.reasons, emulator.journal.outcome, emulator.journal.console_log"
    asked = f"import {modules}; from emulator.core.phrases import phrases; print(phrases.cache_info().currsize)"

    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert told.stdout == "0\n"


@pytest.mark.parametrize("table", ["reasons", "outcomes"])
def test_both_languages_have_the_same_places(table: str) -> None:
    sentences = phrases(table)

    assert sentences
    assert {name: places_of(one.zh) for name, one in sentences.items()} == {
        name: one.places for name, one in sentences.items()
    }


def test_every_reason_is_written_in_both_languages() -> None:
    for name, one in catalogue().items():
        assert name == name.lower().replace("_", "-").strip()
        assert one.en
        assert not any("\u4e00" <= char <= "\u9fff" for char in one.en)
        assert any("\u4e00" <= char <= "\u9fff" for char in one.zh)


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ('reason("secret-wrong", appid=x)', []),
        ('reason("no-such-reason")', ["line 1: the id must be one of the table, written out"]),
        ("reason(chosen)", ["line 1: the id must be one of the table, written out"]),
        ('reason("secret-wrong")', ["line 1: secret-wrong takes ['appid']"]),
        ('reason("secret-wrong", **all)', ["line 1: secret-wrong takes ['appid']"]),
    ],
)
def test_a_call_that_does_not_fit_the_table_is_found(call: str, wrong: list[str]) -> None:
    assert misfits(call) == wrong


def test_every_call_of_the_code_fits_the_table() -> None:
    found = {str(path): misfits(path.read_text("utf-8")) for path in SOURCES}

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_every_reason_of_the_table_is_given_somewhere() -> None:
    given = set().union(*(ids_in(path.read_text("utf-8")) for path in SOURCES))

    assert given == set(catalogue())


@pytest.mark.parametrize("error", ["ApiError", "Panic", "TokenError", "wechat_error"])
def test_every_refusal_has_a_reason(error: str) -> None:
    found = {str(path): without_why(path.read_text("utf-8"), error) for path in SOURCES}

    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_refusal_without_a_reason_is_found() -> None:
    source = 'raise ApiError("no")\nraise ApiError("no", why=why)'

    assert without_why(source, "ApiError") == [1]
