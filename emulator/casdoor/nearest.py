"""Which recorded version is nearest to a Casdoor, and what is known to differ between the two."""

import re
from dataclasses import dataclass
from functools import cache

from emulator.casdoor.version_tables import read_object
from emulator.casdoor.versions import PROFILES, Profile, newest
from emulator.core.json_object import JsonObject
from emulator.core.tables import table_folder

_VERSION = re.compile(r"v?[0-9]+(?:\.[0-9]+){0,2}")

Numbers = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a release brought, as a client sees it. Source: facts/casdoor.md 10.2.

    `since` is the first release that surely has it; where it was not narrowed down, it came some time `after` another.
    `until` is the release that took it away again. `login` marks another shape of the reply to a login.
    """

    since: str
    text: str
    after: str = ""
    until: str = ""
    login: bool = False

    def __str__(self) -> str:
        when = f"some time after {self.after}" if self.after else f"from {self.since}"
        return f"{when}{f' until about {self.until}' if self.until else ''}: {self.text}"

    def lies_between(self, one: str, other: str) -> bool:
        """Return whether two versions differ in this, or may."""
        low, high = sorted((_numbers(one), _numbers(other)))
        if self.until and low >= _numbers(self.until):
            return False
        began = low < _numbers(self.since) and high >= _numbers(self.since)
        if self.after:
            began = low < _numbers(self.since) and high > _numbers(self.after)
        return began or (bool(self.until) and high >= _numbers(self.until))


def nearest(version: str) -> tuple[Profile, str]:
    """Return the profile nearest to a Casdoor version such as `3.20.0`, and what is known to differ, by name.

    Nearest is the one whose logins look the same, then the one with the fewest changes between the two, those that
    came at an unknown time counted last, then the older one. Raises ValueError for a text that is not a version, and
    for one too old to be played.
    """
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is not a Casdoor version; write three numbers such as 3.158.0")
    shown = _full(version)
    if _numbers(shown) < _numbers(_oldest()):
        raise ValueError(f"Casdoor {shown} is not played; the oldest that can be is {_oldest()}")
    recorded = sorted((one for one in PROFILES.values() if not one.leniencies), key=lambda one: _numbers(_name(one)))
    profile = min(recorded, key=lambda one: _distance(shown, _name(one)))
    if _numbers(shown) == _numbers(_name(profile)):
        return profile, f"Casdoor {shown} is the recorded version of profile {profile.name}"
    plays = "" if profile.name == _name(profile) else f", which plays {_name(profile)}"
    differences = _differences(shown, _name(profile))
    return profile, f"Casdoor {shown} was not recorded; nearest is profile {profile.name}{plays}{differences}"


def changes_between(one: str, other: str) -> tuple[Change, ...]:
    """Return the known changes between two versions, whichever is the older, in the order in which they came."""
    return tuple(change for change in _changes() if change.lies_between(one, other))


def _differences(asked: str, played: str) -> str:
    between = changes_between(asked, played)
    if not between:
        newer = _numbers(asked) > _numbers(newest().name)
        return f"; what came after {played} is not known" if newer else "; no difference between the two is known"
    return "".join(("; known to differ between the two:", *(f"\n  {change}" for change in between)))


def _distance(asked: str, played: str) -> tuple[int, int, int]:
    between = changes_between(asked, played)
    certain = [change for change in between if not change.after]
    return sum(change.login for change in between), len(certain), len(between)


def _name(profile: Profile) -> str:
    return profile.version.name


def _full(version: str) -> str:
    """Return a version with its `v` and all three numbers."""
    return f"v{'.'.join([*version.removeprefix('v').split('.'), '0', '0'][:3])}"


def _numbers(version: str) -> Numbers:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def _oldest() -> str:
    return _written().text("oldest")


@cache
def _written() -> JsonObject:
    return read_object(table_folder("casdoor", "changes.json"), ("oldest", "changes"))


@cache
def _changes() -> tuple[Change, ...]:
    rows = [_change(row) for row in _written().rows("changes")]
    return tuple(sorted(rows, key=lambda one: _numbers(one.since)))


def _change(row: JsonObject) -> Change:
    return Change(
        since=row.text("from"),
        text=row.text("text"),
        after=row.text("after"),
        until=row.text("until"),
        login=row.flag("login"),
    )
