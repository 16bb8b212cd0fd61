"""Tokens: issuing them, showing them (facts/casdoor.md 2.10, 3, 6.3)."""

from dataclasses import dataclass, replace
from datetime import timedelta

from emulator.casdoor.claims import ACCESS, Grant, claims_of, refresh_claims
from emulator.casdoor.defaults import complete
from emulator.casdoor.keys import cert_of, sign, signing_method
from emulator.casdoor.token_repository import CLIENT_CREDENTIALS, TokenRow, Tokens, sha256
from emulator.casdoor.versions import Version, version_of
from emulator.casdoor.views import Application, Cert, User
from emulator.core.derive import derive_hex, derive_uuid
from emulator.core.json_object import Json, JsonObject
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction

#: Hours that a token lives at most: from the calendar's last year they do not reach the year 10000.
_LONGEST = 24 * 365 * 990


@dataclass(frozen=True, kw_only=True)
class IssuedToken:
    """A token row, and the two texts of which it holds the hashes."""

    row: TokenRow
    access_token: str
    refresh_token: str


def issue_token(
    tx: Transaction,
    *,
    application: Application,
    user: User,
    code: str = "",
    scope: str = "",
    resource: str = "",
    refreshable: bool = True,
) -> IssuedToken:
    """Sign an access and a refresh token for a user, store their row and return them.

    Nobody gets to see a refresh token that is not `refreshable`, so it is not signed at all. `code` is what the row's
    code column shows, WeChat's session_key after a login. Raises TokenError `endpoint_error` when the application's
    cert, method or format cannot be used.
    """
    token = sign_tokens(
        tx, application=application, user=user, code=code, scope=scope, resource=resource, refreshable=refreshable
    )
    tx.get(Tokens).add(token.row)
    return token


def issue_application_token(tx: Transaction, *, application: Application, scope: str) -> IssuedToken:
    """Sign an access token for an application itself, store its row and return it; no refresh token goes with it.

    Source: object/token_oauth.go in v3.158.0, GetClientCredentialsToken.
    """
    named = JsonObject(owner=application.owner, name=application.name, id=application.id, type="application")
    user = User(complete("user", named))
    token = sign_tokens(tx, application=application, user=user, code="", scope=scope, resource="", refreshable=False)
    row = replace(
        token.row,
        organization=application.organization,
        code=derive_hex(tx.seed, 20, "code", token.row.name),
        grant_type=CLIENT_CREDENTIALS,
    )
    tx.get(Tokens).add(row)
    return IssuedToken(row=row, access_token=token.access_token, refresh_token="")


def is_dead(tx: Transaction, row: TokenRow) -> bool:
    """Return whether a row was ended, or has no lifetime, or outlived it."""
    return row.ended or not row.lifetime or tx.at > row.ends_at


def row_body(version: Version, token: IssuedToken) -> dict[str, Json]:
    """Return the row as newer versions answer a login with (facts/casdoor.md 2.10)."""
    row = token.row
    filled: dict[str, Json] = {
        "owner": row.owner,
        "name": row.name,
        "createdTime": rfc3339(row.created_at),
        "application": row.application,
        "organization": row.organization,
        "user": row.user,
        "code": row.code,
        "accessToken": token.access_token,
        "refreshToken": token.refresh_token,
        "accessTokenHash": row.access_hash,
        "refreshTokenHash": row.refresh_hash,
        "expiresIn": int(row.lifetime.total_seconds()),
        "scope": row.scope,
        "grantType": row.grant_type,
    }
    return version.show("token", JsonObject(filled))


def oauth_body(token: IssuedToken) -> dict[str, Json]:
    """Return the six keys that OAuth clients expect (facts/casdoor.md 2.10)."""
    return {
        "access_token": token.access_token,
        "id_token": token.access_token,
        "refresh_token": token.refresh_token,
        "token_type": "Bearer",
        "expires_in": int(token.row.lifetime.total_seconds()),
        "scope": token.row.scope,
    }


def sign_tokens(
    tx: Transaction,
    *,
    application: Application,
    user: User,
    code: str,
    scope: str,
    resource: str,
    refreshable: bool = True,
) -> IssuedToken:
    """Sign an access token, and a refresh token if `refreshable`; return them with their row, not yet stored."""
    cert = cert_of(tx, application)
    method = signing_method(application, cert)
    now = tx.at.replace(microsecond=0)
    lifetime = _hours(application.expire_in_hours)
    refresh_lifetime = _hours(application.refresh_expire_in_hours) or lifetime
    number = tx.count("token", application.name, user.user_id)
    name = derive_uuid(tx.seed, "token", application.name, user.user_id, number)
    token_format = application.token_format or "JWT"
    grant = Grant(
        client_id=application.client_id,
        issuer=tx.origin,
        jti=f"{application.owner}/{name}",
        issued=int(now.timestamp()),
        expires=int((now + lifetime).timestamp()),
        token_type=ACCESS,
        scope=scope,
    )
    claims = claims_of(version_of(tx), user, application, grant)
    access, refresh = _sign(tx, claims, cert, method=method, kid=cert.name), ""
    if refreshable:
        expires = int((now + refresh_lifetime).timestamp())
        refresh = _sign(tx, refresh_claims(claims, token_format, expires=expires), cert, method=method, kid=None)
    row = TokenRow(
        owner=application.owner,
        name=name,
        created_at=now,
        application=application.name,
        organization=user.owner,
        user=user.name,
        user_id=user.user_id,
        client_id=application.client_id,
        code=code,
        access_hash=sha256(access),
        refresh_hash=sha256(refresh) if refresh else "",
        lifetime=timedelta(seconds=int(lifetime.total_seconds())),
        scope=scope,
        resource=resource,
        issuer=tx.origin,
        token_format=token_format,
        cert=cert.name,
        expires_at=now + lifetime,
        refresh_expires_at=now + refresh_lifetime,
    )
    return IssuedToken(row=row, access_token=_sent(tx, access), refresh_token=_sent(tx, refresh))


def _hours(number: float) -> timedelta:
    """Return so many hours, as far as the calendar has room for them."""
    return timedelta(hours=max(-_LONGEST, min(number, _LONGEST)))


def _sign(tx: Transaction, claims: dict[str, Json], cert: Cert, *, method: str, kid: str | None) -> str:
    """Sign claims, tampered with as a planned fault asks for; the row stays right."""
    match tx.trace.tamper:
        case "expired":
            claims = claims | {name: _number(claims[name]) - _A_DAY for name in ("nbf", "iat")}
            claims["exp"] = _number(claims["iat"]) + 1
        case "wrong_issuer":
            claims = claims | {"iss": "https://wrong-issuer.example"}
        case "wrong_audience":
            claims = claims | {"aud": ["wrong-audience"]}
    return sign(claims, cert, method=method, kid=kid)


def _sent(tx: Transaction, token: str) -> str:
    """Return a token as the reply shows it; with a bad signature it is another text than the stored one."""
    if tx.trace.tamper != "bad_signature":
        return token
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


_A_DAY = 24 * 60 * 60


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0


def is_refresh_token(row: TokenRow, text: str) -> bool:
    """Return whether a text is the row's refresh token."""
    return row.refresh_hash == sha256(text)
