"""The rows that say which cookies are signed in where: a user, an application, and its session ids.

Source: object/session.go in v3.158.0; facts/casdoor.md 11.5.
"""

from dataclasses import dataclass, replace

from emulator.casdoor.sessions import Sessions
from emulator.casdoor.versions import Version, version_of
from emulator.core.json_object import Json, JsonObject
from emulator.world.clock import rfc3339
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction

#: So many session ids a row keeps.
_MAX_IDS = 100
#: Before v3.158.0 only these rows end the cookies that they name.
_BUILT_IN = ("built-in", "app-built-in")


@dataclass(frozen=True, kw_only=True, slots=True)
class SigninSession:
    """The cookies with which a user is signed in at an application."""

    owner: str
    name: str
    application: str
    created_time: str
    session_ids: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Owner, name and application."""
        return self.owner, self.name, self.application


class SigninSessions(Table[tuple[str, str, str], SigninSession]):
    """Sign-ins by owner, name and application."""

    name = "signin_sessions"
    row_kind = SigninSession

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.sessions)

    def key_of(self, row: SigninSession) -> tuple[str, str, str]:
        """Return owner, name and application."""
        return row.key

    def of(self, owner: str, name: str = "") -> list[SigninSession]:
        """Return the rows of an owner, everybody's without one; of one user if `name` is given."""
        rows = [row for row in self.all() if owner in ("", row.owner) and name in ("", row.name)]
        rows.sort(key=lambda row: row.key)
        return sorted(rows, key=lambda row: row.created_time, reverse=True)

    def join(self, new: SigninSession, *, exclusive: bool = False) -> None:
        """Keep a row, or add its ids to the one that there is; `exclusive` leaves only the first of them."""
        with self.lock:
            old = self._rows.get(new.key)
            if old is not None:
                ids = tuple(dict.fromkeys((*old.session_ids, *new.session_ids)))[-_MAX_IDS:]
                new = replace(old, session_ids=new.session_ids[:1] if exclusive else ids)
            self._put(new)

    def write(self, new: SigninSession) -> bool:
        """Write what is not empty of a row over the one that there is; return whether there is one."""
        with self.lock:
            old = self._rows.get(new.key)
            if old is None:
                return False
            ids = new.session_ids or old.session_ids
            self._put(replace(old, created_time=new.created_time or old.created_time, session_ids=ids))
            return True

    def remove(self, key: tuple[str, str, str]) -> SigninSession | None:
        """Remove a row and return it."""
        with self.lock:
            return self._remove(key)

    def remove_id(self, key: tuple[str, str, str], session_id: str) -> bool:
        """Take an id out of a row, the row too when it was the last; return whether there is such a row."""
        with self.lock:
            row = self._rows.get(key)
            if row is None:
                return False
            ids = tuple(one for one in row.session_ids if one != session_id)
            if ids:
                self._put(replace(row, session_ids=ids))
            else:
                self._remove(key)
            return True


def show_session(version: Version, row: SigninSession) -> dict[str, Json]:
    """Return a row as it is listed."""
    shown = JsonObject(owner=row.owner, name=row.name, application=row.application, createdTime=row.created_time)
    return version.show("session", JsonObject(shown | {"sessionId": list(row.session_ids)}))


def add_session(tx: Transaction, user_id: str, application: str, session_id: str, *, exclusive: bool = False) -> None:
    """Remember a cookie with which a user, `owner/name`, signed in at an application."""
    owner, _, name = user_id.partition("/")
    new = SigninSession(
        owner=owner, name=name, application=application, created_time=rfc3339(tx.at), session_ids=(session_id,)
    )
    tx.get(SigninSessions).join(new, exclusive=exclusive)


def end_cookies(tx: Transaction, session_ids: tuple[str, ...]) -> None:
    """Forget sessions, so that their cookies are unknown."""
    for session_id in session_ids:
        tx.get(Sessions).destroy(session_id)


def delete_session(tx: Transaction, key: tuple[str, str, str]) -> bool:
    """Remove a row, and end its cookies as far as this version does; return whether there was one."""
    row = tx.get(SigninSessions).remove(key)
    if row is not None and _ends_cookies(tx, key):
        end_cookies(tx, row.session_ids)
    return row is not None


def delete_session_id(tx: Transaction, key: tuple[str, str, str], session_id: str) -> bool:
    """Take a cookie out of a row, and end it as far as this version does; return whether there is such a row."""
    found = tx.get(SigninSessions).remove_id(key, session_id)
    if found and _ends_cookies(tx, key):
        end_cookies(tx, (session_id,))
    return found


def forget_cookie(tx: Transaction, user_id: str, session_id: str) -> None:
    """Take a cookie out of the rows of a user who signs out; classic, which asks too late for its id, leaves it."""
    if not version_of(tx).sessions_end_cookies:
        return
    owner, _, name = user_id.partition("/")
    for row in tx.get(SigninSessions).of(owner, name):
        if session_id in row.session_ids:
            delete_session_id(tx, row.key, session_id)


def delete_all_sessions(tx: Transaction, user_id: str) -> None:
    """Remove every row of a user and end all their cookies."""
    owner, _, name = user_id.partition("/")
    for row in tx.get(SigninSessions).of(owner, name):
        tx.get(SigninSessions).remove(row.key)
        end_cookies(tx, row.session_ids)


def _ends_cookies(tx: Transaction, key: tuple[str, str, str]) -> bool:
    return version_of(tx).sessions_end_cookies or (key[0], key[2]) == _BUILT_IN
