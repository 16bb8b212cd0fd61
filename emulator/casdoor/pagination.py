"""What all of Casdoor's lists share: sizes and numbers of pages, and how values are put in order."""

from collections.abc import Sequence
from typing import TypeVar

from emulator.core.errors import Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason

T = TypeVar("T")


def is_paged(query: JsonObject) -> bool:
    """Return whether a query asks for a page; without both parameters it is the whole list."""
    return bool(query.text("p") and query.text("pageSize"))


def whole_number(query: JsonObject, parameter: str) -> int:
    """Return a parameter as a number; raises Panic for what is none, as the controllers do."""
    number = whole(query.text(parameter))
    if number is None:
        raise Panic(why=reason("number-malformed", parameter=parameter, value=query.text(parameter)))
    return number


def page_among(rows: Sequence[T], query: JsonObject, *, size: int) -> Sequence[T]:
    """Return the page that a query asks for; one beyond the last is the last, and one of no size is empty."""
    pages = max(1, -(-len(rows) // size)) if size > 0 else 1
    page = min(max(whole(query.text("p")) or 1, 1), pages)
    return rows[(page - 1) * size : page * size] if size > 0 else rows[:0]


def sort_key(value: Json) -> tuple[float, str]:
    """Return by what a column's value is put in order: numbers by size, texts as they are, all else as nothing."""
    if isinstance(value, bool | int | float):
        return float(value), ""
    return 0.0, value if isinstance(value, str) else ""


def whole(number: str) -> int | None:
    """Return a text as a number, None for what is none."""
    try:
        return int(number)
    except ValueError:
        return None
