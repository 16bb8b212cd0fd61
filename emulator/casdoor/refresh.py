"""Refreshing and introspecting tokens (facts/casdoor.md 5.6 and 5.7)."""

from dataclasses import replace

from emulator.casdoor.repositories import Applications
from emulator.casdoor.token_repository import TokenRow, Tokens
from emulator.casdoor.tokens import Asked, is_dead, is_refresh_token, oauth_body, sign_tokens
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.errors import ApiError, TokenError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

_FORBIDDEN = "the user is forbidden to sign in, please contact the administrator"


def refresh_token(
    tx: Transaction, *, application: Application, token: str, client_secret: str, scope: str, resource: str
) -> dict[str, Json]:
    """Trade a refresh token for a new pair; the old pair dies.

    Raises TokenError in the order of facts/casdoor.md 5.6, ApiError when the user is gone.
    """
    if client_secret and client_secret != application.client_secret:
        why = reason("client-secret-wrong", application=application.name)
        raise TokenError("invalid_client", "client_secret is invalid", why=why)
    row = tx.get(Tokens).find_refresh(token)
    if row is None:
        raise TokenError("invalid_grant", _unknown(tx, token), why=reason("refresh-token-unknown"))
    _check_row(tx, row, application, resource)
    owner = application.organization
    user = tx.get(Users).find((owner, row.user))
    if user is None:
        identifier = f"{owner}/{row.user}"
        raise ApiError(f"The user: {identifier} doesn't exist", why=reason("user-gone", user=identifier))
    if user.is_forbidden:
        raise TokenError("invalid_grant", _FORBIDDEN, why=reason("user-forbidden", user=user.id))
    asked = Asked(scope=scope or (row.scope if version_of(tx).refresh_keeps_scope else ""))
    fresh = sign_tokens(tx, application=application, user=user, asked=asked, resource=row.resource or resource)
    if not tx.get(Tokens).rotate(row, replace(fresh.row, code_is_used=False)):
        raise TokenError("invalid_grant", version_of(tx).oauth_error("refresh_revoked"), why=reason("refresh-raced"))
    return oauth_body(fresh)


def introspect(tx: Transaction, *, application: Application, token: str, hint: str) -> dict[str, Json]:
    """Return whether a token is good, and what it says; any application with the same cert may ask.

    Raises ApiError.
    """
    row = _introspected(tx, token, hint)
    if row is None:
        return {"active": False}
    if (row.token_format == "JWT-Standard") != ((application.token_format or "JWT") == "JWT-Standard"):
        return {"active": False}
    if row.token_format == "JWT-Custom" and not hint and is_refresh_token(row, token):
        return {"active": False}
    if tx.get(Applications).find(row.application) is None:
        why = reason("application-unknown", application=row.application)
        raise ApiError(f"The application: {row.application} does not exist", why=why)
    expires = row.refresh_expires_at if is_refresh_token(row, token) else row.expires_at
    scope: dict[str, Json] = {"scope": row.scope} if row.scope else {}
    issued = int(row.created_at.timestamp())
    return (
        {"active": True}
        | scope
        | {
            "client_id": row.client_id,
            "username": row.user,
            "token_type": "Bearer",
            "exp": int(expires.timestamp()),
            "iat": issued,
            "nbf": issued,
            "sub": row.user_id,
            "aud": [row.client_id],
            "iss": row.issuer,
            "jti": row.jti,
        }
    )


def _unknown(tx: Transaction, token: str) -> str:
    """Return what is said of a refresh token that there is not.

    An old version looks for no token at all when none is given, finds the first one there is, and fails to read it.
    """
    if not token and version_of(tx).empty_refresh_finds_a_token and len(tx.get(Tokens)):
        return "parse refresh token error: token contains an invalid number of segments"
    return version_of(tx).oauth_error("refresh_revoked")


def _check_row(tx: Transaction, row: TokenRow, application: Application, resource: str) -> None:
    version = version_of(tx)
    ended = row.ended and not version.refresh_outlives_logout
    if ended or not row.lifetime:
        why = reason("refresh-token-ended") if row.ended else reason("token-without-lifetime")
        raise TokenError("invalid_grant", "refresh token is expired", why=why)
    if version.refresh_checks_client and row.application != application.name:
        names = f"application.Name: [{application.name}], token.Application: [{row.application}]"
        why = reason("token-other-application", application=row.application, asked=application.name)
        raise TokenError("invalid_grant", f"the token is for wrong application (client_id), {names}", why=why)
    if version.refresh_checks_client and resource and resource != row.resource:
        values = f"expected: [{row.resource}], got: [{resource}]"
        why = reason("resource-differs", given=resource, stored=row.resource)
        raise TokenError("invalid_grant", f"resource parameter does not match the original grant, {values}", why=why)
    if not row.user_id:
        text = "parse refresh token error: token is malformed: token contains an invalid number of segments"
        raise TokenError("invalid_grant", text, why=reason("refresh-token-unknown"))
    if tx.at >= row.refresh_expires_at:
        problem = "parse refresh token error: token has invalid claims: token is expired"
        why = reason("refresh-token-expired", at=f"{row.refresh_expires_at:%H:%M:%S}")
        raise TokenError("invalid_grant", problem, why=why)


def _introspected(tx: Transaction, token: str, hint: str) -> TokenRow | None:
    """Return the row that a token and its hint name, None when it is not active."""
    row = None
    if not hint and not version_of(tx).introspects_without_hint:
        return None
    if hint in ("", "access_token", "access-token"):
        row = tx.get(Tokens).find_access(token)
    if row is None and hint in ("", "refresh_token", "refresh-token"):
        row = tx.get(Tokens).find_refresh(token)
    if row is None or not row.user_id or row.ended or is_dead(tx, row):
        return None
    if row.is_applications or not version_of(tx).cuts_off:
        return row
    user = tx.get(Users).find((row.organization, row.user))
    if user is None or user.is_forbidden or user.is_deleted:
        return None
    return row
