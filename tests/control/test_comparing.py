"""Promises about what counts as a difference between two replies."""

import base64
import json

import pytest

from emulator.control.comparing import MAX_DIFFERENCES, MAX_SHOWN, Answer, Difference, Side, differences


def compare(one, other, *, ours=None, theirs=None):
    return differences(one, other, ours=ours or Side(), theirs=theirs or Side())


def bodies(one, other, **sides):
    found = compare(*(Answer(status=200, body=json.dumps(body)) for body in (one, other)), **sides)
    return [(each.at, each.emulator, each.target) for each in found]


def token(**claims):
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"createdTime": "2026-01-01T08:00:00Z"}, {"createdTime": "2024-02-03T04:05:06+08:00"}),
        ({"id": "7597ca0a-ca19-43b4-83d3-23d9f5fb3bf1"}, {"id": "built-in"}),
        ({"iat": 1, "exp": 2}, {"iat": 3, "exp": 4}),
        ({"msg": "rid: 6a1b-1-2, x"}, {"msg": "rid: 00ff-3-4, x"}),
        ({"name": "wechat-oGk3T5tIiMFo3SazCO75f0HEiE7Q"}, {"name": "wechat-oAAAT5tIiMFo3SazCO75f0HEiE7Q"}),
        ({"clientSecret": "a"}, {"clientSecret": "b"}),
        ({"t": token(iat=1, name="a")}, {"t": token(iat=2, name="a")}),
    ],
    ids=["time", "id", "claim", "rid", "openid", "secret", "token"],
)
def test_what_differs_everywhere_is_put_aside(one, other):
    assert bodies(one, other) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": 1}, {"a": True}, ("$.a", "1", "true")),
        ({"a": None}, {}, ("$.a", "null", "nothing there")),
        ({"a-b": "x"}, {"a-b": "y"}, ("$['a-b']", '"x"', '"y"')),
        ({"iat": 1}, {"iat": "1"}, ("$.iat", "1", '"1"')),
        ({"id": "x"}, {"id": ""}, ("$.id", '"x"', '""')),
        ({"createdTime": "2026-01-01T08:00:00Z"}, {"createdTime": ""}, ("$.createdTime", '"{time}"', '""')),
        ([1, 2], [1], ("length of $", "2", "1")),
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}], ("$[?@.name=='a']", '{"name": "a"}', "nothing there")),
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], ("order of $", "a, b", "b, a")),
        ({"t": token(name="a")}, {"t": token(name="b")}, ("claims of $.t: $.name", '"a"', '"b"')),
        ({"clientSecret": "a"}, {}, ("$.clientSecret", '"***"', "nothing there")),
        ({}, {"code": "c2Vzc2lvbiBrZXk="}, ("$.code", "nothing there", '"***"')),
        ({"code": 40029}, {}, ("$.code", "40029", "nothing there")),
        ({"app": {"clientSecret": "abcd"}}, {}, ("$.app", '{"clientSecret": "***"}', "nothing there")),
    ],
)
def test_a_difference_is_named_by_its_path(one, other, found):
    assert bodies(one, other) == [found]


def test_values_captured_under_one_name_are_the_same_thing():
    ours, theirs = Side(captured={"user": "wechat-a"}), Side(captured={"user": "zhang-san"})

    assert bodies({"id": "x", "u": "test/wechat-a"}, {"id": "y", "u": "test/zhang-san"}, ours=ours, theirs=theirs) == []


def test_the_own_address_of_each_side_is_put_aside():
    ours, theirs = Side(origins=("http://127.0.0.1:1",)), Side(origins=("https://door.example.com",))

    assert bodies({"u": "http://127.0.0.1:1/a"}, {"u": "https://door.example.com/a"}, ours=ours, theirs=theirs) == []


def test_a_secret_is_hidden_wherever_it_stands():
    assert bodies("a", "the s3cret-value", theirs=Side(secrets=["s3cret-value"])) == [("$", '"a"', '"the ***"')]


def test_headers_differ_by_name_whatever_their_case():
    one = Answer(headers=(("Date", "x"), ("Server", "a"), ("X-A", "1"), ("Set-Cookie", "s=1; Path=/; Expires=Mon")))
    other = Answer(headers=(("x-a", "2"), ("set-cookie", "s=2; Path=/; Expires=Tue")))

    assert compare(one, other) == (Difference(at="header x-a", emulator="1", target="2"),)


def test_a_cookie_that_lost_its_attributes_differs():
    one, other = (Answer(headers=(("Set-Cookie", f"s=1{more}"),)) for more in ("; HttpOnly", ""))

    assert compare(one, other) == (
        Difference(at="header set-cookie", emulator="s={value}; HttpOnly", target="s={value}"),
    )


def test_a_page_instead_of_json_is_one_difference():
    found = compare(Answer(body="{}"), Answer(body="<html>\x1b[2J"))

    assert found == (Difference(at="body", emulator="JSON", target=r"no JSON: '<html>\x1b[2J'"),)


def test_texts_are_shown_from_where_they_part():
    found = compare(Answer(body="x" * 900 + "a"), Answer(body="x" * 900 + "\x9bb"))

    assert found == (Difference(at="text", emulator="x" * 20 + "a", target="x" * 20 + "\ufffdb"),)


def test_a_broken_connection_is_the_only_difference():
    found = compare(Answer(status=200, body="{}"), Answer(failure="reset"))

    assert found == (Difference(at="connection", emulator="a reply", target="reset"),)


def test_there_is_an_end_to_what_is_shown():
    found = bodies({}, {f"k{number}": "x" * 1000 for number in range(5000)})

    assert (len(found), found[-1][0]) == (MAX_DIFFERENCES + 1, "further places")
    assert max(len(text) for each in found for text in each) == MAX_SHOWN


@pytest.mark.parametrize("depth", [500, 100_000])
def test_a_bottomless_reply_is_compared_as_far_as_it_goes(depth):
    one, other = (Answer(body="[" * depth + text + "]" * depth) for text in ("1", "2"))

    assert len(compare(one, other)) == 1


def test_a_text_that_no_file_can_hold_is_shown_without_that():
    (found,) = compare(Answer(body='"a"'), Answer(body='"\\ud800"'))

    assert found.target == '"\ufffd"'
