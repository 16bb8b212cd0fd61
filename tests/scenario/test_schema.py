"""Promises about the schema: it is one, and the loader reads every word of it (design.md 7)."""

from dataclasses import fields

import pytest

from emulator.faults.plan import Fault
from emulator.scenario import load, schema, shipped
from emulator.scenario.effects import EFFECTS
from emulator.scenario.model import Scenario
from emulator.scenario.names import KINDS

#: Which part of a scenario a word at the top of a file ends up in; None where none is needed.
ENDS_UP_IN = {
    "version": None,
    "extends": None,
    "init_data": None,
    "clock": "clock",
    "vars": "variables",
    "finally": "cleanup",
}
#: Parts that are made from a word of another name.
DERIVED = {"runs": "clock", "strict_codes": "codes", "path": None, "document": None}


def test_every_word_at_the_top_becomes_a_part_of_the_scenario():
    parts = {ENDS_UP_IN.get(word, word) for word in schema()["properties"]} - {None}

    assert parts | set(DERIVED) == {one.name for one in fields(Scenario)}


def test_a_code_and_a_fault_take_the_same_effects():
    code, fault = (set(schema()["$defs"][part]["properties"]) for part in ("code", "fault"))

    assert (fault & set(EFFECTS), code & set(EFFECTS)) == (set(EFFECTS), set(EFFECTS) - {"token"})


@pytest.mark.parametrize("name", sorted(set(EFFECTS) - {"token"}))
def test_an_effect_has_one_shape_in_codes_and_in_faults(name):
    parts = schema()["$defs"]

    assert parts["code"]["properties"][name] == parts["fault"]["properties"][name]


def test_what_is_no_effect_of_a_fault_is_a_field_of_it():
    others = set(schema()["$defs"]["fault"]["properties"]) - set(EFFECTS)

    assert others == {one.name for one in fields(Fault)} - {"span", "effect", "words"} | {"for"}


def test_every_kind_of_step_is_in_the_schema():
    words = set(schema()["$defs"]["step"]["properties"])

    assert words - set(KINDS) == {"name", "if", "with", "params", "capture", "retry", "expect"}
    assert words >= set(KINDS)


def test_every_reference_leads_somewhere():
    assert {ref.rpartition("/")[2] for ref in _references(schema())} <= set(schema()["$defs"])


def _references(part):
    if isinstance(part, list):
        return {ref for one in part for ref in _references(one)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*(_references(one) for one in part.values()))


@pytest.mark.parametrize("part", sorted(schema()["$defs"]))
def test_no_part_takes_words_that_it_does_not_know(part):
    shape = schema()["$defs"][part]

    assert shape["type"] != "object" or shape["additionalProperties"] is False


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_bears_its_files_name(name):
    assert load(shipped()[name]).name == name
