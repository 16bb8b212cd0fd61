"""The claims of a token in each of Casdoor's token formats (facts/casdoor.md 3)."""

from dataclasses import dataclass
from functools import cache

from emulator.casdoor.defaults import shape
from emulator.core.errors import TokenError
from emulator.core.json_object import Json, JsonObject

ACCESS, REFRESH = "access-token", "refresh-token"

_NOT_CLAIMED = frozenset(
    {"externalId", "addresses", "realName", "isVerified", "tag", "balance", "balanceCredit", "currency"}
    | {"balanceCurrency", "accessToken", "originalToken", "originalRefreshToken", "webauthnCredentials"}
    | {"mfaRadiusEnabled", "mfaRadiusUsername", "mfaRadiusProvider", "mfaPushEnabled", "mfaPushReceiver"}
    | {"mfaPushProvider", "multiFactorAuths", "invitation", "invitationCode", "faceIds", "cart", "uidNumber"}
    | {"lastChangePasswordTime", "mfaAccounts", "mfaItems", "mfaRememberDeadline", "needUpdatePassword"}
    | {"ipWhitelist", "applicationScopes"}
)
_FIRST_UNCLAIMED_PROVIDER, _FIRST_AFTER_PROVIDERS = "adfs", "createdIp"
_EMPTY_LISTS = frozenset({"address", "roles", "permissions", "groups"})
_ALWAYS_EMPTY: dict[str, Json] = {"password": "", "recoveryCodes": None, "totpSecret": "", "managedAccounts": None}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token says beside its user; times are Unix seconds."""

    client_id: str
    issuer: str
    jti: str
    issued: int
    expires: int
    token_type: str
    scope: str = ""
    nonce: str = ""

    def registered(self, user_id: str) -> dict[str, Json]:
        """Return the registered claims in the order in which every format but JWT-Custom ends."""
        return {
            "azp": self.client_id,
            "iss": self.issuer,
            "sub": user_id,
            "aud": [self.client_id],
            "exp": self.expires,
            "nbf": self.issued,
            "iat": self.issued,
            "jti": self.jti,
        }


def claims_of(user: JsonObject, application: JsonObject, grant: Grant) -> dict[str, Json]:
    """Return the claims in the application's token format, in Casdoor's order.

    Raises TokenError for an unknown format.
    """
    token_format = application.text("tokenFormat") or "JWT"
    match token_format:
        case "JWT":
            return _full(user, grant)
        case "JWT-Empty":
            return _short(user, grant)
        case "JWT-Standard":
            return _standard(user, grant)
        case "JWT-Custom":
            return _custom(user, application, grant)
    text = f"generate jwt token error: unknown application TokenFormat: {token_format}"
    raise TokenError("endpoint_error", text)


def _given(**claims: str | bool) -> dict[str, Json]:
    """Return the claims that are not empty."""
    return {name: value for name, value in claims.items() if value}


def _user_claims(user: JsonObject) -> dict[str, Json]:
    claims: dict[str, Json] = {}
    skipping = False
    for name in _claim_order():
        skipping = (skipping or name == _FIRST_UNCLAIMED_PROVIDER) and name != _FIRST_AFTER_PROVIDERS
        if skipping or name in _NOT_CLAIMED:
            continue
        value = _ALWAYS_EMPTY.get(name, user.get(name))
        claims["email_verified" if name == "emailVerified" else name] = (
            [] if name in _EMPTY_LISTS and not value else value
        )
    return claims


@cache
def _claim_order() -> tuple[str, ...]:
    """Return the user's fields in the order of the claims: three of them come after the providers there."""
    late = ("createdIp", "lastSigninTime", "lastSigninIp")
    names = [name for name in shape("user") if name not in late]
    after = names.index("webauthnCredentials")
    return (*names[:after], *late, *names[after:])


def _full(user: JsonObject, grant: Grant) -> dict[str, Json]:
    claims = _user_claims(user)
    claims["tokenType"] = grant.token_type
    claims |= _given(nonce=grant.nonce)
    claims["tag"] = user.text("tag")
    return claims | _given(scope=grant.scope) | grant.registered(user.text("id"))


def _short(user: JsonObject, grant: Grant) -> dict[str, Json]:
    names = ("owner", "name", "id", "displayName", "avatar", "email")
    claims: dict[str, Json] = {name: user.text(name) for name in names}
    claims |= _given(email_verified=user.flag("emailVerified"))
    claims["phone"] = user.text("phone")
    claims["tokenType"] = grant.token_type
    return claims | _given(nonce=grant.nonce, scope=grant.scope) | grant.registered(user.text("id"))


def _standard(user: JsonObject, grant: Grant) -> dict[str, Json]:
    scopes = grant.scope.split()
    claims: dict[str, Json] = {"owner": user.owner, "preferred_username": user.name, "id": user.text("id")}
    claims |= _given(name=user.text("displayName"), picture=user.text("avatar"))
    claims |= _given(email=user.text("email"), email_verified=user.flag("emailVerified"))
    if "phone" in scopes and user.text("phone"):
        claims |= {"phone_number": _international(user), "phone_number_verified": True}
    if "profile" in scopes:
        claims |= _given(gender=user.text("gender"))
    claims |= {"tokenType": grant.token_type} | _given(nonce=grant.nonce, scope=grant.scope)
    lines = "".join(f"{line}\n" for line in user.texts("address")) if "address" in scopes else ""
    address: Json = {
        "formatted": "",
        "street_address": lines,
        "locality": "",
        "region": "",
        "postal_code": "",
        "country": "",
    }
    return claims | {"address": address} | grant.registered(user.text("id"))


def _international(user: JsonObject) -> str:
    from emulator.casdoor.phones import international

    return international(user.text("phone"), user.text("countryCode"))


def _custom(user: JsonObject, application: JsonObject, grant: Grant) -> dict[str, Json]:
    claims = grant.registered(user.text("id"))
    claims |= {"nonce": grant.nonce, "scope": grant.scope, "tokenType": ACCESS}
    if grant.token_type == REFRESH:
        claims["TokenType"] = REFRESH
    for field in application.texts("tokenFields"):
        claims |= _field_claim(user, field)
    for attribute in application.rows("tokenAttributes"):
        claims |= _attribute_claim(user, attribute)
    return dict(sorted(claims.items()))


def _field_claim(user: JsonObject, field: str) -> dict[str, Json]:
    """Return the claim for an entry of tokenFields, which are names of Go fields."""
    if field.startswith("Properties."):
        name = field.removeprefix("Properties.")
        properties = user.row("properties")
        return {name: properties[name]} if name in properties else {}
    if field == "permissionNames":
        return {field: [row.name for row in user.rows("permissions")]}
    if field in ("signinMethod", "provider"):
        return {field: ""}
    for name, value in user.items():
        if name.lower() == field.lower():
            return {field[:1].lower() + field[1:]: _shown_field(name, value)}
    return {}


def _shown_field(name: str, value: Json) -> Json:
    if name in _ALWAYS_EMPTY:
        return _ALWAYS_EMPTY[name]
    return [] if name in _EMPTY_LISTS and not value else value


def _attribute_claim(user: JsonObject, attribute: JsonObject) -> dict[str, Json]:
    """Return the claim for an entry of tokenAttributes (facts/casdoor.md 3)."""
    value: Json = attribute.text("value")
    if attribute.text("category") == "Existing Field":
        fields = _field_claim(user, attribute.text("value"))
        return {attribute.name: next(iter(fields.values()), "")}
    return {attribute.name: [value] if attribute.text("type") == "Array" else value}
