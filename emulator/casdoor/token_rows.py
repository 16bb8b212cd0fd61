"""The calls that list and change the table of tokens (controllers/token.go and object/token.go in v3.158.0)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from emulator.casdoor.access import Caller, split_id
from emulator.casdoor.repositories import Applications
from emulator.casdoor.row_bodies import read_row
from emulator.casdoor.row_pages import RowPage, page_of
from emulator.casdoor.texts import text
from emulator.casdoor.token_repository import TokenRow, Tokens, sha256
from emulator.casdoor.tokens import show_row, with_refresh_token
from emulator.casdoor.versions import version_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: When a row begins whose createdTime is not a time.
_NO_TIME = datetime.min.replace(tzinfo=UTC)
#: What SQLite answers for a name that is taken.
_TAKEN = "constraint failed: UNIQUE constraint failed: token.owner, token.name (1555)"


def list_tokens(tx: Transaction, query: JsonObject) -> RowPage:
    """Return the tokens that a query asks for, the newest first; raises Panic and ApiError as `page_of`."""
    owner, organization = query.text("owner"), query.text("organization")
    found = [row for row in tx.get(Tokens).all() if owner in ("", row.owner) and organization in ("", row.organization)]
    found.sort(key=lambda row: row.name)
    found.sort(key=lambda row: row.created_time, reverse=True)
    version = version_of(tx)
    rows = [show_row(version, with_refresh_token(tx, row)) for row in found]
    return page_of(rows, query, columns=version.shape("token"))


def get_token(tx: Transaction, caller: Caller, identifier: str, *, organization: str) -> dict[str, Json]:
    """Return a token; raises ApiError when there is none, or the caller has nothing to do with its organization."""
    row = _find(tx, identifier)
    if row is None:
        raise ApiError(f"The token: {identifier} does not exist", why=reason("token-unknown"))
    if row.organization != organization and not caller.is_global:
        why = reason("not-admin", user=caller.id, organization=row.organization)
        raise ApiError(text(tx, "unauthorized"), why=why)
    return show_row(version_of(tx), with_refresh_token(tx, row))


def add_token(tx: Transaction, body: bytes) -> str:
    """Keep the token of a JSON body, whatever its texts are; raises ApiError for a name that is taken."""
    row = _read(tx, body)
    if not tx.get(Tokens).create(row):
        raise ApiError(_TAKEN, why=reason("name-taken", owner=row.owner, name=row.name))
    return "Affected"


def update_token(tx: Transaction, caller: Caller, identifier: str, body: bytes) -> str:
    """Put the token of a JSON body in place of another one; raises ApiError for an id that is none."""
    new, (owner, name) = _read(tx, body), split_id(identifier, early=False)

    def change(old: TokenRow) -> TokenRow | None:
        if old.owner != owner or (old.organization != new.organization and not caller.is_global):
            return None
        return _with_claims(new, old)

    return "Affected" if tx.get(Tokens).replace(name, change) else "Unaffected"


def delete_token(tx: Transaction, body: bytes) -> str:
    """Remove the token that a JSON body names, its organization included; raises ApiError."""
    row = _read(tx, body)
    found = tx.get(Tokens).remove(owner=row.owner, name=row.name, organization=row.organization)
    return "Affected" if found else "Unaffected"


def _find(tx: Transaction, identifier: str) -> TokenRow | None:
    owner, name = split_id(identifier, early=False)
    row = tx.get(Tokens).find(name)
    return row if row is not None and row.owner == owner else None


def _read(tx: Transaction, body: bytes) -> TokenRow:
    """Return the row of a body; nobody knows what its tokens claim."""
    given = read_row(body, version_of(tx).shape("token"), kind="Token")
    created = _time(given.text("createdTime"))
    access, refresh = given.text("accessToken"), given.text("refreshToken")
    return TokenRow(
        owner=given.owner,
        name=given.name,
        created_at=created,
        written_time=given.text("createdTime"),
        application=given.text("application"),
        organization=given.text("organization"),
        user=given.text("user"),
        user_id="",
        client_id=_client_id(tx, given.text("application")),
        code=given.text("code"),
        access_token=access,
        refresh_token=refresh,
        access_hash=given.text("accessTokenHash") or _hash(access),
        refresh_hash=given.text("refreshTokenHash") or _hash(refresh),
        lifetime=_lifetime(created, given.number("expiresIn")),
        scope=given.text("scope"),
        token_type=given.text("tokenType"),
        grant_type=given.text("grantType"),
        code_challenge=given.text("codeChallenge"),
        code_is_used=given.flag("codeIsUsed"),
        code_expires=int(given.number("codeExpireIn")),
        resource=given.text("resource"),
        proof_key=given.text("dPoPJkt"),
        issuer="",
        token_format="",
        cert="",
        expires_at=created,
        refresh_expires_at=created,
    )


def _with_claims(new: TokenRow, old: TokenRow) -> TokenRow:
    """Return a row with what the texts of another one claim, as far as it has the same."""
    if new.access_token != old.access_token or not old.user_id:
        return new
    return replace(
        new,
        user_id=old.user_id,
        client_id=old.client_id,
        issuer=old.issuer,
        token_format=old.token_format,
        cert=old.cert,
        expires_at=old.expires_at,
        refresh_expires_at=old.refresh_expires_at,
    )


def _client_id(tx: Transaction, application: str) -> str:
    row = tx.get(Applications).find(application)
    return row.client_id if row else ""


def _hash(token: str) -> str:
    return sha256(token) if token else ""


def _time(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return _NO_TIME


def _lifetime(created: datetime, seconds: float) -> timedelta:
    """Return a lifetime that ends within the calendar, none where it would not."""
    try:
        lifetime = timedelta(seconds=int(seconds))
        _ = created + lifetime
    except OverflowError:
        return timedelta()
    return lifetime
