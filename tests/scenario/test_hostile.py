"""Promises about arbitrary files: a scenario, or a ScenarioError, whatever they hold."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.control.worlds import open_world
from emulator.core.errors import ScenarioError
from emulator.scenario import find, load, parse, parse_fault, schema
from emulator.scenario.effects import EFFECTS

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
KINDS = ("organizations", "providers", "applications", "users", "certs")
DEFS = schema()["$defs"]
KEYS = sorted({*schema()["properties"], *(key for one in DEFS.values() for key in one.get("properties", {}))})
NAMES = ["test", "alice", "app-docs", "provider-mini", "wx0123456789abcdef", "test/a", "x", "", "a/b/c", "\0", "小明"]
FAULT = sorted(DEFS["fault"]["properties"])

words = st.sampled_from([*NAMES, "5s", "1ms", "99999999999d", "wechat.*", "casdoor.login", "expired", "reset", "none"])
scalars = st.none() | st.booleans() | st.integers(-1, 10**9) | st.floats() | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS) | words, inner, max_size=4),
    max_leaves=10,
)
#: Files whose upper levels look right, so that what is wrong lies deep.
files = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        kind: st.dictionaries(words, st.dictionaries(st.sampled_from(KEYS), values, max_size=3), max_size=2)
        for kind in (*KINDS, "miniprograms", "personas", "codes", "flows")
    }
    | {
        "faults": st.lists(
            st.fixed_dictionaries({"at": words}, optional={key: values for key in FAULT if key != "at"}), max_size=2
        ),
        "steps": st.lists(
            st.dictionaries(st.sampled_from(sorted(DEFS["step"]["properties"])), values, max_size=2), max_size=2
        ),
        "clock": scalars,
        "extends": scalars,
        "init_data": scalars,
        "vars": values,
    },
)


def read(text, path=Path("x.yaml")):
    """Return a text's scenario, None when it is refused as it should be."""
    try:
        return parse(text, path)
    except ScenarioError:
        return None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_scenario_or_refused(text):
    read(text)
    read("version: 1\n" + text)


@settings(max_examples=200, deadline=None)
@given(files)
def test_any_structure_is_a_scenario_that_makes_a_world_or_refused(value):
    scenario = read(yaml.safe_dump(value, allow_unicode=True))

    if scenario is not None:
        open_world(scenario, wall=lambda: START)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FAULT), values, max_size=4) | values)
def test_any_fault_is_one_or_refused(default, value):
    with suppress(ScenarioError):
        fault = parse_fault(value, personas=default.personas, number=1)

        assert fault.effect is not None or fault.delay is not None


@pytest.fixture(name="default", scope="module")
def fixture_default():
    return parse("version: 1\n", Path("x.yaml"))


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KINDS),
        st.lists(
            st.fixed_dictionaries(
                {"owner": st.just("test") | scalars, "name": words | scalars},
                optional=dict.fromkeys(("organization", "providers", "clientId", "type", "wechat", "persona"), values),
            ),
            max_size=3,
        )
        | values,
    )
)
def test_any_init_data_is_taken_or_refused(file, value):
    file.write_text(json.dumps(value), "utf-8")

    scenario = read(f"version: 1\ninit_data: {file.name}\n", file.with_name("x.yaml"))

    if scenario is not None:
        open_world(scenario, wall=lambda: START)


@pytest.fixture(name="file", scope="module")
def fixture_file(tmp_path_factory):
    return tmp_path_factory.mktemp("data") / "data.json"


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("value", ["null", "1", "x", "[]", "[1]", "{}", "{a: 1}", "1.5", "true"])
def test_an_effect_of_a_wrong_kind_is_refused_or_understood(effect, value):
    read(f"version: 1\nfaults: [{{at: casdoor.login, {effect}: {value}}}]\ncodes: {{x: {{{effect}: {value}}}}}\n")


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "nobody", "a" * 300 + ".yaml"], ids=lambda one: repr(one[:6]))
def test_a_name_that_is_no_file_is_refused(name):
    with pytest.raises(ScenarioError):
        load(find(name))


@pytest.mark.parametrize(
    "step",
    [
        {"get_account": {}, "expect": {"text": {"$regex": "(" * 3000}}},
        {"get_account": {}, "expect": {"json": {"$type": [1]}}},
        {"use": "x", "params": {"x": []}},
        {"fault": {"at": "*", "delay": {"from": "9s", "to": "1s"}, "when": {"persona": "zoe"}}},
        {"login": {}, "wx.login": {}, "use": "x", "advance": "x", "fault": {"at": "x"}},
        {"verify": {"operation": "[", "when": {"persona": "${"}}},
    ],
    ids=lambda step: ",".join(step),
)
def test_a_wrong_step_is_refused_wherever_it_stands(step):
    for file in ({"steps": [step]}, {"finally": [step]}, {"flows": {"x": {"steps": [step]}}}):
        with pytest.raises(ScenarioError):
            parse(json.dumps(file | {"version": 1}), Path("x.yaml"))
