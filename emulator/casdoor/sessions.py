"""Casdoor's sessions: who is signed in behind a cookie (facts/casdoor.md 1.5)."""

from dataclasses import dataclass, replace

from emulator.core.derive import derive_hex
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """Who is signed in behind a cookie of value `id`.

    `subject` is `owner/name`; `client_id` and `scope` are those of the last bearer token, `account_token` is the token
    that get-account showed. These three stay while others sign in and out (controllers/base.go in v3.158.0).
    """

    id: str
    subject: str = ""
    client_id: str = ""
    scope: str = ""
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
        session = Session(id=self._next_id(tx))
        with self.lock:
            self._put(session)
        return session

    def sign_in(self, session: Session, subject: str) -> Session:
        """Write who is signed in."""
        return session if session.subject == subject else self._write(replace(session, subject=subject))

    def sign_in_by_token(self, session: Session, subject: str, *, client_id: str, scope: str) -> Session:
        """Write who is signed in, and what the token says of the application."""
        signed_in = replace(session, subject=subject, client_id=client_id, scope=scope)
        return session if session == signed_in else self._write(signed_in)

    def sign_out(self, tx: Transaction, session: Session, *, known: bool) -> Session:
        """Return a new session in which nobody is signed in, with the rest of the old one's data.

        Of a session that the request brought (`known`) only the new id is good afterwards; one that began with the
        request stays next to the new one, signed out too.
        """
        new_id = self._next_id(tx)
        with self.lock:
            signed_out = replace(self._rows.get(session.id, session), subject="")
            if known:
                self._remove(session.id)
            else:
                self._put(signed_out)
            return self._write(replace(signed_out, id=new_id))

    def destroy(self, session_id: str) -> None:
        """Forget a session, so that its cookie is unknown."""
        with self.lock:
            self._remove(session_id)

    def forget_account_token(self, session: Session) -> None:
        """Forget the token that get-account showed, as a logout does."""
        with self.lock:
            self._put(replace(self._rows.get(session.id, session), account_token=""))

    def give_account_token(self, session: Session, token: str) -> Session:
        """Keep the token that get-account shows; of two at the same time the first counts."""
        with self.lock:
            known = self._rows.get(session.id, session)
            if known.account_token:
                return known
            return self._write(replace(known, account_token=token))

    def _next_id(self, tx: Transaction) -> str:
        return derive_hex(tx.seed, 32, "session", tx.count("session"))

    def _write(self, session: Session) -> Session:
        with self.lock:
            self._put(session)
        return session
