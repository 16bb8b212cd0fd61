"""Promises about codes that cannot be codes: which of them a described request has room for."""

import pytest

from emulator.audit.stagings.impossible import shapes

PLACES = {
    "json": ["missing", "empty", "null", "a number", "a list", "10 kB", "1 MB"],
    "form": ["missing", "empty", "10 kB", "1 MB"],
    "query": ["missing", "empty", "10 kB"],
    "headers": ["missing", "empty", "10 kB"],
}


@pytest.mark.parametrize("place", PLACES)
def test_a_code_takes_every_shape_that_its_place_can_hold(place):
    request = {"path": "/login", place: {"code": "${code}"}}

    labels = [label for label, _, _ in shapes(request)]

    assert labels == PLACES[place]


def test_a_missing_code_takes_its_field_along_and_leaves_the_others():
    request = {"path": "/login", "json": {"data": {"code": "${code}", "nickname": "${nickname}"}}}

    missing = next(found for label, found, _ in shapes(request) if label == "missing")

    assert missing == {"path": "/login", "json": {"data": {"nickname": "${nickname}"}}}


def test_a_code_within_a_longer_text_is_always_a_text():
    request = {"path": "/login", "json": {"code": "wx:${code}"}}

    codes = [code for _, _, code in shapes(request)]

    assert all(isinstance(code, str) for code in codes)


def test_a_code_in_the_path_can_only_be_too_long():
    request = {"path": "/login/${code}"}

    labels = [label for label, _, _ in shapes(request)]

    assert labels == ["10 kB"]
