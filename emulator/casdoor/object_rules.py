"""What is special about adding, changing and removing objects of some kinds (facts/casdoor.md 11.2)."""

from emulator.casdoor.access import Caller
from emulator.casdoor.defaults import complete, shape
from emulator.casdoor.kinds import APPLICATION, GROUP, ORGANIZATION, PROVIDER, ROLE, Kind
from emulator.casdoor.repositories import Applications, Groups, Organizations
from emulator.casdoor.rights import forget_role, people_of, rename_group, rename_role
from emulator.casdoor.texts import text
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.derive import derive_hex
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: Secrets that an update leaves as they are when the body has what reading shows of them.
_OMITTED: dict[str, tuple[str, ...]] = {
    ORGANIZATION.name: ("masterPassword", "defaultPassword", "masterVerificationCode"),
    APPLICATION.name: ("clientSecret",),
    PROVIDER.name: ("clientSecret", "clientSecret2"),
}
#: What add-organization fills in (controllers/organization.go in v3.158.0).
_ORGANIZATION_LISTS: dict[str, Json] = {
    "passwordOptions": ["AtLeast6"],
    "countryCodes": ["US", "ES", "FR", "DE", "GB", "CN", "JP", "KR", "VN", "ID", "SG", "IN"],
    "languages": ["en", "es", "fr", "de", "ja", "zh", "vi", "pt", "tr", "pl", "uk"],
}


def before_add(tx: Transaction, caller: Caller, kind: Kind, row: JsonObject) -> bool:
    """Fill in a new row, in place; return False for one that Casdoor silently does not add. Raises ApiError."""
    if kind.guarded_by and kind is not APPLICATION and version_of(tx).checks_owner_on_add:
        _check_owner(tx, caller, row.text(kind.guarded_by), caller.owner)
    if kind is ORGANIZATION:
        row["balanceCurrency"] = row.text("balanceCurrency") or "USD"
        row.update({name: value for name, value in _ORGANIZATION_LISTS.items() if not row.get(name)})
    if kind is APPLICATION:
        return _may_add_application(tx, row)
    if kind is GROUP:
        _check_group_name(tx, row.name)
    return True


def before_update(tx: Transaction, caller: Caller, kind: Kind, old: JsonObject, new: JsonObject) -> bool:
    """Prepare an update, changing `new` in place; return False for one that is silently not made. Raises ApiError."""
    new.update({name: old.get(name) for name in _OMITTED.get(kind.name, ()) if new.text(name) == "***"})
    if kind.kept and old.name == kind.kept:
        new["name"] = old.name
    if kind is ORGANIZATION:
        new["balanceCurrency"] = new.text("balanceCurrency") or "USD"
    if kind.guarded_by:
        _check_owner(tx, caller, new.text(kind.guarded_by), old.text(kind.guarded_by))
    if kind is APPLICATION:
        other = tx.get(Applications).find_client(new.text("clientId"))
        return old.text("clientId") == new.text("clientId") or other is None
    if kind in (ROLE, GROUP):
        _rename(tx, kind, old, new)
    return True


def before_delete(tx: Transaction, kind: Kind, given: JsonObject, stored: JsonObject | None) -> bool:
    """Prepare a removal; return False for one that is silently not made. Raises ApiError."""
    if kind is ROLE:
        forget_role(tx, given.id)
    if kind is APPLICATION and stored is not None:
        return stored.text("organization") == given.text("organization")
    if kind is GROUP:
        if any(row.text("parentId") == given.name for row in tx.get(Groups).all()):
            raise ApiError("group has children group", why=reason("group-not-empty", group=given.id))
        if people_of(tx, given):
            raise ApiError("group has users", why=reason("group-not-empty", group=given.id))
    return True


def complete_written(kind: Kind, row: JsonObject) -> JsonObject:
    """Return a row as it is stored, the objects inside of an application complete."""
    if kind is not APPLICATION:
        return row
    application = Application(row)
    changes: dict[str, Json] = {}
    if row.get("providers") is not None:
        changes["providers"] = [complete("provider_item", JsonObject(_item(one))) for one in application.providers]
    if row.get("signupItems") is not None:
        changes["signupItems"] = [dict(complete("signup_item", one)) for one in application.signup_items]
    return JsonObject(row | changes)


def _item(item: JsonObject) -> dict[str, Json]:
    """Return a provider item without what replies put into it."""
    return {name: value for name, value in item.items() if name != "provider"}


def _may_add_application(tx: Transaction, row: JsonObject) -> bool:
    """Fill in a new application; return whether its name and client_id are free."""
    organization = tx.get(Organizations).find(row.text("organization") or "built-in")
    token_format = organization.text("defaultTokenFormat") if organization else ""
    defaults: dict[str, Json] = {
        "owner": "admin",
        "organization": "built-in",
        "clientId": derive_hex(tx.seed, 20, "client_id", row.name, f"{tx.number}"),
        "clientSecret": derive_hex(tx.seed, 40, "client_secret", row.name, f"{tx.number}"),
        "tokenFormat": token_format or "JWT",
        "grantTypes": ["authorization_code"],
        "tags": [],
        "redirectUris": [],
        "providers": [],
        "scopes": [],
        "signupItems": shape("application").get("signupItems"),
    }
    row.update({name: value for name, value in defaults.items() if not row.get(name)})
    applications = tx.get(Applications)
    free = applications.find_client(row.text("clientId")) is None
    return free and applications.find(row.name) is None


def _check_owner(tx: Transaction, caller: Caller, given: str, allowed: str) -> None:
    """Refuse an object of another organization than the allowed one unless the caller has every right."""
    if not caller.is_global and given != allowed:
        raise ApiError(text(tx, "unauthorized"), why=reason("owner-moved", given=given, stored=allowed))


def _rename(tx: Transaction, kind: Kind, old: JsonObject, new: JsonObject) -> None:
    if kind is GROUP:
        _check_group_name(tx, new.name)
    if old.name != new.name:
        rename = rename_group if kind is GROUP else rename_role
        rename(tx, old.name, new.name)


def _check_group_name(tx: Transaction, name: str) -> None:
    message = ""
    if not name:
        message = "group name can't be empty"
    elif "/" in name:
        message = 'group name can\'t contain "/"'
    elif tx.get(Organizations).find(name) is not None:
        message = "group name can't be same as the organization name"
    if message:
        raise ApiError(message, why=reason("group-name", name=name))
