"""Users: finding them, making them, and the rules for their names (facts/casdoor.md 2.7 to 2.9)."""

import re

from emulator.casdoor.defaults import complete
from emulator.casdoor.items import account_items
from emulator.casdoor.profiles import profile_of
from emulator.casdoor.wechat_client import WechatSession
from emulator.core.derive import derive_uuid
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.exchange import Call
from emulator.world.clock import rfc3339
from emulator.world.world import World

_USERNAME = re.compile(r"[a-zA-Z0-9]+(?:[-._][a-zA-Z0-9]+)*")
#: What SQLite answers for a name that is taken.
NAME_TAKEN = "constraint failed: UNIQUE constraint failed: user.owner, user.name (1555)"


def is_username(name: str) -> bool:
    """Tell whether Casdoor accepts a name: 1 to 255 bytes of letters and digits, single `-._` between."""
    return len(name.encode()) <= 255 and _USERNAME.fullmatch(name) is not None


def find_user(world: World, owner: str, name: str) -> JsonObject | None:
    """Return a user by organization and name."""
    return world.state.users.get((owner, name))


def users_of(world: World, owner: str) -> list[JsonObject]:
    """Return an organization's users."""
    return [user for (organization, _), user in list(world.state.users.items()) if organization == owner]


def find_wechat_user(world: World, owner: str, session: WechatSession) -> JsonObject | None:
    """Return the user whose `wechat` is the openid or the unionid; of several the lowest name in byte order.

    An empty openid beside a unionid matches users without a wechat value too, as in Casdoor.
    """
    ids = {session.openid} | ({session.unionid} if session.unionid else set())
    matches = [user for user in users_of(world, owner) if user.text("wechat") in ids]
    return min(matches, key=lambda user: user.name.encode(), default=None)


def store_user(world: World, call: Call, user: JsonObject) -> None:
    """Store a user in place of the one of the same name."""
    with world.lock:
        call.changed(world.state.users.get((user.owner, user.name)), user)
        world.state.users[user.owner, user.name] = user


def new_user_id(world: World, application: JsonObject | None, owner: str, name: str) -> str:
    """Return the id of a new user: a UUID, or the next number where the sign-up item says `Incremental`."""
    items = application.rows("signupItems") if application else []
    if any(item.name == "ID" and item.text("rule") == "Incremental" for item in items):
        number = _next_number(world, owner)
        if number is not None:
            return number
    made = world.count("user", owner, name)
    return derive_uuid(world.seed, "user", owner, name, *([made] if made else []))


def make_wechat_user(
    world: World, call: Call, application: JsonObject, session: WechatSession, *, username: str, avatar: str
) -> JsonObject:
    """Make and store the user of a first sign-in.

    Raises ApiError when the organization is missing or the name is taken.
    """
    owner = application.text("organization")
    organization = organization_of(world, owner)
    name = username if is_username(username) else f"wechat-{session.openid}"
    now = rfc3339(world.now())
    default_avatar = organization.text("defaultAvatar") if profile_of(world).gives_default_avatar else ""
    properties: Json = {"wechatOpenId": session.openid, "wechatUnionId": session.unionid}
    with world.lock:
        if find_user(world, owner, name):
            raise ApiError(NAME_TAKEN, why=f"another user of {owner} is named {name}")
        fields: dict[str, Json] = {
            "owner": owner,
            "name": name,
            "createdTime": now,
            "updatedTime": now,
            "id": new_user_id(world, application, owner, name),
            "type": "normal-user",
            "avatar": avatar or default_avatar,
            "ranking": next_ranking(world, organization),
            "balanceCurrency": organization.text("balanceCurrency") or "USD",
            "signupApplication": application.name,
            "wechat": session.openid,
            "properties": properties,
        }
        user = complete("user", JsonObject(fields))
        store_user(world, call, user)
    return user


def organization_of(world: World, name: str) -> JsonObject:
    """Return an organization where a new user may be made.

    Raises ApiError when it is missing, or is `built-in` without consent.
    """
    organization = world.state.organizations.get(name)
    if organization is None:
        raise ApiError(f"the organization: {name} is not found")
    if name == "built-in" and not organization.flag("hasPrivilegeConsent"):
        raise ApiError(_NO_CONSENT)
    return organization


def next_ranking(world: World, organization: JsonObject) -> int:
    """Return the ranking of a new user: one after all others, 0 without a `Ranking` item."""
    if not any(item.name == "Ranking" for item in account_items(world, organization)):
        return 0
    return len(users_of(world, organization.name)) + 1


#: Its first sentence was recorded; what follows it is assumed.
_NO_CONSENT = (
    "adding a new user to the 'built-in' organization is currently disabled. Please note: all users in the "
    "'built-in' organization are global administrators in Casdoor. Use another organization or set its consent."
)


def _next_number(world: World, owner: str) -> str | None:
    users = users_of(world, owner)
    if not users:
        return "0"
    newest = max(users, key=lambda user: (user.text("createdTime"), user.text("id")))
    text = newest.text("id")
    return str(int(text) + 1) if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) else None
