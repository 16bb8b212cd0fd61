"""The whole shape of Casdoor's objects: every field with its zero value, in Casdoor's order."""

from datetime import datetime

from emulator.casdoor.gojson import in_key_order
from emulator.casdoor.versions import newest
from emulator.core.derive import derive_hex, derive_uuid
from emulator.core.json_object import Json, JsonObject
from emulator.core.tables import table_text
from emulator.world.clock import rfc3339


def shape(kind: str) -> JsonObject:
    """Return the zero object of a kind as rows are stored: the newest version's, whichever version shows them."""
    return newest().shape(kind)


def complete(kind: str, row: JsonObject) -> JsonObject:
    """Return the row with every field of its kind, in Casdoor's order; unknown fields are dropped."""
    return JsonObject({name: row.get(name, zero) for name, zero in shape(kind).items()})


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
    zeros: JsonObject = JsonObject() if kind == "cert" else shape(kind)
    for name, value in row.items():
        zero = zeros.get(name, "" if kind == "cert" else None)
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


def complete_organization(row: JsonObject, *, now: datetime) -> JsonObject:
    """Return an organization as a fresh server would store it; an empty list of account items means the default."""
    full = complete("organization", row)
    full["createdTime"] = row.text("createdTime") or rfc3339(now)
    full["accountItems"] = [_account_item(item) for item in row.rows("accountItems")]
    return full


def complete_application(row: JsonObject, *, now: datetime) -> JsonObject:
    """Return an application as a fresh server would store it.

    What a new application gets by default in Casdoor's web page stands in for fields not written (assumed).
    """
    full = complete("application", row)
    full["createdTime"] = row.text("createdTime") or rfc3339(now)
    full["displayName"] = row.text("displayName") or row.name
    full["providers"] = [dict(complete("provider_item", item)) for item in row.rows("providers")]
    full["signupItems"] = [dict(complete("signup_item", item)) for item in full.rows("signupItems")]
    return full


def complete_provider(row: JsonObject) -> JsonObject:
    """Return a provider with all its fields."""
    full = complete("provider", row)
    full["displayName"] = row.text("displayName") or row.name
    return full


def complete_user(row: JsonObject, *, seed: str, now: datetime, organization: JsonObject | None) -> JsonObject:
    """Return a user as Casdoor's start-up import stores it: id, times, password type and salt filled in.

    The password itself stays as written: a reply never shows it. Source: the recordings.
    """
    full = complete("user", row)
    full["id"] = row.text("id") or derive_uuid(seed, "user", row.owner, row.name)
    full["createdTime"] = row.text("createdTime") or rfc3339(now)
    full["updatedTime"] = row.text("updatedTime") or full["createdTime"]
    full["type"] = row.text("type") or "normal-user"
    full["properties"] = in_key_order(row.row("properties"))
    if organization and row.text("password") and not row.text("passwordType"):
        full["passwordType"] = organization.text("passwordType")
        full["passwordSalt"] = organization.text("passwordSalt") or derive_hex(seed, 20, "salt", row.owner, row.name)
    if not row.text("balanceCurrency"):
        full["balanceCurrency"] = (organization.text("balanceCurrency") if organization else "") or "USD"
    return full


def complete_cert(row: JsonObject) -> JsonObject:
    """Return a cert with the shipped key pair standing in where none was given."""
    certificate, key = (table_text("casdoor", f"cert-built-in.{kind}") for kind in ("pem", "key"))
    shipped: dict[str, Json] = {"certificate": certificate, "privateKey": key}
    filled: dict[str, Json] = {"owner": "admin", "scope": "JWT", "type": "x509", "cryptoAlgorithm": "RS256"}
    full = JsonObject(filled | {name: value for name, value in row.items() if value not in ("", None)})
    return full if full.text("privateKey") else JsonObject(full | shipped)


def _account_item(item: JsonObject) -> Json:
    return {
        "name": item.name,
        "visible": item.get("visible", True),
        "viewRule": item.text("viewRule"),
        "modifyRule": item.text("modifyRule"),
        "regex": item.text("regex"),
        "tab": item.text("tab"),
    }
