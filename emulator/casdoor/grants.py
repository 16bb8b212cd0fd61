"""The grants of OAuth at POST /api/login/oauth/access_token (facts/casdoor.md 11.4)."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from emulator.casdoor.scopes import expand_scope
from emulator.casdoor.token_repository import TokenRow, Tokens
from emulator.casdoor.tokens import Asked, IssuedToken, issue_application_token, issue_token
from emulator.casdoor.user_signin import check_password, find_by_fields, record_signin
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, User
from emulator.core.errors import ApiError, TokenError
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class LoginRequest:
    """The parameters of a login as Casdoor read them; a missing one is empty."""

    tag: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    username: str = ""
    avatar: str = ""
    grant_type: str = ""
    scope: str = ""
    refresh_token: str = ""
    resource: str = ""
    device_code: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    password: str = ""
    code_verifier: str = ""
    nonce: str = ""
    dpop: str = ""


def _authorization_code(tx: Transaction, application: Application, request: LoginRequest) -> IssuedToken:
    """Hand over the tokens that a web sign-in made, once; the redirect address is not compared, as in Casdoor.

    Source: object/token_oauth.go in v3.158.0, GetAuthorizationCodeToken.
    """
    if not request.code:
        why = reason("parameter-missing", parameter="code")
        raise TokenError("invalid_request", "authorization code should not be empty", why=why)
    row = tx.get(Tokens).find_code(request.code)
    if row is None:
        text = version_of(tx).oauth_error("code_invalid", code=request.code)
        raise TokenError("invalid_grant", text, why=reason("grant-code-unknown"))
    _check_code(tx, application, request, row)
    if not tx.get(Tokens).spend_code(row):
        raise _used(row)
    return IssuedToken(row=row, access_token=row.access_token, refresh_token=row.refresh_token)


def _check_code(tx: Transaction, application: Application, request: LoginRequest, row: TokenRow) -> None:
    """Refuse a code in Casdoor's order: used, verifier, secret, application, resource, time."""
    if row.code_is_used:
        raise _used(row)
    if row.code_challenge:
        _check_verifier(request.code_verifier, row.code_challenge)
    if request.client_secret != application.client_secret and (request.client_secret or not row.code_challenge):
        challenge = f"[{row.code_challenge}]" if row.code_challenge else "empty"
        text = f"client_secret is invalid for application: [{application.id}], token.CodeChallenge: {challenge}"
        raise TokenError("invalid_client", text, why=reason("client-secret-wrong", application=application.name))
    if row.application != application.name:
        names = f"application.Name: [{application.name}], token.Application: [{row.application}]"
        why = reason("token-other-application", application=row.application, asked=application.name)
        raise TokenError("invalid_grant", f"the token is for wrong application (client_id), {names}", why=why)
    if row.resource != request.resource:
        values = f"expected: [{row.resource}], got: [{request.resource}]"
        why = reason("resource-differs", given=request.resource, stored=row.resource)
        text = f"resource parameter does not match authorization request, {values}"
        raise TokenError("invalid_grant", text, why=why)
    if int(tx.at.timestamp()) > row.code_expires:
        until = rfc3339(datetime.fromtimestamp(row.code_expires, UTC))
        times = f"nowUnix: [{rfc3339(tx.at)}], token.CodeExpireIn: [{until}]"
        text = f"authorization code has expired, {times}"
        raise TokenError("invalid_grant", text, why=reason("grant-code-expired", until=until))


def _used(row: TokenRow) -> TokenError:
    text = f"authorization code has been used for token: [{row.id}]"
    return TokenError("invalid_grant", text, why=reason("grant-code-used"))


def _check_verifier(verifier: str, challenge: str) -> None:
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    answer = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if answer != challenge:
        text = f"verifier is invalid, challengeAnswer: [{answer}], token.CodeChallenge: [{challenge}]"
        raise TokenError("invalid_grant", text, why=reason("code-verifier-wrong"))


def _password(tx: Transaction, application: Application, request: LoginRequest) -> IssuedToken:
    """Sign a user in by name and password; the client's secret is not looked at, as in Casdoor."""
    asked = Asked(scope=_scope(application, request.scope))
    user = _user_of_password(tx, application, request, flow="password")
    token = issue_token(tx, application=application, user=user, asked=asked)
    record_signin(tx, user)
    return token


def _implicit(tx: Transaction, application: Application, request: LoginRequest) -> IssuedToken:
    """Sign a user in as the password grant does, in the order of GetImplicitToken."""
    user = _user_of_password(tx, application, request, flow="implicit")
    asked = Asked(scope=_scope(application, request.scope), nonce=request.nonce)
    return issue_token(tx, application=application, user=user, asked=asked)


def _user_of_password(tx: Transaction, application: Application, request: LoginRequest, *, flow: str) -> User:
    user = find_by_fields(tx, application.organization, request.username)
    if user is None:
        why = reason("user-unknown", user=f"{application.organization}/{request.username}")
        raise TokenError("invalid_grant", "the user does not exist", why=why)
    if not user.password:
        text = f"OAuth users cannot use {flow} grant type, please use authorization code flow"
        raise TokenError("invalid_grant", text, why=reason("user-without-password", user=user.id))
    try:
        user = check_password(tx, user, request.password, language="en")
    except ApiError as error:
        raise TokenError("invalid_grant", f"invalid username or password: {error.msg}", why=error.why) from error
    if user.is_forbidden:
        text = "the user is forbidden to sign in, please contact the administrator"
        raise TokenError("invalid_grant", text, why=reason("user-forbidden", user=user.id))
    return user


def _client_credentials(tx: Transaction, application: Application, request: LoginRequest) -> IssuedToken:
    if request.client_secret != application.client_secret:
        why = reason("client-secret-wrong", application=application.name)
        raise TokenError("invalid_client", "client_secret is invalid", why=why)
    return issue_application_token(tx, application=application, scope=_scope(application, request.scope))


def _scope(application: Application, asked: str) -> str:
    scope = expand_scope(application, asked)
    if scope is None:
        text = "the requested scope is invalid or not defined in the application"
        raise TokenError("invalid_scope", text, why=reason("scope-unknown", scope=asked, application=application.name))
    return scope


#: The grants by `grant_type`, the refresh token's apart.
GRANTS: dict[str, Callable[[Transaction, Application, LoginRequest], IssuedToken]] = {
    "authorization_code": _authorization_code,
    "password": _password,
    "client_credentials": _client_credentials,
    "token": _implicit,
    "id_token": _implicit,
}
