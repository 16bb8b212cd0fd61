"""Casdoor's token table: rows found by the hashes of their two tokens."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.json_object import Json
from emulator.world.clock import rfc3339
from emulator.world.repository import Codec, Table
from emulator.world.state import State

#: The grant by which an application gets a token for itself.
CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """An access token with its refresh token; the row, not the claims, decides whether it lives.

    `name` is the part of `jti` after the slash; `lifetime` counts from `created_at` in whole seconds. A row that came
    through add-token has a `written_time` instead, and no `user_id`: nobody knows what its texts claim. A code that is
    not used is good until `code_expires`, in Unix seconds.
    Source: facts/casdoor.md 2.10, 3 and 11.4; object/token.go in v3.158.0.
    """

    owner: str
    name: str
    created_at: datetime
    application: str
    organization: str
    user: str
    user_id: str
    client_id: str
    code: str
    access_hash: str
    refresh_hash: str
    lifetime: timedelta
    scope: str = ""
    resource: str = ""
    grant_type: str = ""
    issuer: str
    token_format: str
    cert: str
    expires_at: datetime
    refresh_expires_at: datetime
    ended: bool = False
    access_token: str = ""
    refresh_token: str = ""
    token_type: str = "Bearer"
    code_challenge: str = ""
    code_is_used: bool = True
    code_expires: int = 0
    proof_key: str = ""
    written_time: str | None = None

    @property
    def id(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def created_time(self) -> str:
        """The column createdTime as it is shown."""
        return rfc3339(self.created_at) if self.written_time is None else self.written_time

    @property
    def is_applications(self) -> bool:
        """Whether the token is an application's own: its user does not exist, and is never looked for."""
        return self.grant_type == CLIENT_CREDENTIALS

    @property
    def ends_at(self) -> datetime:
        """When the row stops being good; an ended one shows the moment it was made."""
        return self.created_at if self.ended else self.created_at + self.lifetime

    @property
    def jti(self) -> str:
        """The claim that both tokens share."""
        return f"{self.owner}/{self.name}"


class Tokens(Table[str, TokenRow]):
    """Token rows by name, and by the hashes of both tokens."""

    name = "tokens"
    row_kind = TokenRow

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.tokens)
        self._by_access: dict[str, str] = {}
        self._by_refresh: dict[str, str] = {}
        self._by_code: dict[str, str] = {}

    def key_of(self, row: TokenRow) -> str:
        """Return the row's name."""
        return row.name

    def index(self, old: TokenRow | None, new: TokenRow | None) -> None:
        """Keep the hashes."""
        if old is not None:
            self._by_access.pop(old.access_hash, None)
            self._by_refresh.pop(old.refresh_hash, None)
            if self._by_code.get(old.code) == old.name:
                del self._by_code[old.code]
        if new is not None:
            self._by_access[new.access_hash] = new.name
            self._by_refresh[new.refresh_hash] = new.name
            self._by_code.setdefault(new.code, new.name)

    def decode_row(self, given: Json, codec: Codec) -> TokenRow:
        """Return a row; raises ValueError, also for one that ends outside the calendar."""
        row = super().decode_row(given, codec)
        try:
            _ = row.created_at + row.lifetime
        except OverflowError as error:
            raise ValueError(f"tokens: {row.name!r} ends after the year 9999") from error
        return row

    def find_access(self, text: str) -> TokenRow | None:
        """Return the row of an access token by its text."""
        name = self._by_access.get(sha256(text))
        return self._rows.get(name) if name else None

    def find_refresh(self, text: str) -> TokenRow | None:
        """Return the row of a refresh token by its text."""
        name = self._by_refresh.get(sha256(text))
        return self._rows.get(name) if name else None

    def find_code(self, code: str) -> TokenRow | None:
        """Return the row of an authorization code."""
        name = self._by_code.get(code) if code else None
        return self._rows.get(name) if name else None

    def add(self, row: TokenRow) -> None:
        """Keep a row."""
        with self.lock:
            self._put(row)

    def create(self, row: TokenRow) -> bool:
        """Keep a row, unless there is one of its name; return whether it is kept."""
        with self.lock:
            if row.name in self._rows:
                return False
            self._put(row)
            return True

    def replace(self, name: str, change: Callable[[TokenRow], TokenRow | None]) -> bool:
        """Put what `change` returns in place of the row of a name, None to leave it; return whether it was replaced."""
        with self.lock:
            old = self._rows.get(name)
            new = change(old) if old is not None else None
            if new is None:
                return False
            if new.name != name:
                self._remove(name)
            self._put(new)
            return True

    def remove(self, *, owner: str, name: str, organization: str) -> bool:
        """Remove a row, and return whether there was one of this owner and organization."""
        with self.lock:
            row = self._rows.get(name)
            if row is None or (row.owner, row.organization) != (owner, organization):
                return False
            return self._remove(name) is not None

    def spend_code(self, row: TokenRow) -> bool:
        """Mark a row's code as used; return False when it is used or gone by now."""
        return self.replace(row.name, lambda now: None if now.code_is_used else replace(now, code_is_used=True))

    def rotate(self, old: TokenRow, new: TokenRow) -> bool:
        """Keep a row in place of another; return False, changing nothing, when that one is gone or ended by now."""
        with self.lock:
            current = self._rows.get(old.name)
            if current is None or current.ended:
                return False
            self._remove(old.name)
            self._put(new)
            return True

    def end(self, row: TokenRow) -> None:
        """End a row at once, as a logout does."""
        with self.lock:
            if row.name in self._rows:
                self._put(replace(row, ended=True))

    def end_all_of(self, *, organization: str, user: str, application: str = "") -> None:
        """End every row of a user, those of one application if it is given."""
        with self.lock:
            for row in list(self._rows.values()):
                of_user = (row.organization, row.user) == (organization, user)
                if of_user and application in ("", row.application):
                    self._put(replace(row, ended=True))


def sha256(text: str) -> str:
    """Return the hash under which a token is found again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
