"""The roles, permissions and groups of users (object/role.go, permission.go, group.go in v3.158.0)."""

from collections.abc import Iterable

from emulator.casdoor.repositories import Groups, Permissions, Roles
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import User
from emulator.core.json_object import Json, JsonObject
from emulator.world.transaction import Transaction


def with_rights(tx: Transaction, user: User) -> User:
    """Return a user with its roles and permissions, as replies and tokens show them: without their people."""
    if not len(tx.get(Roles)) and not len(tx.get(Permissions)):
        return user
    roles: list[Json] = [*user.rows("roles"), *_shown(tx, "role", roles_of(tx, user))]
    permissions: list[Json] = [*user.rows("permissions"), *_shown(tx, "permission", permissions_of(tx, user))]
    return User(user | {"roles": roles, "permissions": permissions})


def roles_of(tx: Transaction, user: User) -> list[JsonObject]:
    """Return the roles that a user has: its own, its groups', and those that count one of these among their members."""
    groups = set(user.texts("groups"))
    own = {row.id for row in tx.get(Roles).all() if user.id in row.texts("users") or groups & set(row.texts("groups"))}
    if not own:
        return []
    owner = next(row.owner for row in tx.get(Roles).all() if row.id in own)
    roles = [row for row in _newest_first(tx.get(Roles).all()) if row.owner == owner]
    return [row for row in roles if row.id in own or own & _members(row, {one.id: one for one in roles}, set())]


def permissions_of(tx: Transaction, user: User) -> list[JsonObject]:
    """Return a user's permissions: its own, then its groups', then its roles', each name once."""
    rows = _by_id(tx.get(Permissions).all())
    groups = user.texts("groups")
    of_groups = [*groups, "*", f"{user.owner}/*"] if groups else []
    found = [row for row in rows if user.id in row.texts("users")]
    found += [row for group in of_groups for row in rows if group in row.texts("groups")]
    found += [row for role in roles_of(tx, user) for row in rows if role.id in row.texts("roles")]
    named: dict[str, JsonObject] = {}
    for row in found:
        named.setdefault(row.name, row)
    return list(named.values())


def people_of(tx: Transaction, group: JsonObject) -> list[str]:
    """Return the ids of a group's users, by name."""
    return sorted(user.id for user in tx.get(Users).of(group.owner) if group.id in user.texts("groups"))


def role_and_members(tx: Transaction, role_id: str) -> list[JsonObject]:
    """Return a role and those that it counts among its members, theirs included; `org/*` is all roles of `org`."""
    owner, _, name = role_id.partition("/")
    roles = {row.id: row for row in tx.get(Roles).all() if row.owner == owner}
    if name == "*":
        return list(roles.values())
    if role_id not in roles:
        return []
    ids = {role_id} | _members(roles[role_id], roles, set())
    return [roles[one] for one in ids if one in roles]


def rename_role(tx: Transaction, old: str, new: str) -> None:
    """Write the new name of a role into whatever names it, in every organization, as Casdoor does."""
    for table in (tx.get(Roles), tx.get(Permissions)):
        for row in table.all():
            renamed: list[Json] = [_renamed(one, old, new) for one in row.texts("roles")]
            if renamed != row.get("roles"):
                table.replace(row, JsonObject(row | {"roles": renamed}))


def forget_role(tx: Transaction, role_id: str) -> None:
    """Take a role out of the permissions that name it."""
    permissions = tx.get(Permissions)
    for row in permissions.all():
        if role_id in row.texts("roles"):
            rest: list[Json] = [one for one in row.texts("roles") if one != role_id]
            permissions.replace(row, JsonObject(row | {"roles": rest}))


def rename_group(tx: Transaction, old: str, new: str) -> None:
    """Write the new name of a group into its users, into the groups below it, and into roles and permissions."""
    for user in tx.get(Users).all():
        renamed: list[Json] = [_renamed(one, old, new) for one in user.texts("groups")]
        if renamed != (user.get("groups") or []):
            put_user(tx, user, User(user | {"groups": renamed}))
    groups = tx.get(Groups)
    for row in groups.all():
        if row.text("parentId") == old:
            groups.replace(row, JsonObject(row | {"parentId": new}))


def leave_group(tx: Transaction, *, owner: str, user: str, group: str) -> bool:
    """Take a user out of a group; return whether it was in it."""
    row = tx.get(Users).find((owner, user))
    group_id = f"{owner}/{group}"
    if row is None or group_id not in row.texts("groups"):
        return False
    rest: list[Json] = [one for one in row.texts("groups") if one != group_id]
    put_user(tx, row, User(row | {"groups": rest}))
    return True


def put_user(tx: Transaction, old: User, new: User) -> None:
    """Put a changed user in place of what it was, and have the journal show what changed."""
    tx.get(Users).update(lambda: (old, new))
    tx.trace.changed(old, new)


def _renamed(identifier: str, old: str, new: str) -> str:
    owner, slash, name = identifier.partition("/")
    return f"{owner}/{new}" if slash and name == old else identifier


def _members(role: JsonObject, roles: dict[str, JsonObject], seen: set[str]) -> set[str]:
    """Return the ids of the roles inside a role, however deep."""
    for inner in role.texts("roles"):
        if inner not in seen:
            seen.add(inner)
            if inner in roles:
                _members(roles[inner], roles, seen)
    return seen


def _shown(tx: Transaction, kind: str, rows: Iterable[JsonObject]) -> list[dict[str, Json]]:
    return [version_of(tx).show(kind, row) | {"users": None} for row in rows]


def _by_id(rows: list[JsonObject]) -> list[JsonObject]:
    return sorted(rows, key=lambda row: (row.owner, row.name))


def _newest_first(rows: list[JsonObject]) -> list[JsonObject]:
    return sorted(_by_id(rows), key=lambda row: row.text("createdTime"), reverse=True)
