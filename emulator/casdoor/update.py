"""POST /api/update-user (facts/casdoor.md 4)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.casdoor.access import Caller, is_admin, split_id
from emulator.casdoor.defaults import shape
from emulator.casdoor.gojson import in_key_order
from emulator.casdoor.items import check_items
from emulator.casdoor.phones import national, prepare
from emulator.casdoor.repositories import Organizations
from emulator.casdoor.texts import text
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.user_fields import columns_of, decode_user, fields_by_column, go_type, user_fields, zero
from emulator.casdoor.user_repository import Users
from emulator.casdoor.users import is_username
from emulator.casdoor.versions import Version, version_of
from emulator.casdoor.views import Organization, User
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class UpdateRequest:
    """The parameters of an update, all from the query but the body."""

    id: str = ""
    user_id: str = ""
    owner: str = ""
    columns: str = ""
    allow_empty: str = ""
    body: bytes = b""


def update_user(tx: Transaction, caller: Caller, request: UpdateRequest) -> str:
    """Change a user and return `Affected`.

    Raises ApiError in the order of facts/casdoor.md 4.2.
    """
    version = version_of(tx)
    given = decode_user(request.body)
    if given.phone and version.normalises_phone:
        prepare()

    def change() -> tuple[User, User]:
        old = _target(tx, caller, request)
        new, columns = _new_user(tx, version, old, given, request.columns)
        admin = is_admin(tx, caller, old.owner)
        _check_owner(tx, caller, old, new)
        if version.checks_name_first:
            _check_mfa(tx, new)
        elif not new.display_name and not request.allow_empty:
            raise ApiError(text(tx, "empty_display_name"), why=reason("display-name-empty"))
        _check_unique(tx, version, old, new)
        compared = _shared(old, new, given) if version.columns_merge and columns else old
        check_items(tx, old=compared, new=new, admin=admin, allow_empty=bool(request.allow_empty))
        return old, _written(tx, old, new, _columns(version, columns, admin=admin))

    old, user = tx.get(Users).update(change)
    tx.trace.changed(old, user)
    if version.cuts_off and _loses_rights(old, user):
        tx.get(Tokens).end_all_of(organization=old.owner, user=old.name)
    return "Affected"


def _target(tx: Transaction, caller: Caller, request: UpdateRequest) -> User:
    if caller.is_nobody:
        raise ApiError(text(tx, "missing_parameter"), why=reason("no-credentials"))
    found, shown = None, request.id or request.user_id
    if request.user_id and not request.id:
        shown = request.user_id if request.owner else ""
        found = next((user for user in tx.get(Users).of(request.owner) if user.user_id == request.user_id), None)
    else:
        shown = request.id or caller.id
        found = tx.get(Users).find(split_id(shown, early=False))
    if found is None:
        why = reason("user-unknown", user=request.id or request.user_id or caller.id)
        raise ApiError(text(tx, "no_user", id=shown), why=why)
    return found


def _new_user(tx: Transaction, version: Version, old: User, given: User, columns: str) -> tuple[User, str]:
    """Return what the user shall become, and the columns that are to be written."""
    if columns and version.columns_merge:
        return _merged(old, given), columns
    if not columns and version.sparse_update:
        tx.note("sparse-update")
        return _merged(old, given), ",".join(columns_of(name) for name in given)
    return User({name: given.get(name, zero(name)) for name in shape("user")}), columns


def _merged(old: User, given: User) -> User:
    """Lay the given fields over the stored user; properties merge key by key."""
    new = User(old | given)
    if "properties" in given:
        new["properties"] = in_key_order(old.properties | given.properties)
    return new


def _shared(old: User, new: User, given: User) -> User:
    """Return the stored user as the merge leaves it: Go shares maps, and lists of the same length, between copies.

    So such a change escapes the comparison with the account items (facts/casdoor.md 4.3).
    """
    shared: dict[str, Json] = {}
    for name in given:
        before, after = old.get(name), new.get(name)
        if isinstance(after, dict) or (
            isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
        ):
            shared[name] = after
    return User(old | shared)


def _check_owner(tx: Transaction, caller: Caller, old: User, new: User) -> None:
    moved = new.owner != old.owner and not caller.is_global
    root = old.id == "built-in/admin" and new.id != old.id
    if moved or root:
        why = reason("owner-moved", given=new.owner, stored=old.owner)
        raise ApiError(text(tx, "unauthorized"), why=why)


def _check_mfa(tx: Transaction, new: User) -> None:
    if new.mfa_email_enabled and not new.email:
        raise ApiError(text(tx, "mfa_email"), why=reason("mfa-without", flag="mfaEmailEnabled", field="email"))
    if new.mfa_phone_enabled and not new.phone:
        raise ApiError(text(tx, "mfa_phone"), why=reason("mfa-without", flag="mfaPhoneEnabled", field="phone"))


def _check_unique(tx: Transaction, version: Version, old: User, new: User) -> None:
    others = [user for user in tx.get(Users).of(old.owner) if user.name != old.name]
    if new.name != old.name:
        check_username(tx, owner=new.owner, name=new.name)
    if new.email != old.email:
        check_email(tx, new, others)
    if (new.phone, new.country_code) != (old.phone, old.country_code):
        check_phone(tx, version, new, others)
    if new.ip_whitelist != old.ip_whitelist:
        check_addresses(new.ip_whitelist)


def check_username(tx: Transaction, *, owner: str, name: str) -> None:
    """Refuse a name that breaks Casdoor's rule or is taken; raises ApiError."""
    if not name:
        raise ApiError(text(tx, "empty_username"), why=reason("body-without", field="name"))
    if len(name.encode()) > version_of(tx).longest_name:
        raise ApiError(text(tx, "long_username"), why=reason("name-too-long", bytes=len(name.encode())))
    if not is_username(name, longest=version_of(tx).longest_name):
        raise ApiError(text(tx, "bad_username"), why=reason("name-malformed", name=name))
    if tx.get(Users).find((owner, name)):
        raise ApiError(text(tx, "username_taken"), why=reason("name-taken", owner=owner, name=name))


def check_email(tx: Transaction, new: User, others: Iterable[User]) -> None:
    """Refuse an email that another user of the organization has, exact case; raises ApiError."""
    if new.email and any(user.email == new.email for user in others):
        why = reason("email-taken", owner=new.owner, email=new.email)
        raise ApiError(text(tx, "email_taken"), why=why)


def check_phone(tx: Transaction, version: Version, new: User, others: Iterable[User]) -> None:
    """Refuse a phone number that is invalid or taken; normalises that of `new` in place. Raises ApiError."""
    phone = new.phone
    if not phone:
        return
    if version.normalises_phone:
        codes = (tx.get(Organizations).find(new.owner) or Organization()).country_codes
        found = national(phone, new.country_code or (codes[0] if codes else ""))
        if found is None:
            raise ApiError(text(tx, "bad_phone"), why=reason("phone-malformed", phone=phone))
        new["phone"], new["countryCode"] = found
    for other in others:
        same_country = not version.normalises_phone or other.country_code == new.country_code
        if other.phone == new.phone and same_country:
            why = reason("phone-taken", owner=new.owner, phone=new.phone)
            raise ApiError(text(tx, "phone_taken"), why=why)


def check_addresses(whitelist: str) -> None:
    """Refuse a whitelist that is not networks with commas between; raises ApiError."""
    for part in whitelist.split(",") if whitelist else ():
        try:
            ipaddress.ip_network(part, strict=False)
            valid = "/" in part
        except ValueError:
            valid = False
        if not valid:
            problem = f"invalid CIDR address: {part}"
            why = reason("address-malformed", address=part)
            raise ApiError(f"{part} does not meet the CIDR format requirements: {problem}", why=why)


def _columns(version: Version, columns: str, *, admin: bool) -> set[str]:
    """Return the fields that are written (facts/casdoor.md 4.4)."""
    fields = user_fields(version)
    names = set(fields.default) if not columns else _named(version, columns)
    if admin and (not columns or version.admin_writes_always):
        names |= set(fields.admin)
    if not columns and (admin or version.admin_writes_always):
        names |= set(fields.rights)
    return names & version.shape("user").keys()


def _named(version: Version, columns: str) -> set[str]:
    fields, names = fields_by_column(), set()
    for column in columns.split(","):
        wanted = columns_of(column.replace(" ", "")) if version.camel_columns else column.strip().lower()
        if wanted in fields:
            names.add(fields[wanted])
    return names - set(user_fields(version).unreachable) if version.camel_columns else names


def _written(tx: Transaction, old: User, new: User, names: set[str]) -> User:
    """Return the stored user with the named fields of the new one; without a syncer Casdoor's own hash is empty."""
    changes: dict[str, Json] = {name: _stored(name, new.get(name)) for name in names if name in old}
    if new.deleted_time:
        changes["deletedTime"] = new.deleted_time
    if changes.get("password") == "***":
        del changes["password"]
    return User(old | changes | {"updatedTime": rfc3339(tx.at), "hash": ""})


def _loses_rights(old: User, user: User) -> bool:
    return any(user.flag(name) and not old.flag(name) for name in ("isForbidden", "isDeleted"))


def _stored(name: str, value: Json) -> Json:
    """Return what reading a written value back gives: lists and maps come back empty, not null."""
    if value is None and name in ("cart", "groups", "address", "properties"):
        return {"properties": {}}.get(name, [])
    return value if value is not None or go_type(name).startswith(("[]", "map")) else zero(name)
