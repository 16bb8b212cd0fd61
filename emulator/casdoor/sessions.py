"""Casdoor's sessions: who is signed in behind a cookie (facts/casdoor.md 1.5)."""

from dataclasses import dataclass, replace

from emulator.core.derive import derive_hex
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Who is signed in behind a cookie of value `id`, and the names of tokens.

    `subject` is `owner/name`, `token` the row of the token that signed in, `account_token` the token that get-account
    showed.
    """

    id: str
    subject: str = ""
    token: str = ""
    account_token: str = ""


class Sessions(Table[str, Session]):
    """The sessions by their cookie."""

    name = "sessions"
    row_kind = Session

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.sessions)

    def key_of(self, row: Session) -> str:
        """Return the cookie's value."""
        return row.id

    def start(self, tx: Transaction) -> Session:
        """Return a new session, in which nobody is signed in."""
        session = Session(id=derive_hex(tx.seed, 32, "session", tx.count("session")))
        with self.lock:
            self._put(session)
        return session

    def sign_in(self, session: Session, subject: str, *, token: str = "") -> Session:
        """Write who is signed in; another user's account token is forgotten."""
        if (session.subject, session.token) == (subject, token):
            return session
        account_token = session.account_token if session.subject == subject else ""
        return self._write(replace(session, subject=subject, token=token, account_token=account_token))

    def give_account_token(self, session: Session, token: str) -> Session:
        """Keep the token that get-account shows; of two at the same time the first counts."""
        with self.lock:
            known = self._rows.get(session.id, session)
            if known.account_token and known.subject == session.subject:
                return known
            return self._write(replace(known, account_token=token))

    def end(self, session_id: str) -> None:
        """Forget a session."""
        with self.lock:
            self._remove(session_id)

    def _write(self, session: Session) -> Session:
        with self.lock:
            self._put(session)
        return session
