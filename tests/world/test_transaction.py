"""Promises about transactions: one state, one time, a trace of their own."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.control.service import ControlService
from emulator.control.worlds import open_world
from emulator.core.reply import Reply
from emulator.scenario import load_default
from emulator.world.trace import InnerCall

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.fixture(name="ticking")
def fixture_ticking():
    """A world whose machine's clock moves at every look."""
    ticks = iter(range(1000))
    return open_world(load_default(), wall=lambda: START + timedelta(seconds=next(ticks)))


def test_time_is_read_once(ticking):
    tx = ticking.transaction()

    assert tx.at == tx.at
    assert ticking.transaction().at > tx.at


def test_a_reset_and_another_profile_disturb_nothing_under_way(ticking):
    tx, before = ticking.transaction(), ticking.state
    service = ControlService(ticking)

    service.switch_profile("classic")
    service.reset()

    assert (tx.state is before, tx.profile, ticking.state is before) == (True, "docs", False)
    assert ticking.transaction().profile == "classic"


def test_a_call_inside_has_a_trace_of_its_own_until_it_is_absorbed(ticking):
    tx = ticking.transaction()
    tx.note("outer")
    inner = tx.inner("wechat.code2session")
    inner.note("inner")
    inner.trace.persona = "alice"
    inner.trace.faults.append("busy")
    inner.trace.delay = timedelta(seconds=1)

    assert (tx.trace.notes, tx.trace.persona, inner.trace.notes) == (["outer"], "", ["inner"])

    call = InnerCall(operation="wechat.code2session", url="http://w/", reply=Reply())
    tx.absorb(inner, call)

    assert (tx.trace.notes, tx.trace.persona, tx.trace.faults) == (["outer", "inner"], "alice", ["busy"])
    assert (tx.trace.delay, tx.trace.inner, inner.at) == (timedelta(seconds=1), [call], tx.at)


def test_exchanges_are_numbered_when_they_begin_and_settled_when_all_before_have_ended(ticking):
    first, second, third = (ticking.exchange() for _ in range(3))
    state = ticking.state
    settled = [state.settled]
    for one in (second, first, third):
        state.end_exchange(one.number)
        settled.append(state.settled)

    assert ([first.number, second.number, third.number], settled) == ([1, 2, 3], [0, 0, 2, 3])


def test_what_is_not_an_exchange_has_no_number(ticking):
    assert (ticking.transaction().number, ticking.state.last_number) == (0, 0)
