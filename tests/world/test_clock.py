from datetime import UTC, datetime, timedelta

import pytest

from emulator.world.clock import Clock, rfc3339

NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_a_frozen_clock_stands():
    clock = Clock(lambda: LATER, frozen_at=NOW)

    assert (clock.now(), clock.frozen) == (NOW, True)


def test_a_running_clock_follows_the_machine_at_an_offset():
    wall = [NOW]
    clock = Clock(lambda: wall[0])
    clock.advance(timedelta(minutes=5))

    wall[0] = LATER

    assert clock.now() == LATER + timedelta(minutes=5)


def test_a_clock_can_be_stopped_and_started():
    wall = [NOW]
    clock = Clock(lambda: wall[0])
    clock.set(LATER, frozen=True)
    wall[0] = NOW + timedelta(minutes=1)
    stopped = clock.now()

    clock.set(LATER, frozen=False)
    wall[0] += timedelta(minutes=1)

    assert (stopped, clock.now()) == (LATER, LATER + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda clock: clock.advance(timedelta(seconds=-1)), "the clock cannot go back"),
        (lambda clock: clock.set(NOW - timedelta(seconds=1)), "the clock cannot go back from"),
        (lambda clock: clock.advance(timedelta.max), "that is beyond the year 9999"),
    ],
)
def test_a_clock_refuses_to_go_back_or_out_of_the_calendar(change, message):
    clock = Clock(lambda: NOW, frozen_at=NOW)

    with pytest.raises(ValueError, match=message):
        change(clock)

    assert clock.now() == NOW


def test_instants_are_shown_in_whole_seconds():
    assert rfc3339(NOW + timedelta(milliseconds=999)) == "2026-01-01T08:00:00Z"


def test_a_clock_can_be_stopped_while_it_runs():
    ticks = iter(range(1000))
    clock = Clock(lambda: NOW + timedelta(seconds=next(ticks)))

    clock.set(None, frozen=True)

    assert clock.now() == clock.now()
