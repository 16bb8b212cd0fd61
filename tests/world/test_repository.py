"""Promises about tables: their bound, what changed since a mark, and their way into JSON and back."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from emulator.control.codec import codec_of
from emulator.core.limits import Limits
from emulator.world.counters import Counters
from emulator.world.repository import Table
from emulator.world.state import Setting, State

START = datetime(2026, 1, 1, 8, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Coin:
    """A row, under two names."""

    owner: str
    name: str
    worth: int = 1


class Coins(Table[tuple[str, str], Coin]):
    """Coins by owner and name, at most three."""

    name = "coins"
    row_kind = Coin

    def __init__(self, state):
        super().__init__(state, bound=3)
        self.owners = []

    def key_of(self, row):
        return row.owner, row.name

    def index(self, old, new):
        self.owners = [one for one in self.owners if old is None or one != old.owner] + ([new.owner] if new else [])

    def put(self, owner, name="x", worth=1):
        with self.lock:
            self._put(Coin(owner=owner, name=name, worth=worth))

    def remove(self, owner, name="x"):
        with self.lock:
            self._remove((owner, name))


def fresh(kind=Coins, **limits):
    setting = Setting(name="s", profile="docs", clock=START)
    state = State(setting, wall=lambda: START, profile="docs", kinds=(kind,), limits=Limits(**limits))
    return state.get(kind)


def follow(leader, follower, since):
    """Bring a table's changes since a mark to another one; return the mark for the next time."""
    mark = leader.state.revision
    frozen = leader.freeze_changes(since)
    if frozen is not None:
        follower.restore_changes(leader.encode_changes(frozen, codec_of()), codec_of())
    return mark


def owners(table):
    return [row.owner for row in table.all()]


def test_of_more_than_the_bound_the_oldest_is_forgotten():
    coins = fresh()
    for owner in "abcd":
        coins.put(owner)

    assert (owners(coins), coins.owners, coins.find(("a", "x"))) == (["b", "c", "d"], ["b", "c", "d"], None)


def test_a_changed_row_keeps_its_place():
    coins = fresh()
    for owner in "abc":
        coins.put(owner)

    coins.put("a", worth=7)

    assert (owners(coins), coins.find(("a", "x")).worth) == (["a", "b", "c"], 7)


def test_what_is_encoded_comes_back():
    coins, other = fresh(), fresh()
    for owner in "abc":
        coins.put(owner)

    other.restore(coins.encode(coins.freeze(), codec_of()), codec_of())

    assert other.all() == coins.all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"^coins must be a list, not '\{\}'$"),
        ([{"owner": "a"}], r"^required field missing at coins.name$"),
        ([{"owner": "a", "name": 1}], r"1 must be str"),
        ([{"owner": "a", "name": "b"}] * 2, r"^coins: \('a', 'b'\) occurs twice$"),
        ([{"owner": f"{n}", "name": "b"} for n in range(4)], r"^coins: there are 4, more than the 3 that this server"),
    ],
)
def test_what_is_not_a_table_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        fresh().restore(given, codec_of())


def test_nothing_changed_since_now():
    coins = fresh()
    coins.put("a")

    assert coins.freeze_changes(coins.state.revision) is None


def test_a_follower_of_changes_is_always_the_same():
    coins, other, mark = fresh(), fresh(), 0
    acts = [
        lambda: coins.put("a"),
        lambda: coins.put("b"),
        lambda: (coins.put("a", worth=2), coins.put("c")),
        lambda: coins.remove("b"),
        lambda: coins.put("b"),
        lambda: (coins.remove("a"), coins.put("a"), coins.put("b", worth=3)),
        lambda: coins.put("d"),
        lambda: (coins.put("e"), coins.remove("e"), coins.put("f")),
    ]
    for act in acts:
        act()

        mark = follow(coins, other, mark)

        assert other.all() == coins.all()


def test_keys_with_slashes_are_not_taken_for_each_other():
    coins, other = fresh(), fresh()
    coins.put("a/b", "c")
    coins.put("a", "b/c")
    mark = follow(coins, other, 0)

    coins.remove("a/b", "c")
    follow(coins, other, mark)

    assert other.all() == coins.all() == [Coin(owner="a", name="b/c")]


def test_changes_that_are_too_long_ago_are_everything():
    coins, other = fresh(), fresh()
    for number in range(1200):
        coins.put(f"{number}")

    assert set(coins.encode_changes(coins.freeze_changes(1), codec_of())) == {"all"}
    follow(coins, other, 1)
    assert other.all() == coins.all()


@pytest.mark.parametrize("given", [{"put": 1}, {"put": [], "gone": 1}, {"put": [], "gone": [{}]}, {"all": 1}, {}, []])
def test_what_is_not_a_change_is_refused(given):
    with pytest.raises(ValueError, match=r"^coins"):
        fresh().restore_changes(given, codec_of())


def test_a_forgotten_counter_repeats_no_number():
    counters = fresh(Counters, counters=2)
    seen = [counters.count("a") for _ in range(5)]
    counters.count("b")
    counters.count("c")

    seen += [counters.count("a") for _ in range(5)]

    assert len(set(seen)) == 10


def test_a_restored_counter_repeats_no_number_either():
    counters, other = fresh(Counters, counters=2), fresh(Counters, counters=2)
    seen = [counters.count("a") for _ in range(5)]
    counters.count("b")
    counters.count("c")
    other.restore(counters.encode(counters.freeze(), codec_of()), codec_of())

    seen += [other.count("a") for _ in range(5)]

    assert len(set(seen)) == 10
