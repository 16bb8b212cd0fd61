"""Promises about the tables that come with the emulator."""

import json

import pytest

from emulator.core.tables import table, table_text


def test_a_table_is_the_json_of_its_file():
    assert table("casdoor", "profiles.json") == json.loads(table_text("casdoor", "profiles.json"))


def test_a_table_is_read_once():
    assert table("errcodes.json") is table("errcodes.json")


def test_a_text_that_is_not_json_is_read_as_it_is():
    assert table_text("casdoor", "cert-built-in.pem").startswith("-----BEGIN CERTIFICATE-----\n")


def test_a_table_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        table("casdoor", "nothing.json")
