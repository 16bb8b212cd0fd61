"""How people sign in with a name and a password, and what their rows remember of it (facts/casdoor.md 11.4)."""

from datetime import UTC, datetime, timedelta

from emulator.casdoor.phones import separated
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Organization, User
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction

#: What stands in for an application's limits that are 0 (object/check.go in v3.158.0).
_CHANCES, _FROZEN_MINUTES = 5, 15
_MINUTE = timedelta(minutes=1)


def find_by_fields(tx: Transaction, organization: str, field: str) -> User | None:
    """Return the user of an organization whose name is a text, else e-mail, phone, id or ID card, in this order.

    Source: object/user_util.go in v3.158.0, GetUserByFields.
    """
    users, wanted = tx.get(Users), field.strip()
    by_name = users.find((organization, wanted))
    if by_name is not None or not wanted:
        return by_name
    everybody = users.of(organization)
    ways: list[dict[str, str]] = [{"email": wanted.lower()}] if "@" in wanted else []
    digits, region = separated(wanted)
    ways.append({"phone": digits, "countryCode": region} if region else {"phone": digits})
    ways += [{"id": wanted}, {"idCard": wanted}]
    for way in ways:
        for user in everybody:
            if all(user.text(name) == value for name, value in way.items()):
                return user
    return None


def check_user_password(tx: Transaction, organization: str, name: str, password: str, *, language: str) -> User:
    """Return the user who signs in with a password.

    Raises ApiError for a user who is not there, deleted or forbidden, and for a wrong password.
    Source: object/check.go in v3.158.0, CheckUserPassword.
    """
    user = find_by_fields(tx, organization, name)
    if user is None or user.is_deleted:
        identifier = f"{organization}/{name}"
        why = reason("user-unknown", user=identifier) if user is None else reason("caller-deleted", user=user.id)
        raise ApiError(version_of(tx).text("no_user", language, id=identifier), why=why)
    if user.is_forbidden:
        raise ApiError(version_of(tx).text("user_forbidden", language), why=reason("user-forbidden", user=user.id))
    return check_password(tx, user, password, language=language)


def check_password(tx: Transaction, user: User, password: str, *, language: str) -> User:
    """Return the user of a right password, its count of wrong ones cleared; raises ApiError for a wrong one.

    Wrong passwords are counted in the user's row: after so many as its application allows even the right one is
    refused for a while. Source: object/check.go and check_util.go in v3.158.0.
    """
    say = version_of(tx).text
    if not password:
        raise ApiError(say("empty_password", language), why=reason("password-empty"))
    chances, frozen = _limits(tx, user)
    minutes = _frozen_minutes(tx, user, chances, frozen)
    if minutes > 0:
        text = say("wrong_too_often", language, minutes=f"{minutes}")
        raise ApiError(text, why=reason("password-chances-gone", user=user.id))
    organization = tx.get(Organizations).find(user.owner) or Organization()
    if is_password(user, organization, password):
        return _changed(tx, user, {"signinWrongTimes": 0}) if user.number("signinWrongTimes") else user
    wrong = _count_wrong(tx, user, chances)
    why = reason("password-wrong", user=user.id)
    if wrong > chances:
        raise ApiError(say("wrong_too_often", language, minutes=f"{frozen}"), why=why)
    raise ApiError(say("wrong_password", language, chances=f"{chances - wrong}"), why=why)


def is_password(user: User, organization: Organization, password: str) -> bool:
    """Return whether a text is the user's password, or the organization's for all of them."""
    return password in (user.password, organization.text("masterPassword"))


def record_signin(tx: Transaction, user: User, address: str = "") -> None:
    """Write into the user's row when, and from which address, it signed in, if this version does."""
    if not version_of(tx).records_signin:
        return
    changes: dict[str, Json] = {"lastSigninTime": rfc3339(tx.at)}
    _changed(tx, user, changes | ({"lastSigninIp": address} if address else {}))


def _limits(tx: Transaction, user: User) -> tuple[int, int]:
    """Return how many wrong passwords a user's application allows, and for how many minutes it then refuses.

    A real Casdoor has an application for everybody; where a world has none, the usual limits hold.
    """
    applications = tx.get(Applications)
    application = applications.find(user.signup_application)
    if application is None:
        application = next((row for row in applications.all() if row.organization == user.owner), Application())
    chances = int(application.number("failedSigninLimit")) or _CHANCES
    return chances, int(application.number("failedSigninFrozenTime")) or _FROZEN_MINUTES


def _frozen_minutes(tx: Transaction, user: User, chances: int, frozen: int) -> int:
    """Return for how many minutes a user is still refused; wrong passwords count anew afterwards."""
    if user.number("signinWrongTimes") < chances:
        return 0
    minutes = frozen - (tx.at - _time(user.text("lastSigninWrongTime"))) // _MINUTE
    if minutes <= 0:
        _changed(tx, user, {"signinWrongTimes": 0})
    return minutes


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _count_wrong(tx: Transaction, user: User, chances: int) -> int:
    """Count one more wrong password and return how many there are; the last chance begins the time of refusal."""

    def count() -> tuple[User, User]:
        old = tx.get(Users).find((user.owner, user.name)) or user
        wrong = int(old.number("signinWrongTimes")) + 1
        last: dict[str, Json] = {"lastSigninWrongTime": rfc3339(tx.at)} if wrong == chances else {}
        return old, User(old | {"signinWrongTimes": wrong, "updatedTime": rfc3339(tx.at)} | last)

    _, new = tx.get(Users).update(count)
    return int(new.number("signinWrongTimes"))


def _changed(tx: Transaction, user: User, changes: dict[str, Json]) -> User:
    """Return a user with changes written into its row, and the time of the change."""

    def change() -> tuple[User, User]:
        old = tx.get(Users).find((user.owner, user.name)) or user
        return old, User(old | changes | {"updatedTime": rfc3339(tx.at)})

    return tx.get(Users).update(change)[1]
