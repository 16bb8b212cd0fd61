"""A world's whole state as JSON, and back, exactly (design.md 8)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, cast

from emulator.casdoor.defaults import check_row
from emulator.casdoor.versions import PROFILES
from emulator.control.codec import codec_of
from emulator.core.json_object import Json
from emulator.journal.journal import Journal
from emulator.scenario.model import Scenario, scenario_of
from emulator.world.clock import FIRST_YEAR, LAST_YEAR, Clock, WallClock
from emulator.world.repository import Codec, Repository
from emulator.world.state import State
from emulator.world.world import World

#: The version of the format; another one is refused.
FORMAT = 2
_KEYS = ("format", "profile", "scenario", "state", "journal")


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A state at one moment, taken quickly: what never changes, to be made JSON in one's own time."""

    state: State
    profile: str
    clock: Clock
    last_number: int
    parts: Mapping[str, object]


def freeze(state: State) -> Frozen:
    """Return a state as it is at this moment."""
    with state.lock:
        return Frozen(
            state=state,
            profile=state.profile,
            clock=copy(state.clock),
            last_number=state.last_number,
            parts={one.name: one.freeze() for one in state.repositories},
        )


def take(world: World) -> dict[str, Json]:
    """Return the state of a world as JSON: its scenario, profile, and everything that a reset throws away.

    Secrets are in it as they are. An instant is RFC 3339, a duration a number of seconds, bytes a text or
    `{"base64": …}`; of users only what differs from a fresh one. A running clock is stored as its offset, so that two
    snapshots of an idle world are equal.
    """
    return encode(freeze(world.state))


def _kept(scenario: Scenario) -> Scenario:
    """Return what a world is made of: the apps that a file tests, and their audit, are no part of it."""
    return replace(scenario, apps={}, audit={})


def encode(frozen: Frozen) -> dict[str, Json]:
    """Return a frozen state as JSON."""
    codec = codec_of()
    parts = {one.name: one.encode(frozen.parts[one.name], codec) for one in frozen.state.repositories}
    exchanges = parts.pop(Journal.name)
    return {
        "format": FORMAT,
        "profile": frozen.profile,
        "scenario": codec.encode(_kept(scenario_of(frozen.state)), Scenario),
        "state": {"clock": codec.encode(frozen.clock, Clock), **parts},
        "journal": {"last": frozen.last_number, "exchanges": exchanges},
    }


def dump(taken: Mapping[str, Json]) -> str:
    """Return a snapshot as text that can be compared line by line, each exchange on a line of its own."""
    rest = {name: value for name, value in taken.items() if name != "journal"}
    journal: Any = taken["journal"]
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in journal["exchanges"])
    exchanges = f"[\n  {lines}\n ]" if lines else "[]"
    head = json.dumps(rest, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{head},\n "journal": {{"last": {journal["last"]}, "exchanges": {exchanges}}}\n}}\n'


def restore(world: World, given: Json) -> None:
    """Put a world into the state that `take` returned; raises ValueError with what is wrong, and changes nothing."""
    world.replace_state(decode(world, given))


def decode(world: World, given: Json) -> State:
    """Return the state that `take` returned, for a world; raises ValueError with what is wrong."""
    if not isinstance(given, dict) or set(given) != set(_KEYS):
        raise ValueError(f"a state is an object with {', '.join(map(repr, _KEYS))}, as GET state answers")
    if given["format"] != FORMAT:
        raise ValueError(f"'format' is {given['format']!r}; this version reads {FORMAT}")
    profile = given["profile"]
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValueError(f"'profile' is {profile!r}; allowed: {PROFILES.allowed}")
    codec = codec_of()
    scenario = _checked(codec.decode(given["scenario"], Scenario, "scenario"))
    if scenario.clock is not None:
        _checked_clock(Clock(world.wall, frozen_at=scenario.clock), "scenario")
    state = world.fresh_state(scenario, profile=profile)
    parts, journal = _object(given["state"], "state"), _object(given["journal"], "journal")
    clock = codec.decode(parts.pop("clock", {}), Clock, "state.clock")
    state.clock = _checked_clock(Clock(world.wall, frozen_at=clock.frozen_at, offset=clock.offset), "state")
    state.last_number = codec.decode(journal.pop("last", None), int, "journal.last")
    parts[Journal.name] = journal.pop("exchanges", [])
    unknown = [*(set(parts) - {one.name for one in state.repositories}), *journal]
    if unknown:
        raise ValueError(f"state: unknown {', '.join(map(repr, sorted(unknown)))}")
    for one in state.repositories:
        if one.name in parts:
            _restore(one, parts[one.name], codec)
    return state


def rest_of(state: State) -> dict[str, Json]:
    """Return what a state holds besides its repositories; the caller holds its lock."""
    clock = codec_of().encode(state.clock, Clock)
    return {"profile": state.profile, "clock": clock, "last": state.last_number}


def freeze_changes(state: State, since: int) -> dict[str, object]:
    """Return what changed in each repository after a revision; the caller holds the state's lock."""
    changed = {one.name: one.freeze_changes(since) for one in state.repositories}
    return {name: one for name, one in changed.items() if one is not None}


def encode_changes(state: State, rest: Mapping[str, object], parts: Mapping[str, object]) -> dict[str, Json]:
    """Return frozen changes as JSON."""
    codec = codec_of()
    encoded = {one.name: one.encode_changes(parts[one.name], codec) for one in state.repositories if one.name in parts}
    return {**cast("dict[str, Json]", dict(rest)), "parts": cast("Json", encoded)}


def restore_changes(state: State, given: Json, wall: WallClock) -> None:
    """Apply what `encode_changes` returned; raises ValueError."""
    changes, codec = _object(given, "changes"), codec_of()
    profile = changes.get("profile")
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValueError(f"'profile' is {profile!r}; allowed: {PROFILES.allowed}")
    state.profile = profile
    clock = codec.decode(changes.get("clock", {}), Clock, "clock")
    state.clock = Clock(wall, frozen_at=clock.frozen_at, offset=clock.offset)
    state.last_number = codec.decode(changes.get("last"), int, "last")
    parts = _object(changes.get("parts"), "parts")
    for one in state.repositories:
        if one.name in parts:
            with _as_value_error(one.name):
                one.restore_changes(parts[one.name], codec)


@contextmanager
def _as_value_error(name: str) -> Iterator[None]:
    try:
        yield
    except (TypeError, AttributeError, OverflowError, RecursionError, LookupError) as error:
        raise ValueError(f"{name}: {error}") from error


def _restore(repository: Repository, given: Json, codec: Codec) -> None:
    with _as_value_error(repository.name):
        repository.restore(given, codec)


def _object(value: Json, name: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")
    return dict(value)


def _checked_clock(clock: Clock, name: str) -> Clock:
    """Return a clock that shows a time from which tokens can expire; raises ValueError."""
    try:
        year = clock.now().year
    except OverflowError:
        year = 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{name}: the clock is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return clock


def _checked(scenario: Scenario) -> Scenario:
    """Return a scenario of whose rows each field has its type; raises ValueError."""
    for kind, rows in (
        ("organization", scenario.organizations),
        ("application", scenario.applications),
        ("provider", scenario.providers),
        ("cert", scenario.certs),
        ("user", scenario.users),
    ):
        for row in rows:
            check_row(kind, row)
    return scenario
