"""Casdoor's token table: rows found by the hashes of their two tokens."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.core.json_object import Json
from emulator.world.repository import Codec, Table
from emulator.world.state import State

#: The grant by which an application gets a token for itself.
CLIENT_CREDENTIALS = "client_credentials"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRow:
    """An access token with its refresh token; the row, not the claims, decides whether it lives.

    The texts of the tokens are not kept, their hashes are enough to know them again. `name` is the part of `jti` after
    the slash; `lifetime` counts from `created_at` in whole seconds.
    Source: facts/casdoor.md 2.10 and 3.
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

    def key_of(self, row: TokenRow) -> str:
        """Return the row's name."""
        return row.name

    def index(self, old: TokenRow | None, new: TokenRow | None) -> None:
        """Keep the hashes."""
        if old is not None:
            self._by_access.pop(old.access_hash, None)
            self._by_refresh.pop(old.refresh_hash, None)
        if new is not None:
            self._by_access[new.access_hash] = new.name
            self._by_refresh[new.refresh_hash] = new.name

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

    def add(self, row: TokenRow) -> None:
        """Keep a row."""
        with self.lock:
            self._put(row)

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

    def end_all_of(self, *, organization: str, user: str) -> None:
        """End every row of a user, as `current` does when the user loses its rights."""
        with self.lock:
            for row in [row for row in self._rows.values() if (row.organization, row.user) == (organization, user)]:
                self._put(replace(row, ended=True))


def sha256(text: str) -> str:
    """Return the hash under which a token is found again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
