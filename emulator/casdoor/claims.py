"""The claims of a token in each of Casdoor's token formats (facts/casdoor.md 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

from emulator.casdoor.versions import Version
from emulator.casdoor.views import Application, TokenAttribute, User
from emulator.core.errors import TokenError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason

ACCESS, REFRESH = "access-token", "refresh-token"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token says besides its user; times are Unix seconds."""

    client_id: str
    issuer: str
    jti: str
    issued: int
    expires: int
    token_type: str
    scope: str = ""
    nonce: str = ""
    provider: str = ""
    signin_method: str = ""

    def registered(self, user_id: str, names: Iterable[str]) -> dict[str, Json]:
        """Return the registered claims of these names, in the order in which every format but JWT-Custom ends."""
        way = _given(provider=self.provider, signinMethod=self.signin_method)
        claims: dict[str, Json] = {
            "azp": self.client_id,
            **way,
            "iss": self.issuer,
            "sub": user_id,
            "aud": [self.client_id],
            "exp": self.expires,
            "nbf": self.issued,
            "iat": self.issued,
            "jti": self.jti,
        }
        return {name: claims[name] for name in names if name in claims}


@dataclass(frozen=True, kw_only=True)
class UserClaims:
    """What a version claims of a user.

    `fields` pairs a user's field with its claim, in the order of the claims; an empty one of `empty_lists` is claimed
    as a list; `always_empty` are the values that stand for secrets. `registered` are the registered claims of every
    format, `custom` what JWT-Custom claims besides them, and `formats` the token formats that there are.
    """

    fields: tuple[tuple[str, str], ...]
    empty_lists: frozenset[str]
    always_empty: JsonObject
    registered: tuple[str, ...]
    custom: tuple[str, ...]
    formats: tuple[str, ...]

    def of(self, user: User) -> dict[str, Json]:
        """Return what is claimed of a user."""
        claims = {claim: user.get(field) for field, claim in self.fields}
        for field, claim in self._odd_fields:
            claims[claim] = self.value(user, field)
        return claims

    @cached_property
    def _odd_fields(self) -> tuple[tuple[str, str], ...]:
        odd = self.empty_lists | set(self.always_empty)
        return tuple((field, claim) for field, claim in self.fields if field in odd)

    def value(self, user: User, field: str) -> Json:
        """Return what is claimed of a field."""
        if field in self.always_empty:
            return self.always_empty[field]
        value = user.get(field)
        return [] if field in self.empty_lists and not value else value


@cache
def user_claims(version: Version) -> UserClaims:
    """Return what a version claims of a user, without the fields that its users do not have."""
    table, has = version.tables.object("claims"), version.shape("user")
    renamed = table.row("renamed")
    return UserClaims(
        fields=tuple((field, renamed.text(field) or field) for field in table.texts("fields") if field in has),
        empty_lists=frozenset(table.texts("empty_lists")),
        always_empty=table.row("always_empty"),
        registered=tuple(table.texts("registered")),
        custom=tuple(table.texts("custom")),
        formats=tuple(table.texts("formats")),
    )


def claims_of(version: Version, user: User, application: Application, grant: Grant) -> dict[str, Json]:
    """Return the claims in the application's token format, in the version's order.

    Raises TokenError for an unknown format.
    """
    token_format = application.token_format or "JWT"
    claimed = user_claims(version)
    match token_format if token_format in claimed.formats else "":
        case "JWT":
            return _full(claimed, user, grant)
        case "JWT-Empty":
            return _short(claimed, user, grant)
        case "JWT-Standard":
            return _standard(claimed, user, grant)
        case "JWT-Custom":
            return _custom(claimed, user, application, grant)
    text = f"generate jwt token error: unknown application TokenFormat: {token_format}"
    why = reason("token-format-unknown", application=application.name, format=token_format)
    raise TokenError("endpoint_error", text, why=why)


def refresh_claims(claims: Mapping[str, Json], token_format: str, *, expires: int) -> dict[str, Json]:
    """Return the claims of the refresh token that goes with an access token's."""
    changed: dict[str, Json] = {"exp": expires}
    if token_format == "JWT-Custom":
        return dict(sorted({**claims, **changed, "TokenType": REFRESH}.items()))
    return {**claims, **changed, "tokenType": REFRESH}


def _given(**claims: str | bool) -> dict[str, Json]:
    """Return the claims that are not empty."""
    return {name: value for name, value in claims.items() if value}


def _full(claimed: UserClaims, user: User, grant: Grant) -> dict[str, Json]:
    claims = claimed.of(user)
    claims["tokenType"] = grant.token_type
    claims |= _given(nonce=grant.nonce)
    claims["tag"] = user.tag
    return claims | _given(scope=grant.scope) | grant.registered(user.user_id, claimed.registered)


def _short(claimed: UserClaims, user: User, grant: Grant) -> dict[str, Json]:
    names = ("owner", "name", "id", "displayName", "avatar", "email")
    claims: dict[str, Json] = {name: user.text(name) for name in names}
    claims |= _given(email_verified=user.email_verified)
    claims["phone"] = user.phone
    claims["tokenType"] = grant.token_type
    claims |= _given(nonce=grant.nonce, scope=grant.scope)
    return claims | grant.registered(user.user_id, claimed.registered)


def _standard(claimed: UserClaims, user: User, grant: Grant) -> dict[str, Json]:
    scopes = grant.scope.split()
    claims: dict[str, Json] = {"owner": user.owner, "preferred_username": user.name, "id": user.user_id}
    claims |= _given(name=user.display_name, picture=user.avatar)
    claims |= _given(email=user.email, email_verified=user.email_verified)
    if "phone" in scopes and user.phone:
        claims |= {"phone_number": _international(user), "phone_number_verified": True}
    if "profile" in scopes:
        claims |= _given(gender=user.gender)
    claims |= {"tokenType": grant.token_type} | _given(nonce=grant.nonce, scope=grant.scope)
    lines = "".join(f"{line}\n" for line in user.address) if "address" in scopes else ""
    address: Json = {
        "formatted": "",
        "street_address": lines,
        "locality": "",
        "region": "",
        "postal_code": "",
        "country": "",
    }
    return claims | {"address": address} | grant.registered(user.user_id, claimed.registered)


def _international(user: User) -> str:
    from emulator.casdoor.phones import international

    return international(user.phone, user.country_code)


def _custom(claimed: UserClaims, user: User, application: Application, grant: Grant) -> dict[str, Json]:
    claims = replace(grant, provider="", signin_method="").registered(user.user_id, claimed.registered)
    ways: dict[str, Json] = {"provider": grant.provider, "signinMethod": grant.signin_method}
    always = {"nonce": grant.nonce, "scope": grant.scope, "tokenType": ACCESS, "tag": user.tag, **ways}
    claims |= {name: always[name] for name in claimed.custom}
    if grant.token_type == REFRESH:
        claims["TokenType"] = REFRESH
    for field in application.token_fields:
        claims |= {field: ways[field]} if field in ways else _field_claim(claimed, user, field)
    for attribute in application.token_attributes:
        claims |= _attribute_claim(claimed, user, attribute)
    return dict(sorted(claims.items()))


def _field_claim(claimed: UserClaims, user: User, field: str) -> dict[str, Json]:
    """Return the claim for an entry of tokenFields, which are names of Go fields."""
    if field.startswith("Properties."):
        name = field.removeprefix("Properties.")
        properties = user.properties
        return {name: properties[name]} if name in properties else {}
    if field == "permissionNames":
        return {field: [row.name for row in user.permissions]}
    for name in user:
        if name.lower() == field.lower():
            return {field[:1].lower() + field[1:]: claimed.value(user, name)}
    return {}


def _attribute_claim(claimed: UserClaims, user: User, attribute: TokenAttribute) -> dict[str, Json]:
    """Return the claim for an entry of tokenAttributes (facts/casdoor.md 3)."""
    value: Json = attribute.value
    if attribute.category == "Existing Field":
        fields = _field_claim(claimed, user, attribute.value)
        return {attribute.name: next(iter(fields.values()), "")}
    return {attribute.name: [value] if attribute.type == "Array" else value}
