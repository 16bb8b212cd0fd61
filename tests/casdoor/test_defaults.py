"""Promises about objects as a fresh server stores them."""

from datetime import UTC, datetime

from emulator.casdoor.defaults import complete_provider, complete_user
from emulator.core.json_object import JsonObject


def test_the_properties_of_an_imported_user_are_in_the_order_of_their_keys():
    row = JsonObject({"owner": "test", "name": "a", "properties": {"b": "1", "a": "2", "Z": "3"}})

    user = complete_user(row, seed="s", now=datetime(2026, 1, 1, tzinfo=UTC), organization=None)

    assert list(user.row("properties")) == ["Z", "a", "b"]


def test_a_providers_maps_come_in_the_order_of_their_keys():
    row = JsonObject(name="mini", userMapping={"b": "1", "a": "2"}, httpHeaders={"Z": "1", "A": "2"})

    shown = complete_provider(row)

    assert (list(shown["userMapping"]), list(shown["httpHeaders"])) == (["a", "b"], ["A", "Z"])
