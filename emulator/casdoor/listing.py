"""get-users and its kin, get-user-count: their paging, sorting and filtering (facts/casdoor.md 5.3)."""

import re
from dataclasses import dataclass

from emulator.casdoor.pagination import is_paged, page_among, sort_key, whole, whole_number
from emulator.casdoor.user_fields import columns_of, fields_by_column
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import User
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: The columns with an index, which SQLite walks backwards for a descending order.
_INDEXED = frozenset(
    {"createdTime", "id", "externalId", "email", "phone", "idCard", "invitation", "invitationCode", "uidNumber"}
)
_COLUMN = re.compile("[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of users; `total` is None without paging."""

    users: list[dict[str, Json]]
    total: int | None


def list_users(tx: Transaction, query: JsonObject) -> Page:
    """Return the users that a query asks for, the newest first unless it names an order.

    Raises Panic for a pageSize that is not a number, ApiError for an unknown column.
    """
    users = tx.get(Users).of(query.text("owner"))
    if query.text("groupName"):
        group = f"{query.text('owner')}/{query.text('groupName')}"
        users = [user for user in users if group in user.texts("groups")]
    if not is_paged(query):
        return Page(users=_shown(tx, _sorted(users, query, field="createdTime", descending=True)), total=None)
    size = whole_number(query, "pageSize")
    users = _in_asked_order(_filtered(users, query), query)
    return Page(users=_shown(tx, list(page_among(users, query, size=size))), total=len(users))


def list_global_users(tx: Transaction, query: JsonObject) -> Page:
    """Return the users of all organizations, as list_users does; raises as it."""
    return list_users(tx, JsonObject(query | {"owner": "", "groupName": ""}))


def list_sorted_users(tx: Transaction, query: JsonObject) -> list[dict[str, Json]]:
    """Return the first `limit` users of an organization by the column `sorter`, the highest first.

    Without a limit there are none, as `LIMIT 0` says; a negative one is none at all. Raises Panic for a limit that is
    not a number, ApiError for a column that there is not. Source: object/user.go in v3.158.0, GetSortedUsers.
    """
    sorter = query.text("sorter")
    first = whole_number(query, "limit") if query.text("limit") else 0
    if not _COLUMN.fullmatch(sorter):
        why = reason("user-field-unknown", field=sorter)
        raise ApiError(f"object.GetSortedUsers() error: invalid sorter field: {sorter}", why=why)
    field = fields_by_column().get(sorter.lower())
    if field is None:
        message = f"SQL logic error: no such column: {sorter} (1)"
        raise ApiError(message, why=reason("user-field-unknown", field=sorter))
    users = _sorted(tx.get(Users).of(query.text("owner")), query, field=field, descending=True)
    return _shown(tx, users[:first] if first >= 0 else users)


def count_users(tx: Transaction, *, owner: str, is_online: str) -> int:
    """Return how many users an organization has, all or by their online flag.

    Raises Panic for a flag that is neither empty nor a number.
    """
    users = tx.get(Users).of(owner)
    if not is_online:
        return len(users)
    wanted = whole(is_online)
    if wanted is None:
        raise Panic(why=reason("number-malformed", parameter="isOnline", value=is_online))
    return sum(user.is_online == (wanted == 1) for user in users)


def _shown(tx: Transaction, users: list[User]) -> list[dict[str, Json]]:
    """Return users as a list shows them: as stored, but for the password."""
    shown = [version_of(tx).show("user", user) for user in users]
    for user in shown:
        del user["multiFactorAuths"]
        user |= {"roles": None, "permissions": None, "password": "***" if user["password"] else ""}
        user |= version_of(tx).masks("user")
    return shown


def _filtered(users: list[User], query: JsonObject) -> list[User]:
    if not (query.text("field") and query.text("value")):
        return users
    field = _column(query.text("field"), prefix="")
    return [user for user in users if query.text("value").lower() in str(user.get(field) or "").lower()]


def _in_asked_order(users: list[User], query: JsonObject) -> list[User]:
    if not (query.text("sortField") and query.text("sortOrder")):
        return _sorted(users, query, field="createdTime", descending=True)
    field = _column(query.text("sortField"), prefix="a.")
    return _sorted(users, query, field=field, descending=query.text("sortOrder") != "ascend")


def _sorted(users: list[User], query: JsonObject, *, field: str, descending: bool) -> list[User]:
    """Return users, which come in the order in which they were made, by a field.

    Equal ones are by name within one organization, else as they were made or, where SQLite walks an index backwards,
    the last first.
    """
    if query.text("owner"):
        users = sorted(users, key=lambda user: user.name)
    elif descending and field in _INDEXED:
        users = users[::-1]
    return sorted(users, key=lambda user: sort_key(user.get(field)), reverse=descending)


def _column(name: str, *, prefix: str) -> str:
    field = fields_by_column().get(columns_of(name))
    if field is None:
        why = reason("user-field-unknown", field=name)
        raise ApiError(f"SQL logic error: no such column: {prefix}{columns_of(name)} (1)", why=why)
    return field
