"""Promises about the schema: it is one, and the loader reads every word of it (design.md 7)."""

from dataclasses import fields
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from emulator.core.errors import ScenarioError
from emulator.core.tables import table
from emulator.faults.effects import Fault
from emulator.scenario import load, parse, schema, shipped
from emulator.scenario.effects import EFFECTS
from emulator.scenario.model import Scenario
from emulator.scenario.names import KINDS
from emulator.scenario.object_kinds import OBJECT_KINDS
from emulator.scenario.profile_names import newest_version

#: Which part of a scenario a word at the top of a file ends up in; None where none is needed.
ENDS_UP_IN = {
    "version": None,
    "extends": None,
    "init_data": None,
    "clock": "clock",
    "vars": "variables",
    "finally": "cleanup",
    **dict.fromkeys(OBJECT_KINDS, "objects"),
}
#: Parts that are made from a word of another name.
DERIVED = {"runs": "clock", "strict_codes": "codes", "path": None, "document": None}

#: Casdoor's objects, and what a scenario says of them beside their own fields.
CASDOOR = {"organization": set(), "provider": set(), "application": set(), "user": {"persona"}}
#: What a message calls the type of a zero value.
KIND_OF = {str: "text", bool: "true or false", int: "a number"}


def zeros_of(kind):
    return table("casdoor", newest_version(), f"{kind}.json")


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

    assert others == {one.name for one in fields(Fault)} - {"span", "effect", "source"} | {"for"}


def test_every_kind_of_step_is_in_the_schema():
    words = set(schema()["$defs"]["step"]["properties"])

    assert words - set(KINDS) == {"name", "if", "with", "params", "capture", "retry", "expect"}
    assert words >= set(KINDS)


def test_every_reference_leads_somewhere():
    assert {ref.rpartition("/")[2] for ref in _references(schema())} <= set(schema()["$defs"])


@pytest.mark.parametrize(("kind", "more"), CASDOOR.items(), ids=CASDOOR)
def test_a_scenario_sets_every_field_of_casdoors_objects_and_no_other(kind, more):
    written = list(schema()["$defs"][kind]["properties"])

    assert written == [*zeros_of(kind), *more]


@pytest.mark.parametrize("kind", CASDOOR)
def test_an_object_of_zero_values_fits_the_schema(kind):
    zeros = {name: zero for name, zero in zeros_of(kind).items() if zero is not None}

    Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema()["$defs"]}).validate(zeros)


@pytest.mark.parametrize("kind", CASDOOR)
def test_a_field_of_another_type_than_its_zero_value_is_a_mistake(kind):
    expected = {name: KIND_OF[type(zero)] for name, zero in zeros_of(kind).items() if type(zero) in KIND_OF}
    lines = [f"    {name}: [x]" for name in expected]

    with pytest.raises(ScenarioError) as refused:
        parse("\n".join(["version: 1", f"{kind}s:", "  test/a:", *lines, ""]), Path("x.yaml"))

    found = {list(expected)[one.line - 4]: one.message for one in refused.value.problems}
    assert found == {name: f"expected {what}, got a list" for name, what in expected.items()}


@pytest.mark.parametrize(
    ("kind", "field", "taken", "refused"),
    [
        ("organization", "countryCodes", [[], ["CN"]], [[7], "CN", None]),
        ("organization", "passwordOptions", [["AtLeast6"], None], []),
        ("organization", "accountItems", [[], [{"name": "Avatar"}], None], []),
        ("application", "signinMethods", [[{"name": "Password"}], None], []),
        ("application", "providers", [["p"], [{"name": "p", "rule": "None"}]], [[{"rule": "None"}], [7], "p"]),
        ("user", "roles", [[{"name": "editor"}], None], []),
        ("user", "address", [["Street 1"]], [[7], "Street 1", None]),
        ("user", "groups", [["test/staff"]], [[7], None]),
        ("user", "properties", [{"wechatOpenId": "o1"}], [{"wechatOpenId": 7}, None]),
        ("user", "persona", ["alice", {"name": "alice", "by": "unionid"}], [{}, {"name": "alice", "by": "phone"}, 7]),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_list_or_an_object_takes_what_casdoor_would(kind, field, taken, refused):
    valid = Draft202012Validator(schema()["$defs"][kind]["properties"][field]).is_valid

    assert ([one for one in taken if valid(one)], [one for one in refused if valid(one)]) == (taken, [])


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
