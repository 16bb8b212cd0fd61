"""Users: making them, and the rules for their names (facts/casdoor.md 2.7 to 2.9)."""

import re

from emulator.casdoor.defaults import complete
from emulator.casdoor.items import account_items
from emulator.casdoor.repositories import Organizations
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Organization, User
from emulator.casdoor.wechat_client import WechatSession
from emulator.core.derive import derive_uuid
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction

_USERNAME = re.compile(r"[a-zA-Z0-9]+(?:[-._][a-zA-Z0-9]+)*")
#: What SQLite answers for a name that is taken.
NAME_TAKEN = "constraint failed: UNIQUE constraint failed: user.owner, user.name (1555)"


def is_username(name: str, *, longest: int = 255) -> bool:
    """Return whether Casdoor accepts a name: up to `longest` bytes of letters and digits, with single `-._` between."""
    return len(name.encode()) <= longest and _USERNAME.fullmatch(name) is not None


def new_user_id(tx: Transaction, application: Application | None, owner: str, name: str) -> str:
    """Return the id of a new user: a UUID, or the next number where the sign-up item says `Incremental`."""
    items = application.signup_items if application else []
    if any(item.name == "ID" and item.rule == "Incremental" for item in items):
        number = _next_number(tx, owner)
        if number is not None:
            return number
    made = tx.count("user", owner, name)
    return derive_uuid(tx.seed, "user", owner, name, *([made] if made else []))


def new_wechat_user(
    tx: Transaction, application: Application, session: WechatSession, *, username: str, avatar: str
) -> User:
    """Return the user of a first sign-in, not yet kept; runs inside `Users.find_or_create`.

    Raises ApiError when the organization is missing or the name is taken.
    """
    owner = application.organization
    organization = organization_of(tx, owner)
    version = version_of(tx)
    name = username if is_username(username, longest=version.longest_name) else f"wechat-{session.openid}"
    if tx.get(Users).find((owner, name)):
        raise ApiError(NAME_TAKEN, why=reason("name-taken", owner=owner, name=name))
    now = rfc3339(tx.at)
    default_avatar = organization.default_avatar if version.gives_default_avatar else ""
    fields: dict[str, Json] = {
        "owner": owner,
        "name": name,
        "createdTime": now,
        "updatedTime": now if version.new_users_updated else "",
        "id": new_user_id(tx, application, owner, name),
        "type": "normal-user",
        "passwordType": organization.password_type if version.every_user_has_password_type else "",
        "avatar": avatar or default_avatar,
        "ranking": next_ranking(tx, organization),
        "balanceCurrency": organization.balance_currency or "USD",
        "signupApplication": application.name,
        "wechat": session.openid,
        "properties": {"wechatOpenId": session.openid, "wechatUnionId": session.unionid},
    }
    return User(complete("user", JsonObject(fields)))


def organization_of(tx: Transaction, name: str) -> Organization:
    """Return an organization where a new user may be made.

    Raises ApiError when it is missing, or is `built-in` without consent.
    """
    organization = tx.get(Organizations).find(name)
    if organization is None:
        raise ApiError(f"the organization: {name} is not found", why=reason("organization-unknown", organization=name))
    check_consent(organization)
    return organization


def check_consent(organization: Organization, *, name: str = "") -> None:
    """Refuse a new user of `built-in`, who would be an administrator of everything, unless it is named `admin`.

    Raises ApiError when the organization has not consented. Source: object/user.go in v3.158.0, AddUser.
    """
    if organization.name == "built-in" and not organization.has_privilege_consent and name != "admin":
        raise ApiError(_NO_CONSENT, why=reason("consent-missing", organization=organization.name))


def next_ranking(tx: Transaction, organization: Organization) -> int:
    """Return the ranking of a new user: one after all others, 0 where it takes a `Ranking` item and there is none."""
    ranks = version_of(tx).always_ranks
    if not ranks and not any(item.name == "Ranking" for item in account_items(tx, organization)):
        return 0
    return tx.get(Users).count(organization.name) + 1


#: Its first sentence was recorded; the others are from i18n/locales/en/data.json in v3.158.0.
_NO_CONSENT = (
    "adding a new user to the 'built-in' organization is currently disabled. Please note: all users in the "
    "'built-in' organization are global administrators in Casdoor. Refer to the docs: "
    "https://casdoor.org/docs/basic/core-concepts#how-does-casdoor-manage-itself. If you still wish to create a user "
    "for the 'built-in' organization, go to the organization's settings page and enable the 'Has privilege consent' "
    "option."
)


def _next_number(tx: Transaction, owner: str) -> str | None:
    users = tx.get(Users).of(owner)
    if not users:
        return "0"
    newest = max(users, key=lambda user: (user.created_time, user.user_id))
    text = newest.user_id
    return str(int(text) + 1) if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) else None
