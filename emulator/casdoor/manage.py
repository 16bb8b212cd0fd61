"""POST /api/add-user and /api/delete-user (facts/casdoor.md 5.4)."""

from emulator.casdoor.access import Caller, row_of
from emulator.casdoor.defaults import shape
from emulator.casdoor.phones import prepare
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.texts import text
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.update import check_addresses, check_email, check_phone, check_username
from emulator.casdoor.user_fields import decode_user, zero
from emulator.casdoor.user_repository import Users
from emulator.casdoor.users import NAME_TAKEN, check_consent, new_user_id, next_ranking
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Organization, User
from emulator.core.derive import derive_hex
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction


def add_user(tx: Transaction, caller: Caller, body: bytes) -> str:
    """Add the user that a JSON body describes and return `Affected`.

    Raises ApiError as facts/casdoor.md 5.4 lists them.
    """
    given = decode_user(body)
    new = User({name: given.get(name, zero(name)) for name in shape("user")})
    if new.phone and version_of(tx).normalises_phone:
        prepare()

    def make() -> User:
        organization = _organization_for(tx, new)
        version = version_of(tx)
        if not version.add_user_checks:
            _check_free(tx, new)
            return _filled(tx, caller, new, organization)
        check_username(tx, owner=new.owner, name=new.name)
        others = tx.get(Users).of(new.owner)
        check_email(tx, new, others)
        check_phone(tx, version, new, others)
        check_addresses(new.ip_whitelist)
        return _filled(tx, caller, new, organization)

    tx.trace.changed(None, tx.get(Users).create(make))
    return "Affected"


def delete_user(tx: Transaction, body: bytes) -> str:
    """Remove the user that a JSON body names; return `Affected`, or `Unaffected` when there was none.

    Raises ApiError and Panic.
    """
    given = decode_user(body)
    version = version_of(tx)
    if given.id == "built-in/admin":
        raise ApiError(text(tx, "unauthorized"), why=reason("first-admin-kept", user=given.id))
    if "/" in given.name and version.slash_in_deleted_name_panics:
        raise Panic(why=reason("name-with-slash"))
    if not _remove(tx, given):
        return "Unaffected"
    if version.cuts_off:
        tx.get(Tokens).end_all_of(organization=given.owner, user=given.name)
    return "Affected"


def _remove(tx: Transaction, given: User) -> bool:
    """Remove a user, or mark it as removed where its organization keeps them; return whether there was one."""
    users, organization = tx.get(Users), tx.get(Organizations).find(given.owner)
    if organization is None or not organization.flag("enableSoftDeletion"):
        removed = users.delete(given.owner, given.name)
        if removed is not None:
            tx.trace.changed(removed, None)
        return removed is not None
    found = users.find((given.owner, given.name))
    if found is None:
        return False

    def mark() -> tuple[User, User]:
        old, now = users.find((given.owner, given.name)) or found, rfc3339(tx.at)
        return old, User(old | {"isDeleted": True, "deletedTime": now, "updatedTime": now})

    tx.trace.changed(*users.update(mark))
    return True


def _organization_for(tx: Transaction, new: User) -> Organization:
    organization = tx.get(Organizations).find(new.owner)
    if organization is None:
        why = reason("organization-unknown", organization=new.owner)
        raise ApiError(f"The organization: {new.owner} does not exist", why=why)
    if not new.name:
        raise ApiError("the user's owner and name should not be empty", why=reason("body-without", field="name"))
    check_consent(organization, name=new.name)
    checks = version_of(tx).add_user_checks and new.owner != "built-in"
    if checks and not any(row.organization == new.owner for row in tx.get(Applications).all()):
        why = reason("organization-without-application", organization=new.owner)
        raise ApiError("The organization: admin should have one application at least", why=why)
    return organization


def _check_free(tx: Transaction, new: User) -> None:
    """Refuse a bad name, and one that is taken as the database does; raises ApiError."""
    if tx.get(Users).find((new.owner, new.name)):
        raise ApiError(NAME_TAKEN, why=reason("name-taken", owner=new.owner, name=new.name))
    check_username(tx, owner=new.owner, name=new.name)


def _filled(tx: Transaction, caller: Caller, new: User, organization: Organization) -> User:
    version = version_of(tx)
    created = new.created_time or (rfc3339(tx.at) if version.add_user_checks else "")
    application = tx.get(Applications).find(new.signup_application)
    source = row_of(tx, caller)
    default_avatar = organization.default_avatar if version.gives_default_avatar else ""
    changes: dict[str, Json] = {
        "createdTime": created,
        "updatedTime": (new.updated_time or created) if version.new_users_updated else "",
        "id": new.user_id or new_user_id(tx, application, new.owner, new.name),
        "registerType": new.text("registerType") or "Add User",
        "registerSource": new.text("registerSource") or (source.id if source else ""),
        "ranking": next_ranking(tx, organization),
        "avatar": new.avatar or default_avatar,
        "balanceCurrency": new.balance_currency or organization.balance_currency or "USD",
        "properties": new.get("properties") or {},
        "groups": new.get("groups") or [],
    }
    if new.password == "123" and organization.text("defaultPassword"):
        changes["password"] = organization.text("defaultPassword")
    if (new.password or version.every_user_has_password_type) and new.password_type in ("", "plain"):
        changes["passwordType"] = organization.password_type
        changes["passwordSalt"] = organization.password_salt or derive_hex(tx.seed, 20, "salt", new.id)
    return User(new | changes)
