"""Promises about durations as people write them."""

from datetime import timedelta

import pytest

from emulator.core.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("800ms", timedelta(milliseconds=800)),
        ("3s", timedelta(seconds=3)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("1.5s", timedelta(seconds=1.5)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5mm", "1h 30m", "٣s", "5M"])
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="write a number and a unit such as 800ms, 3s, 5m, 2h, 1d or 1h30m"):
        parse_duration(text)


def test_a_duration_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="is too long"):
        parse_duration("9999999999999d")
