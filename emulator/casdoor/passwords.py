"""set-password and check-user-password (facts/casdoor.md 11.6)."""

import re
from dataclasses import dataclass

from emulator.casdoor.access import caller_of, is_admin, row_of
from emulator.casdoor.account import require_signed_in
from emulator.casdoor.directory import application_of
from emulator.casdoor.repositories import Organizations
from emulator.casdoor.sessions import Session
from emulator.casdoor.texts import text
from emulator.casdoor.user_fields import decode_user
from emulator.casdoor.user_repository import Users
from emulator.casdoor.user_signin import check_password, check_user_password
from emulator.casdoor.views import Organization, User
from emulator.core.derive import derive_hex
from emulator.core.errors import ApiError
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction

#: What an organization may ask of passwords, as option, message, and the pattern of those it accepts.
#: Source: object/check_password_complexity.go in v3.158.0.
_OPTIONS = {
    "AtLeast6": ("password_6", re.compile(rb".{6}", re.DOTALL)),
    "AtLeast8": ("password_8", re.compile(rb".{8}", re.DOTALL)),
    "Aa123": ("password_mixed", re.compile(rb"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])", re.DOTALL)),
    "SpecialChar": ("password_special", re.compile(rb".*[!-/:-@\[-`{-~]", re.DOTALL)),
    "NoRepeat": ("password_repeats", re.compile(rb"(?!.*(.)\1)", re.DOTALL)),
}


@dataclass(frozen=True, kw_only=True)
class PasswordChange:
    """The parameters of set-password; `code` is what a forgotten password is replaced with."""

    owner: str
    name: str
    old: str
    new: str
    code: str


def set_password(tx: Transaction, session: Session, asked: PasswordChange) -> None:
    """Give a user a new password; its tokens stay good.

    Administrators need not know the old one. Raises ApiError. Source: controllers/user.go in v3.158.0, SetPassword.
    """
    user = _user_of(tx, asked)
    organization = _organization_of(tx, user)
    if " " in asked.new:
        raise ApiError(text(tx, "password_blank"), why=reason("password-blank"))
    _check_caller(tx, session, user, asked.code)
    if asked.old if is_admin(tx, caller_of(session)) else user.password:
        user = check_password(tx, user, asked.old, language=tx.language)
    _check_new(tx, organization, user, asked.new)
    _require_application(tx, user)
    tx.trace.changed(*tx.get(Users).update(lambda: _changed(tx, organization, user, asked.new)))


def check_given_password(tx: Transaction, body: bytes) -> None:
    """Check the password of the user that a JSON body describes; raises ApiError for a wrong one."""
    given = decode_user(body)
    check_user_password(tx, given.owner, given.name, given.password, language=tx.language)


def _user_of(tx: Transaction, asked: PasswordChange) -> User:
    user = tx.get(Users).find((asked.owner, asked.name))
    if user is None:
        identifier = f"{asked.owner}/{asked.name}"
        raise ApiError(text(tx, "no_user", id=identifier), why=reason("user-unknown", user=identifier))
    return user


def _organization_of(tx: Transaction, user: User) -> Organization:
    organization = tx.get(Organizations).find(user.owner)
    if organization is None:
        why = reason("organization-unknown", organization=user.owner)
        raise ApiError(f"the organization: {user.owner} is not found", why=why)
    return organization


def _check_caller(tx: Transaction, session: Session, user: User, code: str) -> None:
    """Let administrators and the user itself pass; nobody was ever sent a code. Raises ApiError."""
    if code:
        raise ApiError(text(tx, "missing_parameter"), why=reason("verification-code-unknown"))
    require_signed_in(tx, session)
    caller = caller_of(session)
    if not caller.is_app and row_of(tx, caller) is None:
        raise ApiError(text(tx, "session_outdated"), why=reason("user-gone", user=caller.id))
    if caller.id != user.id and not is_admin(tx, caller, user.owner):
        why = reason("not-admin", user=caller.id, organization=user.owner)
        raise ApiError(text(tx, "unauthorized"), why=why)


def _check_new(tx: Transaction, organization: Organization, user: User, new: str) -> None:
    if not new:
        raise ApiError(text(tx, "empty_password"), why=reason("password-empty"))
    for option in organization.texts("passwordOptions"):
        key, accepted = _OPTIONS.get(option, ("", re.compile(b"")))
        if not accepted.match(new.encode()):
            why = reason("password-option", organization=organization.name, option=option)
            raise ApiError(text(tx, key), why=why)
    if new == user.password:
        raise ApiError(text(tx, "password_same"), why=reason("password-same", user=user.id))


def _require_application(tx: Transaction, user: User) -> None:
    if application_of(tx, user) is None:
        why = reason("organization-without-application", organization=user.owner)
        raise ApiError(f"the application for user {user.id} is not found", why=why)


def _changed(tx: Transaction, organization: Organization, user: User, new: str) -> tuple[User, User]:
    """Return the user as it stands, and with its new password and what Casdoor writes along with it."""
    old, now = tx.get(Users).find((user.owner, user.name)) or user, rfc3339(tx.at)
    made = tx.count("password", user.owner, user.name)
    return old, User(
        old
        | {
            "password": new,
            "passwordType": organization.password_type,
            "passwordSalt": organization.password_salt or derive_hex(tx.seed, 20, "salt", user.id, made + 1),
            "needUpdatePassword": False,
            "lastChangePasswordTime": now,
            "updatedTime": now,
        }
    )
