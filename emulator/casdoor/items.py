"""The account items of an organization: which fields a user may change, and how (facts/casdoor.md 4.3)."""

from emulator.casdoor.repositories import Organizations
from emulator.casdoor.texts import text
from emulator.casdoor.user_fields import user_fields
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import AccountItem, Organization, User
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json
from emulator.core.patterns import search
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


def account_items(tx: Transaction, organization: Organization) -> list[AccountItem]:
    """Return an organization's account items, the version's default ones when it has none."""
    return organization.account_items or [AccountItem(item) for item in version_of(tx).tables.rows("account_items")]


def items_of(tx: Transaction, organization: str) -> dict[str, AccountItem]:
    """Return the account items of an organization by name; the first of a name counts."""
    items: dict[str, AccountItem] = {}
    for item in account_items(tx, (tx.get(Organizations).find(organization) or Organization())):
        items.setdefault(item.name, item)
    return items


def check_items(tx: Transaction, *, old: User, new: User, admin: bool, allow_empty: bool) -> None:
    """Refuse a change that an account item forbids; put back what only administrators see.

    Changes `new` in place. Raises ApiError with the first failure in the order of facts/casdoor.md 4.3.
    """
    version, items = version_of(tx), items_of(tx, old.owner)
    noted: list[tuple[AccountItem | None, str]] = []
    for item_name, field in user_fields(version).items:
        item = items.get(item_name)
        if not _differs(field, old, new):
            continue
        if item is None and not version.missing_item_panics:
            if version.missing_item_keeps:
                new[field] = old.get(field)
            continue
        if item is not None and item.view_rule == "Admin" and not admin and version.keeps_hidden_fields:
            new[field] = old.get(field)
            continue
        if field == "displayName" and not new.text(field) and not allow_empty:
            raise ApiError(text(tx, "empty_display_name"), why=reason("display-name-empty"))
        noted.append((item, field))
    for item, field in noted:
        if item is None:
            raise Panic(why=reason("account-item-missing", field=field))
        _check_rule(tx, item, field, new, admin=admin)


def _differs(field: str, old: User, new: User) -> bool:
    if field == "faceIds":
        return new.get(field) is not None
    if field == "password" and new.text(field) == "***":
        return False
    return _shown(field, old.get(field)) != _shown(field, new.get(field))


def _shown(field: str, value: Json) -> Json:
    empties: dict[str, Json] = {"cart": [], "groups": [], "address": [], "properties": {}}
    return empties[field] if field in empties and not value else value


def _check_rule(tx: Transaction, item: AccountItem, field: str, new: User, *, admin: bool) -> None:
    rule = item.modify_rule
    if rule == "Immutable":
        why = _why_immutable(field, new)
        raise ApiError(text(tx, "immutable", item=item.name), why=why)
    if rule == "Admin" and not admin:
        raise ApiError(text(tx, "only_admin", item=item.name), why=_why_differs(field, new))
    if rule not in ("Admin", "Self"):
        why = reason("modify-rule-unknown", item=item.name, rule=rule)
        raise ApiError(text(tx, "unknown_rule", rule=rule), why=why)
    value = _written(new.get(field))
    if item.regex and not _found(item.regex, value):
        why = reason("regex-unmatched", field=field, regex=item.regex)
        raise ApiError(text(tx, "regex", value=value, item=item.name), why=why)


def _why_immutable(field: str, new: User) -> Reason:
    return _why_differs(field, new) if new.get(field) else reason("field-left-out", field=field)


def _why_differs(field: str, new: User) -> Reason:
    return reason("field-differs", field=field, value="***" if field == "password" else _written(new.get(field)))


def _written(value: Json) -> str:
    return value if isinstance(value, str) else str(value)


def _found(pattern: str, value: str) -> bool:
    try:
        return search(pattern, value)
    except ValueError:
        return False
