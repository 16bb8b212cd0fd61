"""POST /api/add-user and /api/delete-user (facts/casdoor.md 5.4)."""

from emulator.casdoor.access import Caller, row_of
from emulator.casdoor.defaults import shape
from emulator.casdoor.profiles import profile_of
from emulator.casdoor.texts import text
from emulator.casdoor.tokens import end_tokens_of
from emulator.casdoor.update import check_email, check_phone, check_username
from emulator.casdoor.user_fields import decode_user, zero
from emulator.casdoor.users import new_user_id, next_ranking, store_user, users_of
from emulator.core.derive import derive_hex
from emulator.core.errors import ApiError, Panic
from emulator.core.json_object import Json, JsonObject
from emulator.journal.exchange import Call
from emulator.world.clock import rfc3339
from emulator.world.world import World


def add_user(world: World, call: Call, caller: Caller, body: bytes) -> str:
    """Add the user that a JSON body describes and return `Affected`.

    Raises ApiError as facts/casdoor.md 5.4 lists them.
    """
    given = decode_user(body)
    new = JsonObject({name: given.get(name, zero(name)) for name in shape("user")})
    with world.lock:
        organization = _organization_for(world, new)
        check_username(world, call, owner=new.owner, name=new.name)
        others = users_of(world, new.owner)
        check_email(call, new, others)
        check_phone(world, call, profile_of(world), new, others)
        store_user(world, call, _filled(world, caller, new, organization))
    return "Affected"


def delete_user(world: World, call: Call, body: bytes) -> str:
    """Remove the user that a JSON body names; return `Affected`, or `Unaffected` when there was none."""
    given = decode_user(body)
    profile = profile_of(world)
    if given.id == "built-in/admin":
        raise ApiError(text("unauthorized", call.language))
    if "/" in given.name and profile.slash_in_deleted_name_panics:
        raise Panic(why="the name holds a slash")
    with world.lock:
        removed = world.state.users.pop((given.owner, given.name), None)
        if removed is not None and profile.cuts_off:
            end_tokens_of(world, organization=given.owner, user=given.name)
    return "Unaffected" if removed is None else "Affected"


def _organization_for(world: World, new: JsonObject) -> JsonObject:
    organization = world.state.organizations.get(new.owner)
    if organization is None:
        raise ApiError(f"The organization: {new.owner} does not exist")
    if not new.name:
        raise ApiError("the user's owner and name should not be empty")
    if not any(row.text("organization") == new.owner for row in world.state.applications.values()):
        raise ApiError("The organization: admin should have one application at least")
    return organization


def _filled(world: World, caller: Caller, new: JsonObject, organization: JsonObject) -> JsonObject:
    now = rfc3339(world.now())
    application = world.state.applications.get(new.text("signupApplication"))
    source = row_of(world, caller)
    default_avatar = organization.text("defaultAvatar") if profile_of(world).gives_default_avatar else ""
    changes: dict[str, Json] = {
        "createdTime": new.text("createdTime") or now,
        "updatedTime": now,
        "id": new.text("id") or new_user_id(world, application, new.owner, new.name),
        "registerType": "Add User",
        "registerSource": source.id if source else "",
        "ranking": next_ranking(world, organization),
        "avatar": new.text("avatar") or default_avatar,
        "balanceCurrency": new.text("balanceCurrency") or organization.text("balanceCurrency") or "USD",
        "properties": new.get("properties") or {},
        "groups": new.get("groups") or [],
    }
    if new.text("password"):
        changes["passwordType"] = organization.text("passwordType")
        changes["passwordSalt"] = organization.text("passwordSalt") or derive_hex(world.seed, 20, "salt", new.id)
    return JsonObject(new | changes)
