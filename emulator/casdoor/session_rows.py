"""The calls that list and change the rows of sign-ins (controllers/session.go in v3.158.0)."""

from emulator.casdoor.row_bodies import read_row
from emulator.casdoor.row_pages import RowPage, page_of
from emulator.casdoor.signin_sessions import (
    SigninSession,
    SigninSessions,
    delete_session,
    delete_session_id,
    show_session,
)
from emulator.casdoor.texts import text
from emulator.casdoor.versions import version_of
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction


def list_sessions(tx: Transaction, query: JsonObject) -> RowPage:
    """Return the sign-ins that a query asks for, the newest first; raises Panic and ApiError as `page_of`."""
    version = version_of(tx)
    rows = [show_session(version, row) for row in tx.get(SigninSessions).of(query.text("owner"))]
    return page_of(rows, query, columns=version.shape("session"))


def get_session(tx: Transaction, identifier: str) -> dict[str, Json] | None:
    """Return the sign-in of an id `owner/name/application`, None when there is none."""
    row = tx.get(SigninSessions).find(_key(identifier))
    return show_session(version_of(tx), row) if row else None


def is_session_duplicated(tx: Transaction, identifier: str, session_id: str) -> bool:
    """Return whether a sign-in has another cookie than this one."""
    row = tx.get(SigninSessions).find(_key(identifier))
    return row is not None and bool(row.session_ids) and row.session_ids != (session_id,)


def change_session(tx: Transaction, body: bytes, *, adding: bool) -> str:
    """Add the sign-in of a JSON body to the one that there is, or write over it; raises ApiError."""
    row = _read(tx, body)
    if not adding:
        return "Affected" if tx.get(SigninSessions).write(row) else "Unaffected"
    tx.get(SigninSessions).join(row)
    return "Affected"


def remove_session(tx: Transaction, body: bytes, *, session_id: str, current: str) -> str:
    """Remove the sign-in of a JSON body, or one cookie of it; raises ApiError for the cookie of this request."""
    key = _read(tx, body).key
    row = tx.get(SigninSessions).find(key)
    if session_id == current or (not session_id and row is not None and current in row.session_ids):
        said = text(tx, "current_session", id=current)
        raise ApiError(said if session_id else f"session:{said}", why=reason("session-in-use"))
    removed = delete_session_id(tx, key, session_id) if session_id else delete_session(tx, key)
    return "Affected" if removed else "Unaffected"


def _read(tx: Transaction, body: bytes) -> SigninSession:
    given = read_row(body, version_of(tx).shape("session"), kind="Session")
    return SigninSession(
        owner=given.owner,
        name=given.name,
        application=given.text("application"),
        created_time=rfc3339(tx.at),
        session_ids=tuple(given.texts("sessionId")),
    )


def _key(identifier: str) -> tuple[str, str, str]:
    """Return the parts of an id; Casdoor crashes on one that has not three."""
    parts = identifier.split("/")
    if len(parts) != 3:
        raise Panic(why=reason("id-malformed", id=identifier))
    return parts[0], parts[1], parts[2]
