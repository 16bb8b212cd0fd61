"""Casdoor's endpoints for objects of every kind, and for what permissions allow (facts/casdoor.md 11.1 to 11.3)."""

from collections.abc import Callable

from emulator.casdoor import directory, enforcing, objects
from emulator.casdoor.account import require_admin, require_signed_in
from emulator.casdoor.kinds import GROUP, READ, WRITTEN, Kind
from emulator.casdoor.rights import leave_group
from emulator.core.json_object import Json, JsonObject
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import ok
from emulator.web.casdoor.routes import View, routes

#: Makes the view of one kind's call.
_Maker = Callable[[Kind], View]


def _register() -> None:
    """Have every kind answer the calls that its table entry says."""
    for kind in READ:
        _add("GET", f"get-{kind.name}", kind, _getting)
        _add("GET", f"get-{kind.name}s", kind, _listing)
        if kind.has_global_list:
            _add("GET", f"get-global-{kind.name}s", kind, _listing_all)
    for kind in WRITTEN:
        for verb in kind.verbs:
            _add("POST", f"{verb}-{kind.name}", kind, _WRITING[verb])


def _add(method: str, call: str, kind: Kind, maker: _Maker) -> None:
    view = maker(kind)
    view.__name__ = call.replace("-", "_")
    routes.add(f"/api/{call}", method)(view)


def _getting(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        return ok(objects.get_object(context.tx, context.caller, kind, context.query("id")))

    return view


def _listing(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        query = JsonObject(context.request.query)
        if kind.needs_sign_in:
            require_signed_in(context.tx, context.session)
        return _list(objects.list_objects(context.tx, context.caller, kind, query))

    return view


def _listing_all(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        query = JsonObject(context.request.query)
        return _list(objects.list_global(context.tx, context.caller, kind, query))

    return view


def _adding(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        return ok(objects.add_object(context.tx, context.caller, kind, context.request.body))

    return view


def _updating(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        body = context.request.body
        return ok(objects.update_object(context.tx, context.caller, kind, context.query("id"), body))

    return view


def _deleting(kind: Kind) -> View:
    def view(context: CasdoorContext, _: str) -> Reply:
        return ok(objects.delete_object(context.tx, kind, context.request.body))

    return view


_WRITING: dict[str, _Maker] = {"add": _adding, "update": _updating, "delete": _deleting}


def _list(found: tuple[list[dict[str, Json]], int | None]) -> Reply:
    rows, total = found
    return ok([*rows], total)


_register()


@routes.add("/api/get-organizations", "GET")
def get_organizations(context: CasdoorContext, _: str) -> Reply:
    """List organizations."""
    return _list(directory.list_organizations(context.tx, context.caller, JsonObject(context.request.query)))


@routes.add("/api/get-organization-names", "GET")
def get_organization_names(context: CasdoorContext, _: str) -> Reply:
    """List the names of organizations."""
    return ok([*directory.organization_names(context.tx, owner=context.query("owner"))])


@routes.add("/api/get-applications", "GET")
def get_applications(context: CasdoorContext, _: str) -> Reply:
    """List applications."""
    return _list(directory.list_applications(context.tx, context.caller, JsonObject(context.request.query)))


@routes.add("/api/get-organization-applications", "GET")
def get_organization_applications(context: CasdoorContext, _: str) -> Reply:
    """List an organization's applications."""
    query = JsonObject(context.request.query)
    return _list(directory.list_organization_applications(context.tx, context.caller, query))


@routes.add("/api/get-user-application", "GET")
def get_user_application(context: CasdoorContext, _: str) -> Reply:
    """Show the application of a user."""
    return ok(directory.get_user_application(context.tx, context.caller, context.query("id")))


@routes.add("/api/get-default-application", "GET")
def get_default_application(context: CasdoorContext, _: str) -> Reply:
    """Show the application that an organization's users get without asking for one."""
    return ok(directory.get_default_application(context.tx, context.caller, context.query("id")))


@routes.add("/api/get-records", "GET")
def get_records(context: CasdoorContext, _: str) -> Reply:
    """List records, of which none are kept here."""
    require_admin(context.tx, context.session, user_id=context.query("userId"))
    return ok([], 0 if context.query("p") and context.query("pageSize") else None)


@routes.add("/api/get-permissions-by-role", "GET")
def get_permissions_by_role(context: CasdoorContext, _: str) -> Reply:
    """List the permissions that a role is given."""
    found = objects.permissions_of_role(context.tx, context.query("id"))
    return ok([*found], len(found))


@routes.add("/api/remove-user-from-group", "POST")
def remove_user_from_group(context: CasdoorContext, _: str) -> Reply:
    """Take a user out of a group."""
    asked = context.request
    owner, user, group = asked.value("owner"), asked.value("name"), asked.value(f"{GROUP.name}Name")
    return ok(leave_group(context.tx, owner=owner, user=user, group=group))


@routes.add("/api/enforce", "POST")
def enforce(context: CasdoorContext, _: str) -> Reply:
    """Show whether permissions allow a request."""
    return ok(*enforcing.enforce(context.tx, JsonObject(context.request.query), context.request.body))


@routes.add("/api/batch-enforce", "POST")
def batch_enforce(context: CasdoorContext, _: str) -> Reply:
    """Show whether permissions allow each of several requests."""
    return ok(*enforcing.batch_enforce(context.tx, JsonObject(context.request.query), context.request.body))


@routes.add("/api/get-all-objects", "GET")
def get_all_objects(context: CasdoorContext, _: str) -> Reply:
    """List the resources that a user has permissions for."""
    return ok(enforcing.all_objects(context.tx, _user_asked_for(context)))


@routes.add("/api/get-all-actions", "GET")
def get_all_actions(context: CasdoorContext, _: str) -> Reply:
    """List the actions that a user has permissions for."""
    return ok(enforcing.all_actions(context.tx, _user_asked_for(context)))


@routes.add("/api/get-all-roles", "GET")
def get_all_roles(context: CasdoorContext, _: str) -> Reply:
    """List the names of a user's roles."""
    return ok(enforcing.all_roles(context.tx, _user_asked_for(context)))


def _user_asked_for(context: CasdoorContext) -> str:
    return context.query("userId") or require_signed_in(context.tx, context.session, repeats=False)
