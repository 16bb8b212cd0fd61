"""Lists of rows with the paging, sorting and filtering that Casdoor's lists share (object/ormer_session.go)."""

from dataclasses import dataclass

from emulator.casdoor.pagination import is_paged, page_among, sort_key, whole_number
from emulator.casdoor.user_fields import columns_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason


@dataclass(frozen=True, kw_only=True)
class RowPage:
    """One page of rows; `total` is None without paging."""

    rows: list[dict[str, Json]]
    total: int | None


def page_of(rows: list[dict[str, Json]], query: JsonObject, *, columns: JsonObject) -> RowPage:
    """Return what a query asks for of rows that are in their usual order; `columns` is a row with zero values.

    Raises Panic for a pageSize that is not a number, ApiError for an unknown column.
    """
    if not is_paged(query):
        return RowPage(rows=rows, total=None)
    size = whole_number(query, "pageSize")
    rows = _sorted(_filtered(rows, query, columns), query, columns)
    return RowPage(rows=list(page_among(rows, query, size=size)), total=len(rows))


def _filtered(rows: list[dict[str, Json]], query: JsonObject, columns: JsonObject) -> list[dict[str, Json]]:
    if not (query.text("field") and query.text("value")):
        return rows
    name, wanted = _column(query.text("field"), columns), query.text("value").lower()
    return [row for row in rows if wanted in _written(row[name]).lower()]


def _sorted(rows: list[dict[str, Json]], query: JsonObject, columns: JsonObject) -> list[dict[str, Json]]:
    if not (query.text("sortField") and query.text("sortOrder")):
        return rows
    name = _column(query.text("sortField"), columns)
    descending = query.text("sortOrder") != "ascend"
    return sorted(rows, key=lambda row: sort_key(row[name]), reverse=descending)


def _column(field: str, columns: JsonObject) -> str:
    wanted = columns_of(field)
    for name in columns:
        if columns_of(name) == wanted:
            return name
    raise ApiError(f"SQL logic error: no such column: {wanted} (1)", why=reason("user-field-unknown", field=field))


def _written(value: Json) -> str:
    return f"{int(value)}" if isinstance(value, bool) else str(value or "")
