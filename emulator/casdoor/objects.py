"""Objects of any kind read and written: get-X, get-Xs, add-X, update-X, delete-X (facts/casdoor.md 11.1 and 11.2)."""

from emulator.casdoor.access import Caller, is_admin, split_id
from emulator.casdoor.kinds import CERT, GROUP, PERMISSION, Kind
from emulator.casdoor.object_fields import decode_object
from emulator.casdoor.object_rules import before_add, before_delete, before_update, complete_written
from emulator.casdoor.pagination import is_paged
from emulator.casdoor.paging import Listed, newest_first, page_of
from emulator.casdoor.repositories import Groups, Permissions
from emulator.casdoor.rights import people_of
from emulator.casdoor.versions import version_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


def get_object(tx: Transaction, caller: Caller, kind: Kind, identifier: str) -> dict[str, Json] | None:
    """Return the object of an id `owner/name`, None when there is none; raises ApiError for a malformed id."""
    owner, name = split_id(identifier, early=False)
    row = tx.get(kind.table).look_up(owner, name)
    return None if row is None else _shown(tx, caller, kind, row)


def list_objects(
    tx: Transaction, caller: Caller, kind: Kind, query: JsonObject
) -> tuple[list[dict[str, Json]], int | None]:
    """Return the objects that a query asks for, and how many there are of which they are a page.

    Raises Panic and ApiError as `page_of`.
    """
    rows = rows_of(tx, kind, query.text("owner"))
    if kind.filter and query.text(kind.filter):
        rows = [row for row in rows if row.text(kind.filter) == query.text(kind.filter)]
    listed = page_of(kind.name, rows, query) if is_paged(query) else Listed(rows=newest_first(rows))
    if kind is GROUP:
        return _groups(tx, caller, listed, query), listed.total
    return [_shown(tx, caller, kind, row) for row in listed.rows], listed.total


def list_global(
    tx: Transaction, caller: Caller, kind: Kind, query: JsonObject
) -> tuple[list[dict[str, Json]], int | None]:
    """Return the objects of every owner that a query asks for; raises as `list_objects`."""
    return list_objects(tx, caller, kind, JsonObject(query | {"owner": ""}))


def rows_of(tx: Transaction, kind: Kind, owner: str) -> list[JsonObject]:
    """Return the rows of an owner, and those of `admin` where a kind shares them; all of them without an owner."""
    owners = {owner, "admin"} if kind.shares_admins else {owner}
    return [row for row in tx.get(kind.table).all() if not owner or row.owner in owners]


def permissions_of_role(tx: Transaction, role_id: str) -> list[dict[str, Json]]:
    """Return the permissions that name a role."""
    rows = sorted(tx.get(Permissions).all(), key=lambda row: (row.owner, row.name))
    return [version_of(tx).show(PERMISSION.name, row) for row in rows if role_id in row.texts("roles")]


def add_object(tx: Transaction, caller: Caller, kind: Kind, body: bytes) -> str:
    """Add the object that a body describes and return `Affected`; raises ApiError, also for one that is there."""
    row = decode_object(kind.name, body)
    if not before_add(tx, caller, kind, row):
        return "Unaffected"
    row = complete_written(kind, row)
    taken = kind.names_are_unique and any(other.name == row.name for other in tx.get(kind.table).all())
    if taken or not tx.get(kind.table).insert(row):
        raise ApiError(kind.taken, why=reason("object-taken", kind=kind.name, id=row.id))
    return "Affected"


def update_object(tx: Transaction, caller: Caller, kind: Kind, identifier: str, body: bytes) -> str:
    """Put the object that a body describes in place of the one of an id and return `Affected`.

    Returns `Unaffected` when there is none. Raises ApiError for a caller who may not.
    """
    new = decode_object(kind.name, body)
    owner, name = split_id(identifier, early=False)
    old = tx.get(kind.table).look_up(owner, name)
    if old is None or not before_update(tx, caller, kind, old, new):
        return "Unaffected"
    tx.get(kind.table).replace(old, complete_written(kind, new))
    return "Affected"


def delete_object(tx: Transaction, kind: Kind, body: bytes) -> str:
    """Remove the object that a body names; return `Affected`, or `Unaffected` when there was none."""
    row = decode_object(kind.name, body)
    if row.name == kind.kept and kind.kept:
        return "Unaffected"
    stored = tx.get(kind.table).look_up(row.owner, row.name)
    if not before_delete(tx, kind, row, stored):
        return "Unaffected"
    return "Affected" if stored is not None and tx.get(kind.table).delete(stored) else "Unaffected"


def _shown(tx: Transaction, caller: Caller, kind: Kind, row: JsonObject) -> dict[str, Json]:
    shown = version_of(tx).show(kind.name, row)
    if kind is GROUP:
        return _with_people(tx, row, shown)
    if kind is CERT and not is_admin(tx, caller):
        return shown | {name: "***" for name in ("privateKey", "accessSecret") if shown.get(name)}
    return shown | {name: "***" for name in kind.hidden if shown.get(name)}


def _groups(tx: Transaction, caller: Caller, listed: Listed, query: JsonObject) -> list[dict[str, Json]]:
    if listed.total is None and query.text("withTree") == "true":
        return _tree(tx, listed.rows, query.text("owner"))
    shown = [_shown(tx, caller, GROUP, row) for row in listed.rows]
    if listed.total is None:
        return shown
    every = {row.name: row for row in tx.get(Groups).all()}
    parents = {row.name: row for row in listed.rows} | {
        row.text("parentId"): every[row.text("parentId")]
        for row in listed.rows
        if not row.flag("isTopGroup") and row.text("parentId") in every
    }
    for one, row in zip(shown, listed.rows, strict=True):
        parent = parents.get(row.text("parentId"))
        extra: dict[str, Json] = {"parentName": parent.text("displayName") if parent else "", "haveChildren": True}
        one.update({name: value for name, value in extra.items() if name in one})
    return shown


def _tree(tx: Transaction, groups: list[JsonObject], parent: str) -> list[dict[str, Json]]:
    nodes: list[dict[str, Json]] = []
    for row in groups:
        if row.text("parentId") != parent:
            continue
        node = JsonObject(owner=row.owner, title=row.text("displayName"), key=row.name, type=row.text("type"))
        shown = version_of(tx).show(GROUP.name, JsonObject(node | {"users": None, "properties": None}))
        below: list[Json] = [*_tree(tx, groups, row.name)]
        nodes.append(_with_children(_without_empty(shown), below))
    return nodes


def _with_people(tx: Transaction, row: JsonObject, shown: dict[str, Json]) -> dict[str, Json]:
    people: list[Json] = [*people_of(tx, row)]
    return _without_empty(shown | {"users": people or None})


def _without_empty(group: dict[str, Json]) -> dict[str, Json]:
    """Return a group without the fields that Go leaves out when they are empty."""
    return {name: value for name, value in group.items() if value or name not in ("title", "key")}


def _with_children(group: dict[str, Json], below: list[Json]) -> dict[str, Json]:
    """Return a group with those below it, where Go's struct has them; nothing when there are none."""
    if not below:
        return group
    shown: dict[str, Json] = {}
    for name, value in group.items():
        if name == "isEnabled":
            shown["children"] = below
        shown[name] = value
    return shown
