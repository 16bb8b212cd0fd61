"""One row of Casdoor's token table."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class TokenRow:
    """An access token with its refresh token; the row, not the claims, decides whether it lives.

    The stored row keeps the hashes of the two tokens only, not their texts. `name` is the part of `jti` after the
    slash; `lifetime` counts from `created_at` in whole seconds.
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
    access_token: str
    refresh_token: str
    access_hash: str
    refresh_hash: str
    lifetime: timedelta
    scope: str = ""
    resource: str = ""
    issuer: str
    token_format: str
    cert: str
    expires_at: datetime
    refresh_expires_at: datetime
    ended: bool = False

    @property
    def ends_at(self) -> datetime:
        """When the row stops being good; an ended one shows the moment it was made."""
        return self.created_at if self.ended else self.created_at + self.lifetime

    @property
    def jti(self) -> str:
        """The claim that both tokens share."""
        return f"{self.owner}/{self.name}"
