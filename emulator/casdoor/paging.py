"""Lists of objects as a query asks for them: filtered, sorted, page by page (object/ormer_session.go in v3.158.0)."""

import re
from dataclasses import dataclass

from emulator.casdoor.defaults import shape
from emulator.casdoor.pagination import page_among, sort_key, whole_number
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason

_CAPITAL = re.compile("[A-Z]")
_FIELD = re.compile("[A-Za-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Rows of a list; `total` counts all of which they are a page, None without paging."""

    rows: list[JsonObject]
    total: int | None = None


def newest_first(rows: list[JsonObject]) -> list[JsonObject]:
    """Return rows by their time, the newest first, those of one second by owner and name."""
    return _by("createdTime", rows, descending=True)


def page_of(kind: str, rows: list[JsonObject], query: JsonObject) -> Listed:
    """Return the page that a query asks for, with `field`, `value`, `sortField` and `sortOrder`.

    Raises Panic for a pageSize that is not a number, ApiError for an unknown column.
    """
    size = whole_number(query, "pageSize")
    if query.text("field") and query.text("value") and _FIELD.fullmatch(query.text("field")):
        field, value = _column(kind, query.text("field")), query.text("value").lower()
        rows = [row for row in rows if value in _as_text(row.get(field)).lower()]
    rows = _sorted(kind, rows, query)
    return Listed(rows=list(page_among(rows, query, size=size)), total=len(rows))


def _sorted(kind: str, rows: list[JsonObject], query: JsonObject) -> list[JsonObject]:
    descending = query.text("sortOrder") != "ascend"
    named = query.text("sortField") and query.text("sortOrder") and _FIELD.fullmatch(query.text("sortField"))
    return _by(_column(kind, query.text("sortField")) if named else "createdTime", rows, descending=descending)


def _by(field: str, rows: list[JsonObject], *, descending: bool) -> list[JsonObject]:
    in_order = sorted(rows, key=lambda row: (row.owner, row.name))
    return sorted(in_order, key=lambda row: sort_key(row.get(field)), reverse=descending)


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else f"{value}"


def _column(kind: str, name: str) -> str:
    """Return the field of a column; raises ApiError with SQLite's text for one that there is not."""
    column = _column_of(name)
    field = next((one for one in shape(kind) if _column_of(one) == column), None)
    if field is None:
        message = f"SQL logic error: no such column: {column} (1)"
        raise ApiError(message, why=reason("user-field-unknown", field=name))
    return field


def _column_of(field: str) -> str:
    return _CAPITAL.sub(lambda found: "_" + found[0].lower(), field)
