"""get-users and get-user-count with their paging, sorting and filtering (facts/casdoor.md 5.3)."""

from dataclasses import dataclass

from emulator.casdoor.account import get_users
from emulator.casdoor.user_fields import columns_of, fields_by_column
from emulator.casdoor.user_repository import Users
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of users; `total` is None without paging."""

    users: list[dict[str, Json]]
    total: int | None


def list_users(tx: Transaction, query: JsonObject) -> Page:
    """Return the users that a query asks for.

    Raises Panic for a pageSize that is no number, ApiError for an unknown column.
    """
    owner = query.text("owner")
    if not (query.text("p") and query.text("pageSize")):
        return Page(users=get_users(tx, owner), total=None)
    size = _whole(query.text("pageSize"))
    if size is None:
        raise Panic(why=reason("number-malformed", parameter="pageSize", value=query.text("pageSize")))
    users = _sorted(_filtered(get_users(tx, owner), query), query)
    pages = max(1, -(-len(users) // size)) if size > 0 else 1
    page = min(max(_whole(query.text("p")) or 1, 1), pages)
    return Page(users=users[(page - 1) * size : page * size] if size > 0 else [], total=len(users))


def count_users(tx: Transaction, *, owner: str, is_online: str) -> int:
    """Return how many users an organization has, all or by their online flag.

    Raises Panic for a flag that is neither empty nor a number.
    """
    users = tx.get(Users).of(owner)
    if not is_online:
        return len(users)
    wanted = _whole(is_online)
    if wanted is None:
        raise Panic(why=reason("number-malformed", parameter="isOnline", value=is_online))
    return sum(user.flag("isOnline") == (wanted == 1) for user in users)


def _filtered(users: list[dict[str, Json]], query: JsonObject) -> list[dict[str, Json]]:
    if not (query.text("field") and query.text("value")):
        return users
    field = _column(query.text("field"), prefix="")
    return [user for user in users if query.text("value").lower() in str(user.get(field) or "").lower()]


def _sorted(users: list[dict[str, Json]], query: JsonObject) -> list[dict[str, Json]]:
    if not (query.text("sortField") and query.text("sortOrder")):
        return users
    field = _column(query.text("sortField"), prefix="a.")
    return sorted(users, key=lambda user: _sort_key(user.get(field)), reverse=query.text("sortOrder") != "ascend")


def _sort_key(value: Json) -> tuple[float, str]:
    if isinstance(value, bool | int | float):
        return float(value), ""
    return 0.0, value if isinstance(value, str) else ""


def _column(name: str, *, prefix: str) -> str:
    field = fields_by_column().get(columns_of(name))
    if field is None:
        why = reason("user-field-unknown", field=name)
        raise ApiError(f"SQL logic error: no such column: {prefix}{columns_of(name)} (1)", why=why)
    return field


def _whole(number: str) -> int | None:
    try:
        return int(number)
    except ValueError:
        return None
