"""Promises about users as Go's decoder keeps them."""

import json

import pytest

from emulator.casdoor.user_fields import decode_user


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param('{"balance": 1.50}', {"balance": 1.5}, id="a fraction"),
        pytest.param('{"balance": 5}', {"balance": 5}, id="a whole number"),
        pytest.param('{"balance": 9007199254740993}', {"balance": 9007199254740992.0}, id="more than a float64 holds"),
        pytest.param('{"score": -0}', {"score": 0}, id="minus zero"),
        pytest.param('{"cart": [{"price": 1.50}]}', {"cart": [{"price": 1.5}]}, id="a number in a row"),
        pytest.param('{"properties": {"b": null, "a": "1"}}', {"properties": {"a": "1", "b": ""}}, id="null in a map"),
        pytest.param('{"address": ["a", null]}', {"address": ["a", ""]}, id="null in a list of texts"),
        pytest.param('{"roles": [null]}', {"roles": [None]}, id="null in a list of pointers"),
    ],
)
def test_a_field_is_kept_as_go_keeps_it(body, kept):
    given = decode_user(body.encode())

    assert json.dumps(given) == json.dumps(kept)


@pytest.mark.parametrize("body", ['{"balance": 1.50}', '{"cart": [{"price": 1.50, "more": [2.5]}]}'])
def test_numbers_are_kept_as_plain_floats(body):
    def types(value):
        if isinstance(value, dict):
            return set().union(*map(types, value.values()))
        return set().union(*map(types, value)) if isinstance(value, list) else {type(value)}

    assert types(decode_user(body.encode())) == {float}
