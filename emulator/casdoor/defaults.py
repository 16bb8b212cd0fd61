"""The whole shape of Casdoor's objects: every field with its zero value, in Casdoor's order."""

from datetime import datetime, timedelta
from typing import cast

from emulator.casdoor.gojson import in_key_order
from emulator.casdoor.versions import newest
from emulator.casdoor.views import AccountItem, Application, Cert, Organization, Provider, User
from emulator.core.derive import derive_hex, derive_uuid
from emulator.core.json_object import Json, JsonObject
from emulator.core.tables import table, table_text
from emulator.world.clock import rfc3339


def shape(kind: str) -> JsonObject:
    """Return the zero object of a kind as rows are stored: the newest version's, whichever version shows them."""
    return newest().shape(kind)


def complete(kind: str, row: JsonObject) -> JsonObject:
    """Return the row with every field of its kind, in Casdoor's order; unknown fields are dropped."""
    return JsonObject({name: row.get(name, zero) for name, zero in shape(kind).items()})


def go_zero(value: Json) -> Json:
    """Return the zero value of a field's Go type: None for lists, maps and pointers."""
    return type(value)() if isinstance(value, bool | int | float | str) else None


def built_in(kind: str, *, now: datetime) -> list[JsonObject]:
    """Return the rows that a fresh server makes by itself, such as the organization `built-in`.

    They are a second older than those of the scenario. Source: object/init.go in v3.158.0; facts/casdoor.md 11.1.
    """
    rows = JsonObject(cast("dict[str, Json]", table("casdoor", "built_in.json"))).rows(kind)
    return [JsonObject(row | {"createdTime": rfc3339(now - timedelta(seconds=1))}) for row in rows]


def without_defaults(kind: str, row: JsonObject) -> dict[str, Json]:
    """Return the fields of a row that differ from the zero object of its kind."""
    zeros = shape(kind)
    return {name: value for name, value in row.items() if not _is_same(value, zeros.get(name, _NOTHING))}


def with_defaults(kind: str, given: dict[str, Json]) -> JsonObject:
    """Return the row that `without_defaults` returned the differing fields of; raises ValueError for a misfit."""
    row = JsonObject(given)
    unknown = [name for name in row if name not in shape(kind)]
    if unknown:
        raise ValueError(f"{kind}: unknown field {unknown[0]!r}")
    check_row(kind, row)
    return complete(kind, row)


def check_row(kind: str, row: JsonObject) -> None:
    """Raise ValueError for a field that has another type than the zero object of its kind; null stands for no value."""
    zeros = shape(kind)
    for name, value in row.items():
        zero = zeros.get(name)
        if value is None or zero is None or _same_type(zero, value):
            continue
        shown = f"{value!r}"
        raise ValueError(f"{kind} {row.id}: {name} is {shown[:60]}; it must be {_TYPE_NAMES[type(zero)]}")


_TYPE_NAMES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def _same_type(zero: Json, value: Json) -> bool:
    if isinstance(zero, bool) or isinstance(value, bool):
        return isinstance(zero, bool) and isinstance(value, bool)
    if isinstance(zero, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(zero))


#: Stands for a field that a kind does not have.
_NOTHING: Json = "\x00"


def _is_same(value: Json, zero: Json) -> bool:
    """Return whether two values are equal and of one type; Python takes 0, 0.0 and False for the same."""
    return value == zero and type(value) is type(zero)


def complete_organization(row: JsonObject, *, now: datetime) -> Organization:
    """Return an organization as a fresh server would store it; an empty list of account items means the default."""
    given, full = Organization(row), complete("organization", row)
    full["createdTime"] = given.created_time or rfc3339(now)
    full["accountItems"] = [_account_item(item) for item in given.account_items]
    return Organization(full)


def complete_application(row: JsonObject, *, now: datetime) -> Application:
    """Return an application as a fresh server would store it.

    What a new application gets by default in Casdoor's web page stands in for fields not written (assumed).
    """
    given, full = Application(row), complete("application", row)
    full["createdTime"] = given.created_time or rfc3339(now)
    full["displayName"] = given.display_name or row.name
    full["providers"] = [dict(complete("provider_item", item)) for item in given.providers]
    full["signupItems"] = [dict(complete("signup_item", item)) for item in Application(full).signup_items]
    return Application(full)


#: Fields of a provider that are maps in Go.
_PROVIDER_MAPS = ("userMapping", "httpHeaders")


def complete_provider(row: JsonObject) -> Provider:
    """Return a provider with all its fields."""
    given, full = Provider(row), complete("provider", row)
    full["displayName"] = given.display_name or row.name
    for name in _PROVIDER_MAPS:
        value = full.get(name)
        if isinstance(value, dict):
            full[name] = in_key_order(value)
    return Provider(full)


def complete_user(
    row: JsonObject, *, seed: str, now: datetime, organization: Organization | None, updated: bool = True
) -> User:
    """Return a user as Casdoor's start-up import stores it: id, times, password type and salt filled in.

    The password itself stays as written: a reply never shows it. Versions that do not date a user's first update have
    it not `updated`. Source: the recordings.
    """
    given, full = User(row), complete("user", row)
    full["id"] = given.user_id or derive_uuid(seed, "user", row.owner, row.name)
    full["createdTime"] = given.created_time or rfc3339(now)
    full["updatedTime"] = given.updated_time or (full["createdTime"] if updated else "")
    full["type"] = given.type or "normal-user"
    full["properties"] = in_key_order(given.properties)
    if organization and given.password and not given.password_type:
        full["passwordType"] = organization.password_type
        full["passwordSalt"] = organization.password_salt or derive_hex(seed, 20, "salt", row.owner, row.name)
    if not given.balance_currency:
        full["balanceCurrency"] = (organization.balance_currency if organization else "") or "USD"
    return User(full)


def complete_cert(row: JsonObject, *, now: datetime) -> Cert:
    """Return a cert with the shipped key pair standing in where none was given."""
    certificate, key = (table_text("casdoor", f"cert-built-in.{kind}") for kind in ("pem", "key"))
    shipped: dict[str, Json] = {"certificate": certificate, "privateKey": key}
    filled: dict[str, Json] = {"owner": "admin", "scope": "JWT", "type": "x509", "cryptoAlgorithm": "RS256"}
    filled |= {"displayName": row.name, "bitSize": 4096, "expireInYears": 20, "createdTime": rfc3339(now)}
    full = Cert(filled | {name: value for name, value in row.items() if value not in ("", None)})
    return full if full.private_key else Cert(full | shipped)


def _account_item(item: AccountItem) -> Json:
    return {
        "name": item.name,
        "visible": item.get("visible", True),
        "viewRule": item.view_rule,
        "modifyRule": item.modify_rule,
        "regex": item.regex,
        "tab": item.tab,
    }
