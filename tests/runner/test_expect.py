"""Comparing replies: design.md 7."""

import json
from datetime import timedelta

import pytest

from emulator.runner.expect import compare
from emulator.runner.results import Mismatch, Received

TOKEN = "eyJhbGciOiJub25lIn0.eyJuYW1lIjoiQWxpY2UiLCJhdWQiOlsiYSJdfQ.x"


def reply(body, **given):
    text = body if isinstance(body, str) else json.dumps(body)
    return Received(**{"status": 200, "headers": (("Content-Type", "application/json"),), "body": text} | given)


def differences(expected, received, notes=()):
    return [(one.at, one.expected, one.actual) for one in compare(expected, received, notes)]


@pytest.mark.parametrize(
    ("wanted", "body", "found"),
    [
        pytest.param({"a": 1}, {"a": 1, "b": 2}, [], id="a subset is enough"),
        pytest.param({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [("$.a.b[1]", "2", "3")], id="the deepest place"),
        pytest.param({"a": 1}, {}, [("$.a", "1", "nothing there")], id="a missing key"),
        pytest.param([1], [1, 2], [("$", "[1]", "[1, 2]")], id="lists have one length"),
        pytest.param({"a": 1}, {"a": True}, [("$.a", "1", "true")], id="true is no 1"),
        pytest.param({"a": 1}, {"a": 1.0}, [], id="1.0 is 1"),
        pytest.param({"a": "1"}, {"a": 1}, [("$.a", '"1"', "1")], id="text is no number"),
        pytest.param({"a": {"$contains": "b"}}, {"a": "abc"}, [], id="contains"),
        pytest.param({"a": {"$contains": {"n": 1}}}, {"a": [{"n": 2}, {"n": 1, "m": 0}]}, [], id="contains, a list"),
        pytest.param(
            {"a": {"$contains": "x"}},
            {"a": "abc"},
            [("$.a", 'something that contains "x"', '"abc"')],
            id="contains not",
        ),
        pytest.param({"a": {"$regex": "^b"}}, {"a": "abc"}, [("$.a", "text that matches ^b", '"abc"')], id="regex"),
        pytest.param({"a": {"$type": "string"}}, {"a": None}, [("$.a", "a value of type string", "null")], id="type"),
        pytest.param({"a": {"$type": "null"}}, {"a": None}, [], id="null is a type"),
        pytest.param({"a": {"$any": True}}, {}, [("$.a", "anything", "nothing there")], id="any"),
        pytest.param({"a": {"$absent": True}}, {"a": None}, [("$.a", "nothing there", "null")], id="absent"),
        pytest.param({"a": {"$absent": True}}, {}, [], id="absent indeed"),
        pytest.param({"a": {"$length": 2}}, {"a": [1]}, [("$.a", "a length of 2", "[1]")], id="length"),
        pytest.param({"a b": 1}, {"a b": 2}, [("$['a b']", "1", "2")], id="odd keys are quoted"),
    ],
)
def test_json_is_a_subset_match(wanted, body, found):
    assert differences({"json": wanted}, reply(body)) == found


def test_a_pattern_that_backtracks_without_end_elsewhere_is_answered_at_once():
    endless = "x" * 100_000

    found = differences({"text": {"$regex": "^(x+x+)+y$"}}, reply(endless))

    assert [(at, expected) for at, expected, _ in found] == [("text", "text that matches ^(x+x+)+y$")]


def test_a_pattern_that_a_name_spoils_is_refused_with_its_reason():
    with pytest.raises(ValueError, match=r"'\(' is not a regular expression: missing \)"):
        differences({"text": {"$regex": "("}}, reply("a"))


def test_json_exact_wants_nothing_more():
    assert differences({"json_exact": {"a": {"b": 1}}}, reply({"a": {"b": 1, "c": 2}})) == [
        ("$.a.c", "nothing there", "2")
    ]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"status": 201}, [("status", "201", "200")]),
        ({"headers": {"content-type": {"$contains": "json"}}}, []),
        ({"headers": {"X-No": "1"}}, [("header X-No", '"1"', "nothing there")]),
        ({"text": {"$contains": "Alice"}}, [("text", 'something that contains "Alice"', '"{\\"errcode\\": 5}"')]),
        ({"errcode": 5}, []),
        ({"errcode": 6}, [("$.errcode", "6", "5")]),
        ({"notes": ["a", "b"]}, [("notes", "b", "a")]),
        ({"within": "1s"}, [("time", "within 1s", "longer")]),
        ({"connection": "reset"}, [("connection", "reset", "a reply")]),
        ({"jwt": {"a": 1}}, [("body", "an access token", "the reply holds no access token that is a JWT")]),
    ],
)
def test_everything_else_of_a_reply_can_be_expected(expected, found):
    received = reply({"errcode": 5}, elapsed=timedelta(seconds=2))

    assert differences(expected, received, ("a",)) == found


@pytest.mark.parametrize("name", ["access_token", "accessToken"])
def test_claims_are_found_whichever_profile_spelled_the_token(name):
    assert differences({"jwt": {"name": "Bob", "aud": ["a"]}}, reply({name: TOKEN})) == [
        ("jwt.name", '"Bob"', '"Alice"')
    ]


def test_a_broken_connection_is_a_difference_of_its_own():
    broken = Received(failure="reset")

    assert compare({"status": 200}, broken, ()) == [Mismatch(at="connection", expected="a reply", actual="reset")]
    assert compare({"connection": "reset"}, broken, ()) == []


def test_a_reply_that_is_no_json_says_so():
    assert differences({"json": {}}, reply("<html>")) == [("body", "JSON", "the reply is not JSON: '<html>'")]


def test_one_of_several_headers_of_a_name_is_enough():
    received = reply({}, headers=(("Set-Cookie", "theme=dark"), ("Set-Cookie", "session=x")))

    found = differences({"headers": {"Set-Cookie": {"$contains": "session="}}}, received)
    missed = differences({"headers": {"Set-Cookie": {"$contains": "token="}}}, received)

    assert (found, missed) == ([], [("header Set-Cookie", 'something that contains "token="', '"theme=dark"')])
