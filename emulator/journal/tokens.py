"""What a token says, its signature not looked at."""

import base64
import json

from emulator.core.json_object import Json
from emulator.journal.redact import is_jwt


def claims_of(token: str) -> dict[str, Json] | None:
    """Return a token's claims; None when it is not a token."""
    parts = parts_of(token) if is_jwt(token) else None
    return parts[1] if parts and isinstance(parts[1], dict) else None


def parts_of(token: str) -> tuple[Json, Json] | None:
    """Return a token's header and its claims; None when they are not JSON."""
    try:
        head, claims = (json.loads(_unpacked(part)) for part in token.split(".")[:2])
    except (ValueError, RecursionError):
        return None
    return head, claims


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
