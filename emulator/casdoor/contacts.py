"""get-email-and-phone: where a code for a forgotten password would go (facts/casdoor.md 11.1)."""

import re

from emulator.casdoor.phones import separated
from emulator.casdoor.texts import text
from emulator.casdoor.user_fields import zero
from emulator.casdoor.user_signin import find_by_fields
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import User
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

_PHONE = re.compile(r"(\d{3})\d*(\d{4})")


def get_email_and_phone(tx: Transaction, organization: str, asked: str) -> tuple[dict[str, Json], str]:
    """Return a user without its fields but name, e-mail and phone, and by which of these it was asked for.

    Asked for by name, e-mail and phone are masked. Raises ApiError when there is no such user.
    Source: controllers/user.go in v3.158.0, GetEmailAndPhone.
    """
    user = find_by_fields(tx, organization, asked)
    if user is None:
        identifier = f"{organization}/{asked}"
        raise ApiError(text(tx, "no_user", id=identifier), why=reason("user-unknown", user=identifier))
    version, kind = version_of(tx), _kind(tx, user, asked)
    shown: dict[str, Json] = {name: zero(name) for name in version.shape("user") if name != "multiFactorAuths"}
    shown["name"] = user.name
    if kind in ("email", "username"):
        shown["email"] = user.email if kind == "email" else masked_email(user.email)
    if kind in ("phone", "username"):
        shown["phone"] = user.phone if kind == "phone" else _PHONE.sub(r"\1****\2", user.phone)
    return shown, kind


def masked_email(email: str) -> str:
    """Return an e-mail address with the middle of its name and of its domain's name hidden.

    Source: util/string.go in v3.158.0, GetMaskedEmail.
    """
    name, at, domain = email.partition("@")
    parts = domain.partition("@")[0].split(".")
    if at and len(parts) > 1:
        parts[-2] = _masked(parts[-2])
    return f"{_masked(name)}{at}{'.'.join(parts)}"


def _kind(tx: Transaction, user: User, asked: str) -> str:
    """Return which field was asked for, empty for another one; older versions compare it as it was sent."""
    given = {"email": asked, "phone": asked, "username": asked}
    stored = {"email": user.email, "phone": user.phone, "username": user.name}
    if version_of(tx).trims_asked_contact:
        asked = asked.strip()
        given = {"email": asked.lower(), "phone": separated(asked)[0], "username": asked.lower()}
        stored |= {"email": user.email.lower(), "username": user.name.lower()}
    return next((kind for kind, value in stored.items() if value and value == given[kind]), "")


def _masked(word: str) -> str:
    return word if len(word) <= 2 else f"{word[0]}{'*' * (len(word) - 2)}{word[-1]}"
