"""Tokens: issuing them, finding them again, ending them (facts/casdoor.md 2.10, 3, 6.3)."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from emulator.casdoor.claims import ACCESS, REFRESH, Grant, claims_of
from emulator.casdoor.keys import cert_of, sign, signing_method
from emulator.casdoor.token_row import TokenRow
from emulator.core.derive import derive_uuid
from emulator.core.json_object import Json, JsonObject
from emulator.journal.exchange import Call
from emulator.world.clock import rfc3339
from emulator.world.world import State, World

#: How many token rows a world remembers; the oldest are forgotten first.
MAX_TOKENS = 20_000


def issue_token(
    world: World,
    call: Call,
    *,
    application: JsonObject,
    user: JsonObject,
    code: str = "",
    scope: str = "",
    resource: str = "",
) -> TokenRow:
    """Sign an access and a refresh token for a user, store their row and return it.

    `code` is what the row's code column shows, WeChat's session_key after a login. Raises TokenError
    `endpoint_error` when the application's cert, method or format cannot be used.
    """
    row = _sign_tokens(world, call, application=application, user=user, code=code, scope=scope, resource=resource)
    with world.lock:
        _store(world.state, row)
    return row


def find_access_token(world: World, text: str) -> TokenRow | None:
    """Return the row of an access token by the hash of its text."""
    name = world.state.tokens_by_access_hash.get(_sha256(text))
    return world.state.tokens.get(name) if name else None


def find_refresh_token(world: World, text: str) -> TokenRow | None:
    """Return the row of a refresh token by the hash of its text."""
    name = world.state.tokens_by_refresh_hash.get(_sha256(text))
    return world.state.tokens.get(name) if name else None


def is_dead(world: World, row: TokenRow) -> bool:
    """Tell whether a row was ended, or has no lifetime, or outlived it."""
    return row.ended or not row.lifetime or world.now() > row.ends_at


def end_token(world: World, row: TokenRow) -> None:
    """End a row at once, as a logout does."""
    with world.lock:
        if row.name in world.state.tokens:
            world.state.tokens[row.name] = replace(row, ended=True)


def delete_token(world: World, row: TokenRow) -> None:
    """Remove a row, as a refresh does."""
    with world.lock:
        _forget(world.state, row.name)


def end_tokens_of(world: World, *, organization: str, user: str) -> None:
    """End every row of a user, as `current` does when the user loses its rights."""
    with world.lock:
        rows = [row for row in world.state.tokens.values() if (row.organization, row.user) == (organization, user)]
        for row in rows:
            end_token(world, row)


def row_body(row: TokenRow) -> dict[str, Json]:
    """Return the row as `current` answers a login with (facts/casdoor.md 2.10)."""
    return {
        "owner": row.owner,
        "name": row.name,
        "createdTime": rfc3339(row.created_at),
        "application": row.application,
        "organization": row.organization,
        "user": row.user,
        "code": row.code,
        "accessToken": row.access_token,
        "refreshToken": row.refresh_token,
        "accessTokenHash": row.access_hash,
        "refreshTokenHash": row.refresh_hash,
        "expiresIn": int(row.lifetime.total_seconds()),
        "scope": row.scope,
        "tokenType": "Bearer",
        "grantType": "",
        "codeChallenge": "",
        "codeIsUsed": True,
        "codeExpireIn": 0,
        "resource": "",
        "dPoPJkt": "",
    }


def oauth_body(row: TokenRow) -> dict[str, Json]:
    """Return the six keys that OAuth clients expect (facts/casdoor.md 2.10)."""
    return {
        "access_token": row.access_token,
        "id_token": row.access_token,
        "refresh_token": row.refresh_token,
        "token_type": "Bearer",
        "expires_in": int(row.lifetime.total_seconds()),
        "scope": row.scope,
    }


def _sign_tokens(
    world: World, call: Call, *, application: JsonObject, user: JsonObject, code: str, scope: str, resource: str
) -> TokenRow:
    cert = cert_of(world, application)
    method = signing_method(application, cert)
    now = world.now().replace(microsecond=0)
    lifetime = timedelta(hours=application.number("expireInHours"))
    refresh_lifetime = timedelta(hours=application.number("refreshExpireInHours")) or lifetime
    number = world.count("token", application.name, user.text("id"))
    name = derive_uuid(world.seed, "token", application.name, user.text("id"), number)
    access_grant = Grant(
        client_id=application.text("clientId"),
        issuer=call.origin,
        jti=f"{application.owner}/{name}",
        issued=int(now.timestamp()),
        expires=int((now + lifetime).timestamp()),
        token_type=ACCESS,
        scope=scope,
    )
    refresh_grant = replace(access_grant, token_type=REFRESH, expires=int((now + refresh_lifetime).timestamp()))
    access = _sign(call, claims_of(user, application, access_grant), cert, method=method, kid=cert.name)
    refresh = _sign(call, claims_of(user, application, refresh_grant), cert, method=method, kid=None)
    return TokenRow(
        owner=application.owner,
        name=name,
        created_at=now,
        application=application.name,
        organization=user.owner,
        user=user.name,
        user_id=user.text("id"),
        client_id=application.text("clientId"),
        code=code,
        access_token=_sent(call, access),
        refresh_token=_sent(call, refresh),
        access_hash=_sha256(access),
        refresh_hash=_sha256(refresh),
        lifetime=timedelta(seconds=int(lifetime.total_seconds())),
        scope=scope,
        resource=resource,
        issuer=call.origin,
        token_format=application.text("tokenFormat") or "JWT",
        cert=cert.name,
        expires_at=now + lifetime,
        refresh_expires_at=now + refresh_lifetime,
    )


def _sign(call: Call, claims: dict[str, Json], cert: JsonObject, *, method: str, kid: str | None) -> str:
    """Sign claims, spoiled as a planned fault asks for; the row stays right."""
    match call.spoil:
        case "expired":
            claims |= {name: _number(claims[name]) - _A_DAY for name in ("nbf", "iat")}
            claims["exp"] = _number(claims["iat"]) + 1
        case "wrong_issuer":
            claims["iss"] = "https://wrong-issuer.example"
        case "wrong_audience":
            claims["aud"] = ["wrong-audience"]
    return sign(claims, cert, method=method, kid=kid)


def _sent(call: Call, token: str) -> str:
    """Return a token as the reply shows it; with a bad signature it is another text than the stored one."""
    if call.spoil != "bad_signature":
        return token
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


_A_DAY = 24 * 60 * 60


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _store(state: State, row: TokenRow) -> None:
    # The texts are long, and their hashes are enough to know them again.
    state.tokens[row.name] = replace(row, access_token="", refresh_token="")
    state.tokens_by_access_hash[row.access_hash] = row.name
    state.tokens_by_refresh_hash[row.refresh_hash] = row.name
    if len(state.tokens) > MAX_TOKENS:
        _forget(state, next(iter(state.tokens)))


def _forget(state: State, name: str) -> None:
    row = state.tokens.pop(name, None)
    if row is not None:
        state.tokens_by_access_hash.pop(row.access_hash, None)
        state.tokens_by_refresh_hash.pop(row.refresh_hash, None)


def is_refresh_token(row: TokenRow, text: str) -> bool:
    """Tell whether a text is the row's refresh token."""
    return row.refresh_hash == _sha256(text)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
