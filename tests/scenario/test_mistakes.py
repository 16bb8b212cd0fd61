"""What the loader says of mistakes: where, what, and what is allowed (design.md 7)."""

import json
import os
from pathlib import Path

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario import find, load, parse

PATH = Path("my.scenario.yaml")


def said(text):
    with pytest.raises(ScenarioError) as refused:
        parse(text, PATH)
    return [f"{one.line}:{one.column}: {one.message}" for one in refused.value.problems]


#: Each was read by a person before it was kept.
MISTAKES = json.loads(Path(__file__).with_name("mistakes.json").read_text("utf-8"))


@pytest.mark.parametrize("one", MISTAKES, ids=lambda one: one["mistake"])
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(one):
    assert said(one["file"]) == one["problems"]


def _shown(problem, lines):
    line, column, message = problem.split(":", 2)
    if line == "0":
        return f"{PATH}:{message}"
    source = lines[int(line) - 1].rstrip() if int(line) <= len(lines) else ""
    if not source:
        return f"{PATH}:{problem}"
    blank = "".join({"\t": "\t"}.get(char, "\u3000" if char > "\u2e80" else " ") for char in source[: int(column) - 1])
    return f"{PATH}:{problem}\n    {source}\n    {blank}^"


@pytest.mark.parametrize("one", MISTAKES, ids=lambda one: one["mistake"])
def test_every_problem_of_a_file_is_shown_with_its_line_and_a_caret(one):
    with pytest.raises(ScenarioError) as refused:
        parse(one["file"], PATH)

    assert str(refused.value) == "\n".join(_shown(problem, one["file"].splitlines()) for problem in one["problems"])


def test_a_problem_shows_its_line_and_a_caret():
    with pytest.raises(ScenarioError) as refused:
        parse("version: 1\nprofile: clasic\n", PATH)

    assert str(refused.value) == (
        "my.scenario.yaml:2:10: 'clasic' is not allowed here; did you mean 'classic'?\n"
        "    profile: clasic\n"
        "             ^"
    )


def test_the_caret_stands_right_below_a_tab():
    with pytest.raises(ScenarioError) as refused:
        parse("version: 1\nseed:\t[]\n", PATH)

    assert str(refused.value).splitlines()[1:] == ["    seed:\t[]", "         \t^"]


def test_the_caret_stands_right_after_chinese():
    with pytest.raises(ScenarioError) as refused:
        parse("version: 1\npersonas: {小明: {fone: x}}\n", PATH)

    assert str(refused.value).splitlines()[1:] == ["    personas: {小明: {fone: x}}", "               　　   ^"]


def test_of_a_long_line_the_part_around_the_caret_is_shown():
    names = ", ".join(f"person-{number}: {{}}" for number in range(50))

    with pytest.raises(ScenarioError) as refused:
        parse(f"version: 1\npersonas: {{{names}, z: {{fone: x}}, {names.replace('person', 'other')}}}\n", PATH)

    _, source, caret = str(refused.value).splitlines()
    assert (len(source) <= 204, source[caret.index("^") :].startswith("fone: x}, other-0")) == (True, True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(lambda path: path.mkdir(), "this is a directory; name a file in it", id="a directory"),
        pytest.param(lambda path: None, "there is no such file", id="a missing file"),
        pytest.param(
            lambda path: path.write_bytes(b"version: 1\nname: \xff\n"),
            "not UTF-8: byte 0xff at offset 17",
            id="not UTF-8",
        ),
        pytest.param(
            lambda path: path.symlink_to("/dev/zero"), "the file is larger than 5 MiB", id="an endless device"
        ),
        pytest.param(
            lambda path: path.write_bytes(b"#" * 6_000_000), "the file is larger than 5 MiB", id="a huge file"
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_message(tmp_path, make, message):
    path = tmp_path / "x.yaml"
    make(path)

    with pytest.raises(ScenarioError) as refused:
        load(path)

    assert str(refused.value) == f"{path}: {message}"


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\n")

    assert load(path).name == "x"


def test_a_yaml_bomb_is_refused_quickly():
    rows = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else '1'}]\n" for n in range(12))

    assert said(f"version: 1\nvars:\n{rows}")[-1].endswith("the file unfolds to more than 200000 values")


def test_depth_is_bounded():
    assert said("version: 1\nvars: " + "[" * 5000 + "]" * 5000) == ["2:66: more than 60 levels deep"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_one_message(tmp_path):
    path = tmp_path / "x.yaml"
    path.touch(mode=0)

    with pytest.raises(ScenarioError) as refused:
        load(path)

    assert str(refused.value) == f"{path}: the file cannot be read: Permission denied"


def test_extending_in_a_circle_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("version: 1\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("version: 1\nextends: a.yaml\n")

    with pytest.raises(ScenarioError, match=r"a\.yaml extends this file in turn"):
        load(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "not JSON, line 1 column 1: Expecting value"),
        (
            "[]",
            (
                "this is not an init_data.json: expected an object with some of "
                "organizations, providers, applications, users, certs, roles, permissions, groups, models, adapters, "
                "enforcers, resources, webhooks, plans"
            ),
        ),
        ('{"users": {}}', "users must be a list, as Casdoor exports it"),
        ('{"users": ["x"]}', "users[0] must be an object"),
        ('{"users": [{"owner": "a"}]}', "users[0] needs an owner and a name, both text"),
        (
            '{"certs": [{"name": "c", "certificate": "x"}]}',
            "certs[0] (c) has a certificate without its privateKey, so nothing can be signed with it",
        ),
        ('{"users": [{"owner": "a/b", "name": "c"}]}', "users[0] (a/b/c) needs an owner and a name without a slash"),
        ('{"users": [{"owner": "", "name": "c"}]}', "users[0] (/c) needs an owner and a name without a slash"),
        ('{"users": [], "x": ' + "1" * 5000 + "}", "a number in it has too many digits"),
        ("[" * 100_000, "nested too deeply"),
        (
            '{"users": [{"owner": "a", "name": "\\ud83d"}]}',
            "half of a surrogate pair such as \\ud83d is not a character",
        ),
    ],
)
def test_an_init_data_file_that_is_none_is_one_message(tmp_path, content, message):
    (tmp_path / "data.json").write_text(content)

    with pytest.raises(ScenarioError) as refused:
        parse("version: 1\ninit_data: data.json\n", tmp_path / "x.yaml")

    assert str(refused.value) == f"{tmp_path / 'data.json'}: {message}"


def test_an_unknown_shipped_scenario_gets_a_suggestion():
    with pytest.raises(ScenarioError, match="neither a file nor a shipped scenario; did you mean 'invalid-code'"):
        find("invalid-cod")
