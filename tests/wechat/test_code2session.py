"""WeChat's code2session by itself: facts/wechat.md 1, design.md 5 and 6."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.control.service import ControlService
from emulator.faults.effects import DroppedKeys, FixedReply, WechatFailure
from emulator.scenario.model import CodeRule, MiniProgram, Persona, scenario_of
from emulator.wechat.catalogue import errmsgs
from emulator.wechat.code2session import answer
from emulator.wechat.login_codes import LoginCodes, issue_code
from emulator.wechat.personas import Personas
from emulator.wechat.session_keys import SessionKeys

APPID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "wx1111111111111111"
REAL = "023dUeGW1oeGOZ0JXvHW1SDVFW1dUeGu"


@pytest.fixture(name="two")
def fixture_two(make_world):
    """A world with a second mini program."""
    programs = dict(scenario_of(make_world().state).miniprograms) | {OTHER: MiniProgram(appid=OTHER, secret="other")}
    return make_world(miniprograms=programs)


def ask(world, code="alice", *, signed_in=None, **changes):
    """Return the trace and the reply of an exchange."""
    given = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"} | changes
    tx = world.exchange(signed_in=signed_in)
    reply = answer(tx, {name: value for name, value in given.items() if value is not None})
    tx.state.end_exchange(tx.number)
    return tx.trace, reply


def errcode(world, code="alice", **changes):
    return json.loads(ask(world, code, **changes)[1].body).get("errcode")


def give_code(world, persona="bob", appid=APPID):
    """Return a code that wx.login gives a persona."""
    return issue_code(world.transaction(), persona=persona, appid=appid).code


def openid(world, persona, appid=APPID):
    return world.state.get(Personas).openid(appid, persona)


def test_success_has_the_real_bytes(world):
    _, reply = ask(world)

    expected = openid(world, "alice")
    key = world.state.get(SessionKeys).find((APPID, "alice")).value.replace("/", "\\/")
    unionid = world.state.get(Personas).unionid(APPID, "alice")
    assert reply.headers == (("Content-Type", "text/plain"),)
    assert reply.body.decode() == f'{{"session_key":"{key}","openid":"{expected}","unionid":"{unionid}"}}'


def test_the_default_persona_has_the_docs_pages_openid_and_no_unionid(world):
    _, reply = ask(world, "visitor")

    body = json.loads(reply.body)
    assert list(body) == ["session_key", "openid"]
    assert body["openid"] == "oGk3T5tIiMFo3SazCO75f0HEiE7Q"


def test_an_invalid_code_is_74_bytes_long(world):
    _, reply = ask(world, "forged")

    assert (len(reply.body), reply.status) == (74, 200)
    assert reply.body.decode().startswith('{"errcode":40029,"errmsg":"invalid code, rid: 69562980-')


def test_the_first_group_of_a_rid_is_the_time_and_the_others_stay_below_2_to_the_31(world):
    rids = [json.loads(ask(world, "forged")[1].body)["errmsg"].rpartition("rid: ")[2] for _ in range(50)]

    groups = [[int(group, 16) for group in rid.split("-")] for rid in rids]
    assert {group[0] for group in groups} == {int(world.state.clock.now().timestamp())}
    assert all(second < 2**31 and third < 2**31 for _, second, third in groups)
    assert len(set(rids)) == 50


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"appid": None, "secret": None}, 41002, id="no appid comes before all"),
        pytest.param({"appid": ""}, 41002, id="an empty appid is none"),
        pytest.param({"appid": "wxnope", "secret": None}, 40013, id="unknown appid beats a missing secret"),
        pytest.param({"secret": None, "js_code": None}, 41004, id="no secret beats no code"),
        pytest.param({"js_code": "", "grant_type": "x"}, 41008, id="no code beats a wrong grant type"),
        pytest.param({"grant_type": "x", "secret": "bad"}, 40002, id="a wrong grant type beats a wrong secret"),
        pytest.param({"secret": "bad", "js_code": "forged"}, 40125, id="a wrong secret beats a forged code"),
        pytest.param({"js_code": "forged"}, 40029, id="a forged code"),
        pytest.param({"grant_type": None}, None, id="no grant type is accepted"),
    ],
)
def test_checks_come_in_wechats_order(world, changes, expected):
    assert errcode(world, **changes) == expected


@pytest.mark.parametrize(
    ("switch", "changes", "expected"),
    [
        pytest.param({"code_first": True}, {"secret": "bad", "js_code": "forged"}, 40029, id="code before secret"),
        pytest.param({"code_first": True}, {"secret": "bad"}, 40125, id="then the secret"),
        pytest.param({"grant_type_required": True}, {"grant_type": None}, 40002, id="grant type required"),
    ],
)
def test_disputed_rules_are_switches(make_world, switch, changes, expected):
    program = MiniProgram(appid=APPID, secret=SECRET, **switch)

    assert errcode(make_world(miniprograms={APPID: program}), **changes) == expected


def test_an_issued_code_works_once(world):
    code = give_code(world)

    first, second = ask(world, code), ask(world, code)

    assert json.loads(first[1].body)["openid"] == openid(world, "bob")
    assert json.loads(second[1].body)["errcode"] == 40163
    assert str(second[0].why) == "this code was given to bob at 08:00:00 and used at 08:00:00 in exchange 1"


def test_an_issued_code_looks_real(world):
    code = give_code(world)

    assert (len(code), code[0], code.isalnum(), code[3:7]) == (32, "0", True, code[27:31])


def test_a_code_dies_after_five_minutes(world):
    code = give_code(world)
    world.state.clock.advance(timedelta(minutes=5))

    call, reply = ask(world, code)

    assert json.loads(reply.body)["errcode"] == 40029
    assert str(call.why) == "this code was given to bob at 08:00:00 and lived for 5 minutes; it is 08:05:00 now"


def test_a_code_lives_just_under_five_minutes(world):
    code = give_code(world)
    world.state.clock.advance(timedelta(minutes=5) - timedelta(milliseconds=1))

    assert errcode(world, code) is None


def test_another_mini_program_spends_a_code_without_getting_it(two):
    code = give_code(two)

    foreign = errcode(two, code, appid=OTHER, secret="other")

    assert (foreign, errcode(two, code)) == (40029, 40163)


def test_several_codes_of_one_person_are_good_side_by_side(world):
    codes = [give_code(world) for _ in range(3)]

    assert [errcode(world, code) for code in reversed(codes)] == [None, None, None]


def test_a_refused_call_leaves_the_code_alone(world):
    code = give_code(world)

    refused = errcode(world, code, secret="bad")

    assert (refused, errcode(world, code)) == (40125, None)


def test_of_parallel_exchanges_of_one_code_one_succeeds(world):
    code = give_code(world)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: errcode(world, code), range(64)))

    assert sorted(answers, key=str) == [40163] * 63 + [None]


@pytest.mark.parametrize(
    ("code", "expected", "notes"),
    [
        pytest.param("alice", None, ["persona-code"], id="a persona's name"),
        pytest.param(REAL, None, ["any-code"], id="shaped like a real code"),
        pytest.param("the code is a mock one", None, ["any-code"], id="DevTools' code"),
        pytest.param("errcode-45011", 45011, [], id="an errcode by name"),
        pytest.param("errcode-99999", 40029, [], id="an errcode that does not exist"),
        pytest.param("x" * 31, 40029, [], id="one character too few"),
    ],
)
def test_what_a_code_means(world, code, expected, notes):
    call, reply = ask(world, code)

    assert (json.loads(reply.body).get("errcode"), call.notes) == (expected, notes)


def test_a_real_looking_code_works_once(world):
    assert [errcode(world, REAL), errcode(world, REAL)] == [None, 40163]


def test_unknown_codes_belong_to_whoever_is_signed_in(world):
    world.state.get(Personas).sign_in("bob")

    here = json.loads(ask(world, REAL)[1].body)["openid"]
    there = json.loads(ask(world, "the code is a mock one", signed_in="carol")[1].body)["openid"]

    assert (here, there) == (openid(world, "bob"), openid(world, "carol"))


@pytest.mark.parametrize("code", ["alice", REAL, "the code is a mock one"])
def test_strict_codes_turn_the_conveniences_off(make_world, code):
    assert errcode(make_world(strict_codes=True), code) == 40029


@pytest.mark.parametrize("number", sorted(errmsgs()))
def test_every_error_of_the_catalogue_can_be_asked_for(world, number):
    _, reply = ask(world, f"errcode-{number}")

    body = json.loads(reply.body)
    assert (body["errcode"], body["errmsg"].partition(", rid: ")[0]) == (number, errmsgs()[number])


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        pytest.param({"persona": "bob"}, None, id="a persona, any number of times"),
        pytest.param({"effect": FixedReply(json={"a": "/"}, has_json=True)}, b'{"a":"\\/"}', id="words"),
        pytest.param({"effect": FixedReply(text="plain")}, b"plain", id="text"),
    ],
)
def test_the_codes_table_says_what_a_code_means(make_world, rule, body):
    world = make_world(codes={"mine": CodeRule(code="mine", **rule)})

    replies = [ask(world, "mine")[1].body for _ in range(2)]

    assert replies[0] == replies[1]
    assert replies[0] == body or json.loads(replies[0])["openid"] == openid(world, "bob")


def test_a_table_entry_may_alter_the_persons_reply(make_world):
    rule = CodeRule(code="mine", persona="bob", effect=DroppedKeys(keys=("unionid",)))

    _, reply = ask(make_world(codes={"mine": rule}), "mine")

    assert list(json.loads(reply.body)) == ["session_key", "openid"]


def test_a_table_entry_with_an_error_answers_before_every_check(make_world):
    rule = CodeRule(code="mine", effect=WechatFailure(errcode=-1))

    assert errcode(make_world(codes={"mine": rule}), "mine", appid="nope") == -1


def test_the_session_key_survives_quick_logins_and_rotates_later(world):
    keys = [json.loads(ask(world)[1].body)["session_key"] for _ in range(2)]
    world.state.clock.advance(timedelta(minutes=1))

    later = json.loads(ask(world)[1].body)["session_key"]

    assert keys[0] == keys[1] != later


@pytest.mark.parametrize(("rotate", "distinct"), [("always", 3), ("never", 1)])
def test_rotation_is_a_setting(make_world, rotate, distinct):
    world = make_world(miniprograms={APPID: MiniProgram(appid=APPID, secret=SECRET, rotate=rotate)})

    keys = set()
    for _ in range(3):
        keys.add(json.loads(ask(world)[1].body)["session_key"])
        world.state.clock.advance(timedelta(hours=1))

    assert len(keys) == distinct


def test_a_new_persona_moves_nobody_elses_identifiers(make_world):
    before = make_world()
    after = make_world(personas={"zoe": Persona(name="zoe")} | dict(scenario_of(before.state).personas))

    ids = [
        (
            openid(world, "bob"),
            world.state.get(Personas).unionid(APPID, "bob"),
            ask(world, "bob")[1].body,
        )
        for world in (before, after)
    ]

    assert ids[0] == ids[1]


def test_another_seed_gives_other_identifiers(make_world):
    assert openid(make_world(seed="x"), "bob") != openid(make_world(seed="y"), "bob")


def test_all_openids_of_a_mini_program_start_alike_and_differ_between_mini_programs(two):
    openids = {openid(two, name) for name in two.state.get(Personas).names()}
    elsewhere = {openid(two, name, OTHER) for name in ("alice", "bob")}

    assert {len(one) for one in openids | elsewhere} == {28}
    assert {one[:6] for one in openids} == {"oGk3T5"}
    assert len({one[:6] for one in elsewhere}) == 1
    assert not openids & elsewhere


def test_the_unionid_is_shared_by_bound_mini_programs_only(make_world):
    programs = {
        name: MiniProgram(appid=name, secret="s", open_platform=platform)
        for name, platform in (("wxa", "acme"), ("wxb", "acme"), ("wxc", "other"), ("wxd", None))
    }
    world = make_world(miniprograms=programs)

    unionids = [world.state.get(Personas).unionid(name, "alice") for name in programs]

    assert unionids[0] == unionids[1] != unionids[2]
    assert unionids[3] is None
    assert len(unionids[0]) == 28


def test_the_recorded_rid_of_a_scenario_is_kept(make_world):
    rid = "6920e3c4-1f2e3d4c-0a1b2c3d"
    recorded = FixedReply(json={"errcode": 1, "errmsg": f"x, rid: {rid}"}, has_json=True)
    world = make_world(codes={"a": CodeRule(code="a", effect=recorded)})

    assert json.loads(ask(world, "forged")[1].body)["errmsg"] == f"invalid code, rid: {rid}"


@pytest.mark.parametrize(
    ("persona", "appid", "message"),
    [
        ("dave", APPID, "unknown persona 'dave'; there are: visitor, alice, bob, carol"),
        ("bob", "wx0", f"unknown appid 'wx0'; there are: {APPID}"),
    ],
)
def test_a_code_is_given_to_known_people_only(world, persona, appid, message):
    with pytest.raises(ValueError, match=message):
        give_code(world, persona, appid)


def test_codes_are_remembered_up_to_a_bound(world):
    codes = [give_code(world) for _ in range(world.limits.login_codes + 2)]

    assert [one.code for one in world.state.get(LoginCodes).all()] == codes[2:]


def test_reset_forgets_codes_and_gives_the_same_again(world):
    first = give_code(world)
    ControlService(world).reset()

    assert give_code(world) == first


def test_a_frozen_scenario_changes_nothing_between_two_worlds(make_world):
    one, other = make_world(), make_world()

    assert [ask(one, "alice")[1], ask(one, "forged")[1]] == [ask(other, "alice")[1], ask(other, "forged")[1]]
    assert replace(scenario_of(one.state)) == scenario_of(other.state)
