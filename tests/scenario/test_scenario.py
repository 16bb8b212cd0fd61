"""What a scenario file becomes: values, merging, the default world (design.md 7)."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from emulator.core.errors import ScenarioError
from emulator.faults import effects as faults
from emulator.scenario import find, load, load_default, parse, schema, shipped
from emulator.scenario.effects import EFFECTS
from emulator.scenario.identity import openid_of, unionid_of
from emulator.scenario.model import MiniProgram, Persona, SecretReset

GOLDEN = Path(__file__).parent.parent / "golden" / "golden.scenario.yaml"
APPID = "wx0123456789abcdef"


def read(text, path="x.yaml"):
    return parse("version: 1\n" + text, Path(path))


def fault(words):
    return read(f"faults:\n  - {{at: casdoor.login, {words}}}\n").faults[0]


def test_the_default_world_is_the_docs_pages():
    scenario = load_default()

    assert [row.name for row in scenario.organizations] == ["test"]
    assert scenario.applications[0].text("clientId") == "6825f4f0af45554c8952"
    assert scenario.providers[0].text("type") == "WeChatMiniProgram"
    assert list(scenario.personas) == ["visitor", "alice", "bob", "carol"]
    assert scenario.personas["visitor"].openid == "oGk3T5tIiMFo3SazCO75f0HEiE7Q"
    assert [(user.id, user.flag("isAdmin")) for user in scenario.users] == [("test/boss", True), ("test/linked", False)]
    carol = openid_of(scenario.seed, scenario.miniprograms[APPID], scenario.personas["carol"])
    assert scenario.users[1].text("wechat") == carol


def test_the_trusted_default_world_would_pass_the_check_too():
    text = (Path("emulator/scenario/default.yaml")).read_text("utf-8")

    assert parse(text + "extends: none\n", Path("default.yaml")).personas == load_default().personas


def test_the_golden_world_loads():
    scenario = load(GOLDEN)

    assert (len(scenario.applications), len(scenario.users), len(scenario.codes)) == (16, 6, 60)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_has_a_description_and_tags(name):
    scenario = load(find(name))

    assert len(scenario.description) > 60
    assert scenario.tags


@pytest.mark.parametrize("text", ["1e5", "0123", "on", "no", "2026-01-01", "12:30", "null-ish", "1_000", "0x1f", "~x"])
def test_text_stays_text(text):
    scenario = read(f"applications:\n  app-docs: {{clientId: {text}, displayName: {text}}}\nseed: {text}\n")

    assert (scenario.applications[0].text("clientId"), scenario.seed) == (text, text)


def test_keys_stay_text():
    program = read("miniprograms:\n  1e5: {secret: 0123}\n").miniprograms["1e5"]

    assert program == MiniProgram(appid="1e5", secret="0123")


def test_what_access_tokens_do_can_be_written():
    text = "{secret: s, token_life: 10m, token_quota: 3, ip_allow_list: [203.0.113.7, '2001:DB8::1']}"

    program = read(f"miniprograms:\n  wx1: {text}\n").miniprograms["wx1"]

    assert program == MiniProgram(
        appid="wx1",
        secret="s",
        token_life=timedelta(minutes=10),
        token_quota=3,
        ip_allow_list=("203.0.113.7", "2001:db8::1"),
    )


def test_a_reset_of_the_secret_can_be_written():
    everywhere, somewhere = "{new: n, takes: 10m}", "{new: n, takes: 0s, at: wechat.*token}"
    text = f"{{wx1: {{secret: s, secret_reset: {everywhere}}}, wx2: {{secret: s, secret_reset: {somewhere}}}}}"

    programs = read(f"miniprograms: {text}\n").miniprograms

    assert [programs[one].secret_reset for one in ("wx1", "wx2")] == [
        SecretReset(new="n", takes=timedelta(minutes=10), at="*"),
        SecretReset(new="n", takes=timedelta(0), at="wechat.*token"),
    ]


def test_values_that_are_no_text_keep_their_kind():
    variables = read('vars: {a: 1, b: 1.5, c: true, d: null, e: "1", f: no, g: 1e3}\n').variables

    assert variables == {"a": 1, "b": 1.5, "c": True, "e": "1", "f": "no", "g": 1000.0}


def test_a_null_unionid_means_that_there_is_none():
    scenario = read("personas:\n  bob: {unionid: null}\n  al: {unionid: oX}\n")

    assert (scenario.personas["bob"].has_unionid, scenario.personas["al"].unionid) == (False, "oX")


@pytest.mark.parametrize(
    ("by", "identity"), [("openid", openid_of), ("unionid", unionid_of)], ids=["by openid", "by unionid"]
)
def test_a_user_is_bound_to_a_persona(by, identity):
    scenario = read(f"users:\n  test/a: {{persona: {{name: alice, by: {by}}}}}\n")

    wechat = next(user.text("wechat") for user in scenario.users if user.name == "a")
    assert wechat == identity(scenario.seed, scenario.miniprograms[APPID], scenario.personas["alice"])


def test_maps_merge_field_by_field_and_null_removes():
    scenario = read("applications:\n  app-docs: {enableSignUp: false}\npersonas:\n  visitor: null\n  zoe: {city: X}\n")

    application = scenario.applications[0]
    assert (application.flag("enableSignUp"), application.text("clientId")) == (False, "6825f4f0af45554c8952")
    assert list(scenario.personas) == ["alice", "bob", "carol", "zoe"]


def test_extends_none_starts_from_nothing():
    scenario = read("extends: none\n")

    assert (scenario.organizations, scenario.personas, scenario.miniprograms) == ((), {}, {})


def test_an_extended_file_is_found_beside_the_one_that_names_it(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "data.json").write_text('{"organizations": [{"owner": "admin", "name": "real"}]}')
    (tmp_path / "base.yaml").write_text(
        "version: 1\nname: base\ninit_data: data.json\nseed: s\nfaults: [{at: wechat.*, http: 500}]\n"
    )
    child = tmp_path / "deep" / "child.yaml"
    child.write_text("version: 1\nextends: ../base.yaml\nfaults: [{at: wechat.*, http: 501}]\n")

    scenario = load(child)

    assert (scenario.name, scenario.seed) == ("child", "s")
    assert [row.name for row in scenario.organizations] == ["test", "real"]
    assert [one.effect.status for one in scenario.faults] == [500, 501]
    assert [one.id for one in scenario.faults] == ["fault-1", "fault-2"]


def test_own_words_win_over_init_data(tmp_path):
    (tmp_path / "data.json").write_text(
        '{"applications": [{"owner": "admin", "name": "a", "organization": "nowhere", "clientId": "1", "x": 1}]}'
    )

    scenario = parse("version: 1\ninit_data: data.json\napplications: {app-docs: {title: T}}\n", tmp_path / "x.yaml")

    assert [(row.name, row.text("title"), row.get("x")) for row in scenario.applications] == [
        ("app-docs", "T", None),
        ("a", "", 1),
    ]


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("error: {error: e, error_description: d}", faults.TokenFailure(error="e", description="d")),
        ("error: {msg: m}", faults.ApiFailure(msg="m")),
        ("http: 503", faults.StatusOnly(status=503)),
        ("reply: {status: 418, json: [1]}", faults.FixedReply(status=418, json=[1], has_json=True)),
        ("reply: {text: 007, content_type: a/b}", faults.FixedReply(text="007", content_type="a/b")),
        ("connection: hang", faults.BrokenConnection(kind="hang")),
        ("body: malformed", faults.DamagedBody(kind="malformed")),
        ("drip: {bytes: 3, every: 10ms}", faults.Drip(size=3, every=timedelta(milliseconds=10))),
        (
            "limit: {requests: 2, per: 1m, error: {msg: m}}",
            faults.Limit(requests=2, per=timedelta(minutes=1), failure=faults.ApiFailure(msg="m")),
        ),
        ("token: expired", faults.TamperedToken(kind="expired")),
        ("drop: [a, b]", faults.DroppedKeys(keys=("a", "b"))),
    ],
)
def test_every_effect_can_be_written(words, effect):
    assert fault(words).effect == effect


def test_every_window_can_be_written():
    words = "http: 500, id: me, after: 1, times: 2, every: 3, for: 1h30m, chance: 0.5, delay: {from: 1s, to: 2s}"
    words += ", when: {persona: bob, header: {X-Y: z}, body: {tag: t}}"

    planned = fault(words)

    assert (planned.id, planned.after, planned.times, planned.every, planned.chance) == ("me", 1, 2, 3, 0.5)
    assert planned.span == timedelta(minutes=90)
    assert planned.delay == faults.Delay(shortest=timedelta(seconds=1), longest=timedelta(seconds=2))
    assert planned.when == {"persona": "bob", "header.x-y": "z", "body.tag": "t"}


def test_an_instant_is_read_in_its_zone():
    assert read("clock: 2026-01-01T16:00:00+08:00\n").clock == datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(("text", "runs"), [("clock: now\n", True), ("", False)])
def test_a_clock_may_run(text, runs):
    scenario = read(text)

    assert (scenario.clock, scenario.runs) == (None, runs)


def test_the_schema_is_a_valid_one():
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("part", "kind", "others"),
    [
        ("persona", Persona, {"name", "has_unionid"}),
        ("miniprogram", MiniProgram, {"appid"}),
        ("fault", faults.Fault, {"span", "effect", "source"}),
    ],
)
def test_the_schema_and_the_values_have_the_same_fields(part, kind, others):
    written = set(schema()["$defs"][part]["properties"]) - set(EFFECTS) - {"for"}

    assert written == {one.name for one in fields(kind)} - others


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="version: 1\n-[]{}&*!#'\"|>@%?x,\t\\", max_size=60))
def test_arbitrary_text_is_a_scenario_or_a_scenario_error(text):
    _parse_or_refuse(text)


_WORDS = st.sampled_from([*schema()["properties"], *EFFECTS, "at", "alice", "app-docs", "providers", "x"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 99999) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_WORDS, _VALUES, max_size=5))
def test_arbitrary_values_are_a_scenario_or_a_scenario_error(value):
    import json

    _parse_or_refuse(json.dumps(value | {"version": 1}))


def _parse_or_refuse(text):
    try:
        parse(text, Path("x.yaml"))
    except ScenarioError:
        return
