"""A world's whole state as JSON, and back, exactly (design.md 8)."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ForwardRef, cast, get_args

from emulator.casdoor.defaults import check_row
from emulator.casdoor.versions import PROFILES
from emulator.core.json_object import Json, JsonObject
from emulator.core.reply import Headers
from emulator.faults.effects import Effect
from emulator.journal.journal import Journal
from emulator.scenario.model import Scenario
from emulator.world.clock import Clock, WallClock
from emulator.world.repository import Codec, Repository
from emulator.world.state import State
from emulator.world.world import World

if TYPE_CHECKING:
    from cattrs import Converter

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
    `{"base64": …}`; of users only what differs from a fresh one. A running clock is told by its offset, so that two
    snapshots of an idle world are equal.
    """
    return encode(freeze(world.state))


def encode(frozen: Frozen) -> dict[str, Json]:
    """Return a frozen state as JSON."""
    codec = codec_of()
    parts = {one.name: one.encode(frozen.parts[one.name], codec) for one in frozen.state.repositories}
    exchanges = parts.pop(Journal.name)
    return {
        "format": FORMAT,
        "profile": frozen.profile,
        "scenario": codec.encode(frozen.state.setting, Scenario),
        "state": {"clock": codec.encode(frozen.clock, Clock), **parts},
        "journal": {"last": frozen.last_number, "exchanges": exchanges},
    }


def dump(told: Mapping[str, Json]) -> str:
    """Return a snapshot as text that can be compared line by line, each exchange on a line of its own."""
    rest = {name: value for name, value in told.items() if name != "journal"}
    journal: Any = told["journal"]
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
        raise ValueError(f"'profile' is {profile!r}; allowed: {', '.join(PROFILES)}")
    codec = codec_of()
    scenario = _checked(codec.decode(given["scenario"], Scenario, "scenario"))
    state = world.fresh_state(scenario, profile=profile)
    parts, journal = _object(given["state"], "state"), _object(given["journal"], "journal")
    clock = codec.decode(parts.pop("clock", {}), Clock, "state.clock")
    state.clock = Clock(world.wall, frozen_at=clock.frozen_at, offset=clock.offset)
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
    """Return what a state holds beside its repositories; the caller holds its lock."""
    clock = codec_of().encode(state.clock, Clock)
    return {"profile": state.profile, "clock": clock, "last": state.last_number}


def freeze_changes(state: State, since: int) -> dict[str, object]:
    """Return what changed in each repository after a revision; the caller holds the state's lock."""
    changed = {one.name: one.freeze_changes(since) for one in state.repositories}
    return {name: one for name, one in changed.items() if one is not None}


def encode_changes(state: State, rest: Mapping[str, object], parts: Mapping[str, object]) -> dict[str, Json]:
    """Return frozen changes as JSON."""
    codec = codec_of()
    told = {one.name: one.encode_changes(parts[one.name], codec) for one in state.repositories if one.name in parts}
    return {**cast("dict[str, Json]", dict(rest)), "parts": cast("Json", told)}


def restore_changes(state: State, given: Json, wall: WallClock) -> None:
    """Apply what `encode_changes` returned; raises ValueError."""
    changes, codec = _object(given, "changes"), codec_of()
    profile = changes.get("profile")
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValueError(f"'profile' is {profile!r}; allowed: {', '.join(PROFILES)}")
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


class _Codec:
    """Turns the classes of a world into JSON and back."""

    def encode(self, value: object, kind: object) -> Json:
        """Return a value of a kind as JSON."""
        told: Json = _converter().unstructure(value, kind)
        return told

    def decode(self, value: Json, kind: object, where: str) -> Any:
        """Return the value of a kind that JSON stands for; raises ValueError with what is wrong and where."""
        return _structured(value, cast("type[Any]", kind), where)


@cache
def codec_of() -> Codec:
    """Return the codec of every repository."""
    return _Codec()


def _structured(value: Json, kind: type[Any], name: str) -> Any:
    from cattrs import transform_error
    from cattrs.errors import BaseValidationError

    try:
        return _converter().structure(value, kind)
    except BaseValidationError as error:
        found = [one.replace("@ $", f"at {name}") for one in transform_error(error, format_exception=_told)]
        raise ValueError("; ".join(found[:5])) from error
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name}: {error}") from error


def _told(error: BaseException, kind: Any) -> str:
    from cattrs.v import format_exception

    ours = type(error) in (TypeError, ValueError) and error.args and "cattrs" not in type(error).__module__
    return str(error) if ours else format_exception(error, kind)


@cache
def _converter() -> "Converter":
    """Return what turns the classes of a world into JSON and back: strictly, with an error for every surprise."""
    from cattrs import Converter
    from cattrs.strategies import configure_tagged_union

    converter = Converter(forbid_extra_keys=True, omit_if_default=True)
    for plain in (str, int, bool):
        converter.register_structure_hook(plain, _strict(plain))
    converter.register_structure_hook(float, lambda value, _: float(_strict(int, float)(value, None)))
    converter.register_unstructure_hook(datetime, lambda at: at.isoformat())
    converter.register_structure_hook(datetime, lambda value, _: _instant(value))
    converter.register_unstructure_hook(timedelta, lambda span: span.total_seconds())
    converter.register_structure_hook(timedelta, lambda value, _: timedelta(seconds=_strict(int, float)(value, None)))
    converter.register_unstructure_hook(bytes, _text_or_base64)
    converter.register_structure_hook(bytes, lambda value, _: _bytes(value))
    converter.register_unstructure_hook(Path, str)
    converter.register_structure_hook(Path, lambda value, _: Path(_strict(str)(value, None)))
    converter.register_unstructure_hook(JsonObject, dict)
    converter.register_structure_hook(JsonObject, lambda value, _: JsonObject(_strict(dict)(value, None)))
    _register(
        converter,
        lambda kind: kind == Headers,
        lambda headers: [list(one) for one in headers],
        lambda value: tuple((_strict(str)(name, None), _strict(str)(one, None)) for name, one in value),
    )
    _register(converter, _is_json, lambda value: value, lambda value: value)
    configure_tagged_union(Effect, converter, tag_name="effect")
    _register(
        converter,
        lambda kind: kind == Effect | None,
        lambda effect: None if effect is None else converter.unstructure(effect, Effect),
        lambda value: None if value is None else converter.structure(value, cast("type[Effect]", Effect)),
    )
    _register(
        converter,
        lambda kind: kind is Clock,
        lambda clock: (
            {"frozen_at": clock.frozen_at.isoformat()} if clock.frozen_at else {"offset": clock.offset.total_seconds()}
        ),
        _clock,
    )
    return converter


def _register(
    converter: "Converter",
    fits: Callable[[Any], bool],
    tell: Callable[[Any], Any],
    read: Callable[[Any], Any],
) -> None:
    converter.register_unstructure_hook_func(fits, tell)
    converter.register_structure_hook_func(fits, lambda value, _: read(value))


def _strict(*kinds: type) -> Callable[[Any, Any], Any]:
    """Return a hook that lets values of these types through and converts none."""

    def check(value: Any, _kind: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{value!r} must be {' or '.join(kind.__name__ for kind in kinds)}")
        return value

    return check


def _is_json(kind: Any) -> bool:
    """Tell whether an annotation stands for JSON as it is: `Any`, or `Json` in one of the forms that it is found in."""
    if kind is Any or isinstance(kind, str | ForwardRef):
        return True
    return any(str(one).startswith("dict[str, ") and "Json" in str(one) for one in get_args(kind))


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(_strict(str)(value, None))
    if at.tzinfo is None:
        raise ValueError(f"{value!r} names no time zone; write an instant such as 2026-01-01T08:00:00Z")
    return at.astimezone(UTC)


def _text_or_base64(value: bytes) -> Json:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _bytes(value: Any) -> bytes:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(_strict(str)(value["base64"], None), validate=True)
    text: str = _strict(str)(value, None)
    return text.encode()


def _clock(value: Any) -> Clock:
    given = _strict(dict)(value, None)
    if set(given) == {"frozen_at"}:
        return Clock(_no_wall, frozen_at=_instant(given["frozen_at"]))
    if set(given) == {"offset"}:
        return Clock(_no_wall, offset=timedelta(seconds=_strict(int, float)(given["offset"], None)))
    raise ValueError("a clock has 'frozen_at', an instant, or 'offset', a number of seconds")


def _no_wall() -> datetime:
    raise AssertionError("a clock just read has no machine yet")
