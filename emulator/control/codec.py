"""How the classes of a world become JSON and are read again: strictly, with a sentence for every surprise."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ForwardRef, cast, get_args

from emulator.core.json_object import Json, JsonObject
from emulator.core.reply import Headers
from emulator.faults.effects import Effect
from emulator.world.clock import Clock
from emulator.world.repository import Codec

if TYPE_CHECKING:
    from cattrs import Converter


class _Codec:
    """Turns the classes of a world into JSON and back."""

    def encode(self, value: object, kind: object) -> Json:
        """Return a value of a kind as JSON."""
        encoded: Json = _converter().unstructure(value, kind)
        return encoded

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
        found = [one.replace("@ $", f"at {name}") for one in transform_error(error, format_exception=_message)]
        raise ValueError("; ".join(found[:5])) from error
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name}: {error}") from error


def _message(error: BaseException, kind: Any) -> str:
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
    converter.register_structure_hook(JsonObject, lambda value, kind: kind(_strict(dict)(value, None)))
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
    encode: Callable[[Any], Any],
    read: Callable[[Any], Any],
) -> None:
    converter.register_unstructure_hook_func(fits, encode)
    converter.register_structure_hook_func(fits, lambda value, _: read(value))


def _strict(*kinds: type) -> Callable[[Any, Any], Any]:
    """Return a hook that lets values of these types through and converts none."""

    def check(value: Any, _kind: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{value!r} must be {' or '.join(kind.__name__ for kind in kinds)}")
        return value

    return check


def _is_json(kind: Any) -> bool:
    """Return whether an annotation stands for JSON as it is: `Any`, or `Json` in one of its forms."""
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
