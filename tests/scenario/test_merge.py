"""Promises about files that extend others: what is inherited, and where its mistakes are shown (design.md 7)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario import load, load_default
from emulator.scenario.model import MiniProgram

APPID = "wx0123456789abcdef"


@pytest.fixture(name="write")
def fixture_write(tmp_path):
    """Write files by name, each a scenario without its version; returns the last one's path."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / f"{name}.yaml"
            path.write_text("version: 1\n" + text, "utf-8")
        return path

    return write


def refused(path):
    with pytest.raises(ScenarioError) as error:
        load(path)
    return str(error.value).replace(f"{path.parent}/", "")


@pytest.mark.parametrize("text", ["", "extends: default\n"], ids=["by default", "by name"])
def test_the_built_in_world_is_extended(write, text):
    path = write(x=text)

    scenario = load(path)

    assert scenario == replace(load_default(), name="x", description="", path=path)


def test_a_file_of_its_own_has_only_what_it_says(write):
    scenario = load(write(x="extends: none\npersonas: {zoe: {}}\n"))

    assert (list(scenario.personas), scenario.users, scenario.organizations) == (["zoe"], (), ())


def test_name_description_and_tags_are_not_inherited(write):
    scenario = load(write(base="name: b\ndescription: d\ntags: [t]\n", x="extends: base.yaml\n"))

    assert (scenario.name, scenario.description, scenario.tags) == ("x", "", ())


def test_plain_values_are_inherited_unless_given(write):
    base = "profile: classic\nseed: s\nclock: 2026-01-01T08:00:00Z\n"

    scenario = load(write(base=base, x="extends: base.yaml\nseed: own\n"))

    assert (scenario.profile, scenario.seed) == ("classic", "own")
    assert scenario.clock == datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("users", "test/linked"), ("personas", "alice"), ("miniprograms", APPID)],
)
def test_null_removes_an_inherited_entry(write, kind, key):
    before = load_default()

    after = load(write(x=f"{kind}:\n  {key}: null\n"))

    assert _keys(before, kind) - _keys(after, kind) == ({key} if kind != "miniprograms" else set())


def _keys(scenario, kind):
    found = getattr(scenario, kind)
    return {user.id for user in found} if kind == "users" else set(found)


def test_a_mini_program_without_words_of_its_own_is_the_providers(write):
    scenario = load(write(x=f"miniprograms: {{{APPID}: null}}\n"))

    assert scenario.miniprograms == {APPID: MiniProgram(appid=APPID, secret="0123456789abcdef" * 2)}


def test_the_built_in_provider_may_get_another_appid(write):
    scenario = load(write(x="providers: {provider-mini: {clientId: wxother}}\n"))

    assert scenario.miniprograms == {"wxother": MiniProgram(appid="wxother", secret="0123456789abcdef" * 2)}


def test_null_removes_what_init_data_brought(write, tmp_path):
    (tmp_path / "data.json").write_text('{"organizations": [{"name": "real"}, {"name": "other"}]}')

    scenario = load(write(x="extends: none\ninit_data: data.json\norganizations: {real: null}\n"))

    assert [row.name for row in scenario.organizations] == ["other"]


def test_a_persona_is_no_word_of_init_data(write, tmp_path):
    (tmp_path / "data.json").write_text('{"users": [{"owner": "test", "name": "a", "persona": {"x": 1}}]}')

    scenario = load(write(x="init_data: data.json\n"))

    assert [user for user in scenario.users if user.name == "a"] == [
        {"owner": "test", "name": "a", "signupApplication": "app-docs"}
    ]


def test_codes_replace_each_other_whole(write):
    base = "codes: {x: {persona: alice}, y: {error: 40029}, strict: true}\n"

    scenario = load(write(base=base, x="extends: base.yaml\ncodes: {x: {error: 40163}, y: null}\n"))

    assert {code: (rule.persona, rule.effect.errcode) for code, rule in scenario.codes.items()} == {"x": (None, 40163)}
    assert scenario.strict_codes


def test_faults_steps_and_final_steps_follow_the_inherited_ones(write):
    base = "faults: [{at: wechat.*, http: 500}]\nsteps: [{note: a}]\nfinally: [{note: y}]\n"
    own = "extends: base.yaml\nfaults: [{at: wechat.*, http: 501}]\nsteps: [{note: b}]\nfinally: [{note: z}]\n"

    scenario = load(write(base=base, x=own))

    assert [(one.id, one.effect.status) for one in scenario.faults] == [("fault-1", 500), ("fault-2", 501)]
    assert [step["note"] for step in scenario.steps + scenario.cleanup] == ["a", "b", "y", "z"]


def test_three_files_lie_over_each_other(write):
    scenario = load(
        write(
            a="personas: {zoe: {city: A, phone: '1'}}\nseed: a\n",
            b="extends: a.yaml\npersonas: {zoe: {city: B}}\n",
            x="extends: b.yaml\npersonas: {zoe: {nickname: Z}}\n",
        )
    )

    person = scenario.personas["zoe"]
    assert (scenario.seed, person.city, person.phone, person.nickname) == ("a", "B", "1", "Z")


def test_a_mistake_of_an_extended_file_is_shown_in_that_file(write):
    path = write(base="users:\n  test/a: {persona: zoe}\n", x="extends: base.yaml\n")

    assert refused(path) == (
        "base.yaml:3:21: nobody declared the persona 'zoe'; allowed: alice, bob, carol, visitor\n"
        "      test/a: {persona: zoe}\n"
        "                        ^"
    )


def test_a_broken_extended_file_is_never_used_in_part(write):
    path = write(base="faults:\n  - {at: wechat.*, http: 999}\n", x="extends: base.yaml\n")

    assert refused(path) == (
        "base.yaml:3:26: expected at most 599, got 999\n"
        "      - {at: wechat.*, http: 999}\n"
        "                             ^"
    )


def test_the_mistakes_of_both_files_come_at_once(write):
    path = write(base="foo: 1\nprofile: clasic\n", x="extends: base.yaml\nprofil: docs\n")

    assert [line for line in refused(path).splitlines() if ".yaml:" in line] == [
        (
            "base.yaml:2:1: unknown key 'foo'; allowed: adapters, applications, apps, audit, certs, clock, codes, "
            "description, enforcers, extends, faults, finally, flows, forbidden_words, groups, hosts, init_data, "
            "miniprograms, models, name, …"
        ),
        "base.yaml:3:10: 'clasic' is not allowed here; did you mean 'classic'?",
        "x.yaml:3:1: unknown key 'profil'; did you mean 'profile'?",
    ]


def test_own_mistakes_are_shown_beside_an_extended_file_that_is_no_yaml(write):
    path = write(base="faults: [\n", x="extends: base.yaml\nprofile: clasic\n")

    assert [line.split(": ")[0] for line in refused(path).splitlines() if ".yaml:" in line] == [
        "base.yaml:3:1",
        "x.yaml:3:10",
    ]


def test_inherited_faults_are_told_from_own_ones(write):
    base = "faults:\n  - {at: wechat.*, http: 500}\n  - {at: nope.*, http: 500}\n"
    own = "extends: base.yaml\nfaults:\n  - {at: wechat.*, http: 501}\n  - {at: casdoor.login, error: 1}\n"

    said = [line.partition("; allowed")[0] for line in refused(write(base=base, x=own)).splitlines()]

    assert said == [
        "base.yaml:4:10: unknown operation 'nope.*'",
        "      - {at: nope.*, http: 500}",
        "             ^",
        "x.yaml:5:32: an errcode is WeChat's; casdoor.login answers with {error, error_description} or {msg}",
        "      - {at: casdoor.login, error: 1}",
        "                                   ^",
        "x.yaml:5:32: unknown errcode 1",
        "      - {at: casdoor.login, error: 1}",
        "                                   ^",
    ]


def test_the_mistake_of_an_inherited_step_is_shown_in_its_file(write):
    path = write(base="steps:\n  - use: nowhere\n", x="extends: base.yaml\n")

    assert (
        refused(path) == "base.yaml:3:10: unknown flow 'nowhere'; there are none\n      - use: nowhere\n             ^"
    )


def test_removing_what_an_extended_file_needs_is_a_mistake_of_the_one_that_removes(write):
    base = "personas: {zoe: {}}\nusers:\n  test/a: {persona: zoe}\n"
    path = write(base=base, x="extends: base.yaml\npersonas:\n  zoe: null\n")

    assert refused(path) == (
        "x.yaml:4:8: nobody declared the persona 'zoe'; allowed: alice, bob, carol, visitor; "
        f"users.test/a.persona of {path.parent / 'base.yaml'}:4 needs it\n".replace(f"{path.parent}/", "")
        + "      zoe: null\n"
        "           ^"
    )


def test_a_problem_of_the_built_in_world_is_not_remembered(write):
    path = write(x="personas: {carol: null}\n")
    first = refused(path)

    assert (refused(path), load_default().personas["carol"].name) == (first, "carol")


@pytest.mark.parametrize("named", ["x.yaml", "./x.yaml", "../loop/x.yaml"])
def test_a_file_that_extends_itself_is_refused(tmp_path, named):
    (tmp_path / "loop").mkdir()
    path = tmp_path / "loop" / "x.yaml"
    path.write_text(f"version: 1\nextends: {named}\n")

    assert f"{named} extends this file in turn" in refused(path)


def test_a_chain_of_many_files_is_refused(write):
    files = {f"c{number}": f"extends: c{number - 1}.yaml\n" for number in range(1, 500)}

    assert "more than 20 files extend each other" in refused(write(c0="", **files))


@pytest.mark.parametrize("key", ["extends", "init_data"])
@pytest.mark.parametrize("named", ['"a\\0b"', "a" * 5000, '""', "x.yaml/y", "ring"], ids=lambda one: one[:8])
def test_a_name_that_no_file_can_have_is_a_mistake(write, tmp_path, key, named):
    (tmp_path / "ring").symlink_to("ring")

    assert refused(write(x=f"{key}: {named}\n")).startswith(f"x.yaml:2:{len(key) + 3}: there is no file ")
