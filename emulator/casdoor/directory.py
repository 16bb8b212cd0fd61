"""Organizations and applications in lists, and the applications of users (facts/casdoor.md 11.1)."""

from emulator.casdoor.access import Caller, is_admin, row_of, split_id
from emulator.casdoor.account import show_organization
from emulator.casdoor.applications import mask_application, show_application, with_limits
from emulator.casdoor.defaults import go_zero
from emulator.casdoor.enforcing import may_sign_in
from emulator.casdoor.pagination import is_paged
from emulator.casdoor.paging import Listed, newest_first, page_of
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.texts import text
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Organization, User
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: Rows as replies show them, and how many there are of which they are a page.
Shown = tuple[list[dict[str, Json]], int | None]


def list_organizations(tx: Transaction, caller: Caller, query: JsonObject) -> Shown:
    """Return the organizations: all of them to global callers, to others their own, which has no pages.

    Raises ApiError when nobody is signed in; older versions crash.
    """
    if not caller.is_global and row_of(tx, caller) is None:
        why = reason("no-credentials")
        if version_of(tx).lists_check_sign_in:
            raise ApiError(text(tx, "sign_in_first"), why=why)
        raise Panic(why=why)
    rows = [row for row in tx.get(Organizations).all() if query.text("owner") in ("", row.owner)]
    if not caller.is_global:
        listed = Listed(rows=[row for row in rows if row.name == caller.owner])
    elif is_paged(query):
        name = query.text("organizationName")
        listed = page_of("organization", [row for row in rows if name in ("", row.name)], query)
    else:
        listed = Listed(rows=newest_first([*rows]))
    return [show_organization(tx, Organization(row), caller) for row in listed.rows], listed.total


def organization_names(tx: Transaction, *, owner: str) -> list[dict[str, Json]]:
    """Return an owner's organizations with nothing but their names filled in."""
    rows = newest_first([row for row in tx.get(Organizations).all() if owner in ("", row.owner)])
    zeros = {name: go_zero(value) for name, value in version_of(tx).shape("organization").items()}
    return [zeros | {"name": row.name, "displayName": row.text("displayName")} for row in rows]


def list_applications(tx: Transaction, caller: Caller, query: JsonObject) -> Shown:
    """Return an owner's applications, or without pages those of the query's `organization`."""
    if query.text("organization") and not is_paged(query):
        return _listed(tx, caller, Listed(rows=newest_first(_of(tx, query.text("organization")))))
    rows: list[JsonObject] = [row for row in tx.get(Applications).all() if query.text("owner") in ("", row.owner)]
    listed = page_of("application", rows, query) if is_paged(query) else Listed(rows=newest_first(rows))
    return _listed(tx, caller, listed)


def list_organization_applications(tx: Transaction, caller: Caller, query: JsonObject) -> Shown:
    """Return an organization's applications to who is signed in; raises ApiError for others, and without one."""
    organization = query.text("organization")
    if not organization:
        message = text(tx, "missing_parameter") + ": organization"
        raise ApiError(message, why=reason("body-without", field="organization"))
    if caller.is_nobody:
        raise ApiError(text(tx, "unauthorized"), why=reason("no-credentials"))
    rows = [row for row in _of(tx, organization) if may_sign_in(tx, row_of(tx, caller), row)]
    listed = page_of("application", rows, query) if is_paged(query) else Listed(rows=newest_first(rows))
    return _listed(tx, caller, listed)


def get_user_application(tx: Transaction, caller: Caller, identifier: str) -> dict[str, Json]:
    """Return the application of a user; raises ApiError when there is no user, or no application for it."""
    user = tx.get(Users).find(split_id(identifier, early=False))
    if user is None:
        raise ApiError(text(tx, "no_user", id=identifier), why=reason("user-unknown", user=identifier))
    application = application_of(tx, user)
    if application is None:
        why = reason("organization-without-application", organization=user.owner)
        raise ApiError(text(tx, "one_application", id=user.owner), why=why)
    return _masked(tx, caller, application, show_application(tx, application, masked=False))


def application_of(tx: Transaction, user: User) -> Application | None:
    """Return the application of a user: where it signed up, else its organization's; None when there is none."""
    return tx.get(Applications).find(user.signup_application) or _default_of(tx, user.owner)


def get_default_application(tx: Transaction, caller: Caller, identifier: str) -> dict[str, Json]:
    """Return the application that an organization names, else its oldest that lets people sign up.

    Raises ApiError for an unknown organization, and for one without applications.
    """
    owner, name = split_id(identifier, early=False)
    organization = tx.get(Organizations).look_up(owner, name)
    if organization is None:
        why = reason("organization-unknown", organization=identifier)
        raise ApiError(f"The organization: {identifier} does not exist", why=why)
    named = organization.text("defaultApplication")
    application = tx.get(Applications).find(named) if named else _default_of(tx, name)
    if application is None:
        why = reason("organization-without-application", organization=name)
        message = f"The default application: {named} does not exist" if named else "The application does not exist"
        raise ApiError(message, why=why)
    return _masked(tx, caller, application, show_application(tx, application, masked=False))


def _of(tx: Transaction, organization: str) -> list[JsonObject]:
    return [row for row in tx.get(Applications).all() if row.organization == organization or row.flag("isShared")]


def _default_of(tx: Transaction, organization: str) -> Application | None:
    rows = [row for row in tx.get(Applications).all() if row.organization == organization]
    rows = sorted(sorted(rows, key=lambda row: row.name), key=lambda row: row.created_time)
    return next((row for row in rows if row.enable_sign_up), rows[0] if rows else None)


def _listed(tx: Transaction, caller: Caller, listed: Listed) -> Shown:
    """Return applications as lists show them: the rows alone, without what they point at."""
    shown: list[dict[str, Json]] = []
    for row in listed.rows:
        application = Application(row)
        items: list[Json] = [item | {"provider": None} for item in application.providers]
        one = version_of(tx).show("application", application) | {"organizationObj": None}
        if application.get("providers") is not None:
            one["providers"] = items
        shown.append(_masked(tx, caller, application, with_limits(one)))
    return shown, listed.total


def _masked(tx: Transaction, caller: Caller, application: Application, shown: dict[str, Json]) -> dict[str, Json]:
    if is_admin(tx, caller, application.organization):
        return shown
    return mask_application(tx, shown)
