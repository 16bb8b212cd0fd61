"""Windows and effects of planned faults: design.md 7."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.faults.effects import Delay, Fault, Limit, StatusOnly, WechatFailure
from emulator.faults.plan import FaultPlan

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUSY = WechatFailure(errcode=-1)
OPERATION = "wechat.code2session"


def plan_of(*faults, seed="s"):
    return FaultPlan.begin(faults, seed=seed, now=NOW)


def struck(plan, times, *, facts=None, operation=OPERATION):
    return [plan.match(operation, (facts or {}).get, now=NOW) is not None for _ in range(times)]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param({}, "xxxxxx", id="always"),
        pytest.param({"times": 2}, "xx....", id="times"),
        pytest.param({"after": 2}, "..xxxx", id="after"),
        pytest.param({"every": 3}, "..x..x", id="every"),
        pytest.param({"after": 1, "every": 2, "times": 1}, "..x...", id="together"),
    ],
)
def test_a_window_chooses_the_calls(window, expected):
    plan = plan_of(Fault(id="f", at=OPERATION, effect=BUSY, **window))

    assert "".join("x" if hit else "." for hit in struck(plan, 6)) == expected


def test_a_fault_ends_when_its_time_is_over():
    plan = plan_of(Fault(id="f", at=OPERATION, effect=BUSY, span=timedelta(seconds=30)))

    hits = [plan.match(OPERATION, {}.get, now=NOW + timedelta(seconds=at)) is not None for at in (0, 29, 30)]

    assert hits == [True, True, False]


def test_chance_is_derived_from_the_seed():
    def pattern(seed):
        return struck(plan_of(Fault(id="f", at=OPERATION, effect=BUSY, chance=0.3), seed=seed), 400)

    assert pattern("a") == pattern("a") != pattern("b")
    assert 80 < sum(pattern("a")) < 160


@pytest.mark.parametrize(
    ("at", "operation", "hit"),
    [
        ("wechat.*", OPERATION, True),
        ("*", "casdoor.login", True),
        ("casdoor.*", OPERATION, False),
        ("casdoor.login", "casdoor.login", True),
    ],
)
def test_a_fault_names_an_operation_or_a_pattern(at, operation, hit):
    assert struck(plan_of(Fault(id="f", at=at, effect=BUSY)), 1, operation=operation) == [hit]


@pytest.mark.parametrize(
    ("facts", "hit"),
    [
        ({"persona": "alice", "header.x-test": "1"}, True),
        ({"persona": "alice"}, False),
        ({"persona": "bob", "header.x-test": "1"}, False),
    ],
)
def test_all_facts_of_when_must_hold(facts, hit):
    fault = Fault(id="f", at=OPERATION, effect=BUSY, when={"persona": "alice", "header.x-test": "1"})

    assert struck(plan_of(fault), 1, facts=facts) == [hit]


def test_calls_that_do_not_match_are_not_counted():
    plan = plan_of(Fault(id="f", at=OPERATION, effect=BUSY, when={"persona": "alice"}, after=1))

    struck(plan, 5, facts={"persona": "bob"})

    assert struck(plan, 2, facts={"persona": "alice"}) == [False, True]


def test_the_first_effect_counts_and_the_next_fault_waits_its_turn():
    gone = StatusOnly(status=503)
    plan = plan_of(Fault(id="a", at="*", effect=BUSY, times=1), Fault(id="b", at="*", effect=gone, times=1))

    matches = [plan.match(OPERATION, {}.get, now=NOW) for _ in range(3)]

    assert [match and (match.effect, match.ids) for match in matches] == [(BUSY, ("a",)), (gone, ("b",)), None]


def test_delays_add_up_and_go_with_an_effect():
    second = timedelta(seconds=1)
    plan = plan_of(
        Fault(id="a", at="*", delay=Delay(shortest=second, longest=second)),
        Fault(id="b", at="*", delay=Delay(shortest=second, longest=second), effect=BUSY),
    )

    match = plan.match(OPERATION, {}.get, now=NOW)

    assert (match.delay, match.effect, match.ids) == (2 * second, BUSY, ("a", "b"))


def test_a_delay_between_two_durations_is_derived():
    fault = Fault(id="a", at="*", delay=Delay(shortest=timedelta(seconds=1), longest=timedelta(seconds=2)))

    delays = [
        [plan.match(OPERATION, {}.get, now=NOW).delay for _ in range(5)] for plan in (plan_of(fault), plan_of(fault))
    ]

    assert delays[0] == delays[1]
    assert len(set(delays[0])) == 5
    assert all(timedelta(seconds=1) <= delay < timedelta(seconds=2) for delay in delays[0])


def test_a_limit_lets_some_pass_in_any_stretch_of_its_time():
    limit = Limit(requests=2, per=timedelta(minutes=1), failure=WechatFailure(errcode=45011))
    plan = plan_of(Fault(id="quota", at="*", effect=limit))

    hits = [
        plan.match(OPERATION, {}.get, now=NOW + timedelta(seconds=at)) is not None for at in (0, 30, 40, 61, 62, 91)
    ]

    assert hits == [False, False, True, False, True, False]


def test_a_lifted_fault_strikes_no_more():
    plan = plan_of(Fault(id="a", at="*", effect=BUSY))

    assert (plan.remove("a"), plan.remove("a"), struck(plan, 1), bool(plan)) == (True, False, [False], False)


def test_a_fault_planned_later_comes_after_the_others():
    plan = plan_of(Fault(id="a", at="*", effect=BUSY, times=1))
    plan.add(Fault(id="b", at="*", effect=BUSY, span=timedelta(seconds=1)), now=NOW)

    ids = [plan.match(OPERATION, {}.get, now=NOW).ids for _ in range(2)]

    assert ids == [("a",), ("b",)]


def test_a_fault_planned_again_under_its_id_counts_from_the_beginning():
    plan = plan_of(Fault(id="a", at="*", effect=BUSY, times=1))
    before = struck(plan, 2)
    plan.remove("a")
    plan.add(Fault(id="a", at="*", effect=BUSY, times=1), now=NOW)

    assert (before, struck(plan, 2)) == ([True, False], [True, False])
