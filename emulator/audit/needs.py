"""What a rule or a trouble can need of the description or of the backend, and whether it is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.audit.description import Description, mentions


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of a backend after the first logins; `knows_user` that its replies say who logged in."""

    description: Description
    through_casdoor: bool
    watched: bool
    knows_user: bool
    has_token: bool


#: Each need by its name; its sentence stands in `data/audit/needs.json`.
NEEDS: Mapping[str, Callable[[Circumstances], bool]] = {
    "casdoor": lambda given: given.through_casdoor,
    "direct": lambda given: not given.through_casdoor,
    "phone": lambda given: given.description.has_phone,
    "phone_number": lambda given: given.description.has_phone or given.description.has_encrypted_data,
    "encrypted_data": lambda given: given.description.has_encrypted_data,
    "nickname": lambda given: given.description.has_nickname,
    "avatar": lambda given: mentions(given.description.login.request, "avatar"),
    "logged_in": lambda given: given.description.logged_in is not None,
    "logout": lambda given: given.description.logout is not None,
    "output": lambda given: given.watched,
    "user_id": lambda given: given.knows_user,
    "openid": lambda given: bool(given.description.openid),
    "token": lambda given: given.has_token,
}


def missing(needs: tuple[str, ...], given: Circumstances) -> str:
    """Return the first need that is not met, empty when all are."""
    return next((name for name in needs if not NEEDS[name](given)), "")
