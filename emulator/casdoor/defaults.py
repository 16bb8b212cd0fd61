"""The whole shape of Casdoor's objects: every field with its zero value, in Casdoor's order."""

import json
from datetime import datetime
from functools import cache
from importlib import resources

from emulator.casdoor.gojson import in_key_order
from emulator.core.derive import derive_hex, derive_uuid
from emulator.core.json_object import Json, JsonObject
from emulator.world.clock import rfc3339


@cache
def shape(kind: str) -> JsonObject:
    """Return the zero object of a kind: user, organization, application, provider, provider_item, signup_item.

    Source: the recordings; field lists in facts/casdoor.md 5.1 and 5.9. Callers must not change it.
    """
    return JsonObject(json.loads(data_text(f"{kind}.json")))


@cache
def default_account_items() -> tuple[JsonObject, ...]:
    """Return the account items of an organization that was made without any (facts/casdoor.md 4.3)."""
    return tuple(JsonObject(item) for item in json.loads(data_text("account_items.json")))


def data_text(name: str) -> str:
    """Return a data file of the Casdoor side as text."""
    return resources.files("emulator").joinpath("data", "casdoor", name).read_text("utf-8")


def complete(kind: str, row: JsonObject) -> JsonObject:
    """Return the row with every field of its kind, in Casdoor's order; unknown fields are dropped."""
    return JsonObject({name: row.get(name, zero) for name, zero in shape(kind).items()})


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
    shipped = {"certificate": data_text("cert-built-in.pem"), "privateKey": data_text("cert-built-in.key")}
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
