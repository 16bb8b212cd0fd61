"""POST /api/enforce and batch-enforce: whether permissions allow what is asked (facts/casdoor.md 11.3).

The rules of Casdoor's own models are played here, other models by casbin_models.
Source: object/permission_enforcer.go in v3.158.0.
"""

import re
from collections.abc import Callable
from itertools import product

from emulator.casdoor.casbin_models import allows, definitions
from emulator.casdoor.gojson import decode, kind_of
from emulator.casdoor.repositories import Enforcers, Groups, Models, Permissions
from emulator.casdoor.rights import people_of, permissions_of, role_and_members, roles_of
from emulator.casdoor.texts import text
from emulator.casdoor.user_repository import Users
from emulator.casdoor.views import User
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: What `enforce` can be asked by; `batch-enforce` does not know resources.
TARGETS = ("permissionId", "modelId", "resourceId", "enforcerId", "owner")
BATCH_TARGETS = ("permissionId", "modelId", "enforcerId", "owner")
_VALUES = 3
#: What Casdoor's own models compare.
_OWN_MATCHER = "g(r.sub,p.sub)&&r.obj==p.obj&&r.act==p.act"


def enforce(tx: Transaction, query: JsonObject, body: bytes) -> tuple[list[Json], list[Json]]:
    """Return one answer for each model and adapter that a query's permissions name, and these as `model/adapter`.

    Raises ApiError with Casdoor's texts, Panic for a permissionId without a slash.
    """
    _check_targets(query, TARGETS)
    if not body:
        raise ApiError("The request body should not be empty", why=reason("body-without", field="request"))
    request = _list_of(body, "[]interface {}")
    return _answers(tx, query, lambda permissions: _allows(tx, permissions, request))


def batch_enforce(tx: Transaction, query: JsonObject, body: bytes) -> tuple[list[Json], list[Json]]:
    """Return what `enforce` does for a list of requests, each answer a list; raises as it does."""
    _check_targets(query, BATCH_TARGETS)
    requests = _list_of(body, "[][]interface {}")
    for one in requests:
        if not isinstance(one, list | None):
            message = f"json: cannot unmarshal {kind_of(one)} into Go value of type []interface {{}}"
            raise ApiError(message, why=reason("body-not-object"))

    def answer(permissions: list[JsonObject]) -> Json:
        return [_allows(tx, permissions, one if isinstance(one, list) else []) for one in requests]

    return _answers(tx, query, answer)


def all_objects(tx: Transaction, user_id: str) -> list[Json]:
    """Return the resources of a user's permissions; raises ApiError for an unknown user."""
    return _all(tx, user_id, "resources")


def all_actions(tx: Transaction, user_id: str) -> list[Json]:
    """Return the actions of a user's permissions; raises ApiError for an unknown user."""
    return _all(tx, user_id, "actions")


def all_roles(tx: Transaction, user_id: str) -> list[Json]:
    """Return the names of a user's roles; raises ApiError for an unknown user."""
    owner, _, name = user_id.partition("/")
    user = tx.get(Users).find((owner, name))
    if user is None:
        raise ApiError(f"The user: {user_id} doesn't exist", why=reason("user-unknown", user=user_id))
    return [role.name for role in roles_of(tx, user)]


def may_sign_in(tx: Transaction, user: User | None, application: JsonObject) -> bool:
    """Return whether permissions let a user into an application; administrators and applications always are.

    A denial beats all; where only allowing permissions are about the application, one of them must be the user's.
    Source: object/check.go in v3.158.0, CheckLoginPermission.
    """
    if user is None or user.is_admin:
        return True
    about = [row for row in tx.get(Permissions).all() if _is_about(row, application)]
    own = [row for row in about if user.id in _who(tx, row)]
    allowing = [row for row in about if row.text("effect") == "Allow"]
    if any(row.text("effect") == "Deny" for row in own):
        return False
    if any("Read" in row.texts("actions") for row in own):
        return True
    return not [row for row in allowing if row not in own] or len(allowing) < len(about)


def _is_about(permission: JsonObject, application: JsonObject) -> bool:
    """Return whether a permission in force is about an application."""
    in_force = permission.flag("isEnabled") and permission.text("state") == "Approved"
    named = {"*", application.name} & {*permission.texts("resources")}
    is_kind = permission.text("resourceType") == "Application"
    return in_force and is_kind and bool(named) and permission.owner == application.text("organization")


def _all(tx: Transaction, user_id: str, field: str) -> list[Json]:
    """Return what the policies of a user's permissions name, each once a permission; one without subjects has none."""
    all_roles(tx, user_id)
    owner, _, name = user_id.partition("/")
    user = tx.get(Users).find((owner, name))
    found: list[Json] = []
    for permission in permissions_of(tx, user) if user else []:
        if _subjects(permission) and permission.texts("resources") and permission.texts("actions"):
            found += dict.fromkeys(permission.texts(field))
    return found


def _check_targets(query: JsonObject, targets: tuple[str, ...]) -> None:
    if sum(bool(query.text(one)) for one in targets) > 1:
        message = f"Only one of the parameters ({', '.join(targets)}) should be provided"
        raise ApiError(message, why=reason("enforce-targets"))


def _list_of(body: bytes, wanted: str) -> list[Json]:
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    if not isinstance(value, list | None):
        message = f"json: cannot unmarshal {kind_of(value)} into Go value of type {wanted}"
        raise ApiError(message, why=reason("body-not-object"))
    return value or []


def _answers(
    tx: Transaction, query: JsonObject, answer: Callable[[list[JsonObject]], Json]
) -> tuple[list[Json], list[Json]]:
    if query.text("enforcerId"):
        enforcer = _enforcer(tx, query.text("enforcerId"))
        return [answer([])], [f"{enforcer.text('model')}/{enforcer.text('adapter')}"]
    groups: dict[str, list[JsonObject]] = {}
    for permission in _permissions(tx, query):
        key = f"{permission.text('model')}/{permission.text('adapter')}"
        groups.setdefault(key, []).append(permission)
    return [answer(group) for group in groups.values()], [*groups]


def _enforcer(tx: Transaction, identifier: str) -> JsonObject:
    owner, _, name = identifier.partition("/")
    enforcer = tx.get(Enforcers).look_up(owner, name)
    if enforcer is None:
        why = reason("object-unknown", kind="enforcer", id=identifier)
        raise ApiError(f"the enforcer: {identifier} is not found", why=why)
    return enforcer


def _permissions(tx: Transaction, query: JsonObject) -> list[JsonObject]:
    """Return the permissions that a query asks by, the newest first."""
    rows = sorted(tx.get(Permissions).all(), key=lambda row: (row.owner, row.name))
    if query.text("permissionId"):
        return [_permission(tx, query.text("permissionId"))]
    if query.text("resourceId"):
        return [row for row in rows if query.text("resourceId") in row.texts("resources")]
    rows = sorted(rows, key=lambda row: row.text("createdTime"), reverse=True)
    if query.text("modelId"):
        owner, model = query.text("modelId").partition("/")[0], query.text("modelId")
        return [row for row in rows if row.owner == owner and row.text("model") == model]
    if query.text("owner"):
        return [row for row in rows if row.owner == query.text("owner")]
    raise ApiError(text(tx, "missing_parameter"), why=reason("enforce-targets"))


def _permission(tx: Transaction, identifier: str) -> JsonObject:
    owner, slash, name = identifier.partition("/")
    if not slash:
        raise Panic(why=reason("id-malformed", id=identifier))
    permission = tx.get(Permissions).look_up(owner, name)
    if permission is None:
        why = reason("object-unknown", kind="permission", id=identifier)
        raise ApiError(text(tx, "no_permission", id=identifier), why=why)
    return permission


def _allows(tx: Transaction, permissions: list[JsonObject], request: list[Json]) -> bool:
    """Return whether permissions of one model allow a request; raises ApiError for a misfit."""
    model = _model_text(tx, permissions[0]) if permissions else ""
    defined = definitions(model)
    expected = defined["r"].count(",") + 1 if "r" in defined else _VALUES
    if len(request) != expected:
        shown = " ".join(one if isinstance(one, str) else f"{one}" for one in request)
        message = f"invalid request size: expected {expected}, got {len(request)}, rvals: [{shown}]"
        raise ApiError(message, why=reason("enforce-values", expected=expected, given=len(request)))
    enabled = [row for row in permissions if row.flag("isEnabled")]
    if model and re.sub(r"\s", "", defined.get("m", "")) != _OWN_MATCHER:
        policies = [policy for row in enabled for policy in _policies(row)]
        return allows(model, request, policies=policies, members=[one for row in enabled for one in _members(tx, row)])
    has_effect = not model or "eft" in [one.strip() for one in defined.get("p", "").split(",")]
    return any(_allows_by_own_model(tx, row, request, has_effect=has_effect) for row in enabled)


def _allows_by_own_model(tx: Transaction, row: JsonObject, request: list[Json], *, has_effect: bool) -> bool:
    """Return whether a permission allows a request by Casdoor's own model, which may have no column for effects."""
    subject, resource, action = request
    if has_effect and row.text("effect").lower() not in ("allow", ""):
        return False
    return resource in row.texts("resources") and action in row.texts("actions") and subject in _who(tx, row)


def _model_text(tx: Transaction, permission: JsonObject) -> str:
    """Return the text of a permission's model, empty for one that is not written down."""
    owner, _, name = permission.text("model").partition("/")
    model = tx.get(Models).look_up(owner, name)
    return model.text("modelText") if model else ""


def _policies(permission: JsonObject) -> list[list[str]]:
    """Return the policies that a permission amounts to, of six columns."""
    effect, domains = permission.text("effect").lower(), permission.texts("domains")
    rows: list[list[str]] = []
    for subject in _subjects(permission):
        for resource, action in product(permission.texts("resources"), permission.texts("actions")):
            if domains:
                rows += [[subject, domain, resource, action, effect, permission.id] for domain in domains]
            else:
                rows.append([subject, resource, action, effect, "", permission.id])
    return rows


def _members(tx: Transaction, permission: JsonObject) -> list[tuple[str, str, str]]:
    """Return who is in which role or group that a permission names, once for each of its domains."""
    pairs = [(one, group) for group in permission.texts("groups") for one in _people(tx, permission.owner, group)]
    for named in permission.texts("roles"):
        role_id = f"{permission.owner}/*" if named == "*" else named
        for role in role_and_members(tx, role_id):
            people = {*role.texts("users")}.union(*(_people(tx, role.owner, group) for group in role.texts("groups")))
            pairs += [(one, role.id) for one in sorted(people)]
            pairs += [(inner, role.id) for inner in role.texts("roles")]
    return [(one, whole, domain) for one, whole in pairs for domain in permission.texts("domains") or [""]]


def _subjects(permission: JsonObject) -> list[str]:
    return [*permission.texts("users"), *permission.texts("groups"), *permission.texts("roles")]


def _who(tx: Transaction, permission: JsonObject) -> set[str]:
    """Return the subjects that a permission counts as its own: users, roles, and the people of these and of groups."""
    found = {*permission.texts("users"), *permission.texts("roles")}
    for group in permission.texts("groups"):
        found |= _people(tx, permission.owner, group)
    for named in permission.texts("roles"):
        role_id = f"{permission.owner}/*" if named == "*" else named
        for role in role_and_members(tx, role_id):
            found |= {role.id, *role.texts("users")}
            for group in role.texts("groups"):
                found |= _people(tx, role.owner, group)
    return found


def _people(tx: Transaction, owner: str, group: str) -> set[str]:
    """Return the people of a group; `*` and `org/*` are all groups of an organization."""
    group_owner, _, name = (f"{owner}/*" if group == "*" else group).partition("/")
    groups = [row for row in tx.get(Groups).all() if row.owner == group_owner and name in ("*", row.name)]
    return {one for row in groups for one in people_of(tx, row)}
