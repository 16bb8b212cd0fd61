"""Applications and organizations seen from outside (facts/casdoor.md 5.9)."""

from urllib.parse import SplitResult, urlsplit

from emulator.casdoor.access import Caller, is_admin
from emulator.casdoor.account import show_organization
from emulator.casdoor.items import account_items
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.signin import find_application, provider_row, unknown_client
from emulator.casdoor.texts import text
from emulator.casdoor.versions import Version, version_of
from emulator.casdoor.views import Application, Organization
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


def get_application(tx: Transaction, caller: Caller, *, owner: str, name: str) -> dict[str, Json] | None:
    """Return an application, masked for everyone but its administrators; None when there is none."""
    application = tx.get(Applications).find(name)
    if application is None or application.owner != owner:
        return None
    return show_application(tx, application, masked=not is_admin(tx, caller, application.organization))


def get_app_login(tx: Transaction, query: JsonObject) -> dict[str, Json] | None:
    """Return the masked application that a login page would show, None without `type`.

    Raises ApiError for a wrong response type, client or redirect address.
    """
    if query.text("type") == "code":
        return _app_login_by_code(tx, query)
    if query.text("type") == "cas":
        name = query.text("id").rpartition("/")[2]
        application = tx.get(Applications).find(name)
        if application is None:
            why = reason("application-unknown", application=name)
            raise ApiError(text(tx, "no_application", id=query.text("id")), why=why)
        return show_application(tx, application, masked=True)
    return None


def is_allowed_redirect(application: Application, uri: str) -> bool:
    """Return whether an application may redirect to an address (facts/casdoor.md 5.8)."""
    try:
        target = urlsplit(uri)
        _ = target.port
    except ValueError:
        return False
    if target.hostname == "localhost" and target.scheme in ("http", "https"):
        return True
    if target.hostname == "127.0.0.1" and target.scheme == "http":
        return True
    return any(_covers(urlsplit(allowed), target) for allowed in application.redirect_uris)


def get_organization(tx: Transaction, caller: Caller, *, owner: str, name: str) -> dict[str, Json] | None:
    """Return an organization to its administrators; raises ApiError for others, None when there is none."""
    if not is_admin(tx, caller, name):
        why = reason("no-credentials") if caller.is_nobody else reason("not-admin", user=caller.id, organization=name)
        raise ApiError(text(tx, "unauthorized"), why=why)
    organization = tx.get(Organizations).find(name)
    if organization is None or organization.owner != owner:
        return None
    shown = show_organization(tx, organization, caller)
    if "mfaRememberInHours" in shown:
        shown["mfaRememberInHours"] = shown["mfaRememberInHours"] or 12
    return shown


def show_application(tx: Transaction, application: Application, *, masked: bool) -> dict[str, Json]:
    """Return an application with its providers and its organization, secrets masked if asked."""
    version = version_of(tx)
    items: list[Json] = []
    for item in application.providers:
        row = provider_row(tx, application, item.name)
        if row is not None or not masked:
            shown_row = version.show("provider", row) | {"clientSecret": "***"} if row else None
            items.append(version.show("provider_item", item) | {"provider": shown_row})
    organization = tx.get(Organizations).find(application.organization)
    shown = version.show("application", application)
    shown["providers"] = items
    shown |= _show_items(version, shown)
    shown["organizationObj"] = _show_organization(tx, organization, masked=masked) if organization else None
    shown["signinMethods"] = shown.get("signinMethods") or _signin_methods(application)
    shown["signinItems"] = shown.get("signinItems") or version.shape("application").get("signinItems")
    shown = with_limits(shown)
    return _mask(version, "application", shown) if masked else shown


#: The lists of an application, and the kind of what is in them.
_ITEMS = (("signinItems", "signin_item"), ("signupItems", "signup_item"))


def _show_items(version: Version, shown: dict[str, Json]) -> dict[str, Json]:
    """Return the lists of an application with the fields that a version has of their items; null stays null."""
    lists = JsonObject(shown)
    return {
        field: [version.show(kind, item) for item in lists.rows(field)] for field, kind in _ITEMS if lists.get(field)
    }


def with_limits(shown: dict[str, Json]) -> dict[str, Json]:
    """Return an application with the values that stand for those never set (GetMaskedApplication in v3.158.0)."""
    standing: dict[str, Json] = {"tokenFields": [], "failedSigninLimit": 5, "failedSigninFrozenTime": 15}
    return shown | {name: value for name, value in standing.items() if name in shown and not shown[name]}


def _signin_methods(application: Application) -> list[Json]:
    """Return the ways to sign in that an application has when it names none."""
    ways = (
        ("enablePassword", "Password", "All"),
        ("enableCodeSignin", "Verification code", "All"),
        ("enableWebAuthn", "WebAuthn", "None"),
    )
    names = [(name, rule) for flag, name, rule in ways if application.flag(flag)] + [("Face ID", "None")]
    return [{"name": name, "displayName": name, "rule": rule} for name, rule in names]


def mask_application(tx: Transaction, shown: dict[str, Json]) -> dict[str, Json]:
    """Return an application as others than its administrators see it."""
    organization, version = shown.get("organizationObj"), version_of(tx)
    if isinstance(organization, dict):
        shown = shown | {"organizationObj": _mask(version, "organization", organization)}
    items = JsonObject(shown).rows("providers")
    if items:
        shown = shown | {"providers": [item for item in items if item.get("provider") is not None]}
    return _mask(version, "application", shown)


def _app_login_by_code(tx: Transaction, query: JsonObject) -> dict[str, Json]:
    response_type = query.text("responseType")
    if response_type not in ("code", "token", "id_token"):
        why = reason("response-type-other", response_type=response_type)
        raise ApiError(f"Grant_type: {response_type} is not supported in this application", why=why)
    application = find_application(tx, query.text("clientId"))
    if application is None:
        raise ApiError(text(tx, "bad_client_id"), why=unknown_client(tx, query.text("clientId")))
    shown = show_application(tx, application, masked=True)
    if not is_allowed_redirect(application, query.text("redirectUri")):
        uri = query.text("redirectUri")
        why = reason("redirect-not-allowed", uri=uri, application=application.name)
        raise ApiError(text(tx, "bad_redirect", uri=uri), data=shown, why=why)
    return shown


def _covers(allowed: SplitResult, target: SplitResult) -> bool:
    if (allowed.scheme, allowed.port, allowed.path) != (target.scheme, target.port, target.path):
        return False
    return is_same_or_subdomain(target.hostname or "", allowed.hostname or "")


def is_same_or_subdomain(host: str, parent: str) -> bool:
    """Return whether a host name is another one or lies below it."""
    return host == parent or host.endswith(f".{parent}")


def _show_organization(tx: Transaction, organization: Organization, *, masked: bool) -> dict[str, Json]:
    version = version_of(tx)
    shown = version.show("organization", organization)
    shown["accountItems"] = [version.show("account_item", item) for item in account_items(tx, organization)]
    return _mask(version, "organization", shown) if masked else shown


def _mask(version: Version, kind: str, shown: dict[str, Json]) -> dict[str, Json]:
    """Hide what only administrators see (facts/casdoor.md 5.9)."""
    return shown | {name: mask for name, mask in version.masks(kind).items() if name in shown}
