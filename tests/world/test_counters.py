"""Promises about the numbers that keep derived values apart."""

from datetime import UTC, datetime

import pytest

from emulator.control.snapshot import restore, take
from emulator.control.worlds import open_world
from emulator.core.limits import Limits
from emulator.scenario import load_default
from emulator.world.counters import Counters

NAMES = ("a", "b", "a", "c", "b", "a")


@pytest.fixture(name="world")
def fixture_world():
    return open_world(load_default(), wall=lambda: datetime(2026, 1, 1, 8, tzinfo=UTC), limits=Limits(counters=2))


@pytest.mark.parametrize("restored_after", [None, 2, 4], ids=str)
def test_no_number_comes_twice_though_some_are_forgotten(world, restored_after):
    counted = []
    for number, name in enumerate(NAMES):
        if number == restored_after:
            restore(world, take(world))
        counted.append((name, world.state.get(Counters).count(name)))

    assert len(set(counted)) == len(NAMES)


def test_a_restored_world_counts_as_the_one_before(world):
    for name in NAMES:
        world.state.get(Counters).count(name)
    told = take(world)
    before = [world.state.get(Counters).count(name) for name in NAMES]

    restore(world, told)

    assert [world.state.get(Counters).count(name) for name in NAMES] == before
