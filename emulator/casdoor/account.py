"""A user seen from outside: get-account, userinfo, user, get-user, get-users (facts/casdoor.md 5.1 to 5.5)."""

from dataclasses import dataclass

from emulator.casdoor.access import Caller, caller_of, is_admin, row_of, split_id
from emulator.casdoor.items import account_items, items_of
from emulator.casdoor.phones import separated
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.rights import with_rights
from emulator.casdoor.sessions import Session, Sessions
from emulator.casdoor.texts import text
from emulator.casdoor.tokens import Asked, issue_token
from emulator.casdoor.user_fields import field_of_item, zero
from emulator.casdoor.user_repository import Users
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Organization, User
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Account:
    """What get-account answers: the user with its token, and its organization; `session` holds that token now."""

    id: str
    name: str
    user: dict[str, Json]
    organization: dict[str, Json] | None
    session: Session


def get_account(tx: Transaction, session: Session, *, user_id: str) -> Account:
    """Return the signed-in user's account; an application may name one by `user_id`, as `org/name`.

    Raises ApiError when nobody is signed in, or the user or its application is gone.
    """
    caller, user = caller_of(session), _require_user(tx, session, user_id)
    shown = _extended(tx, user)
    first_time = not session.account_token
    if first_time:
        session = _give_account_token(tx, session, user)
    shown["accessToken"] = session.account_token
    shown["password"] = "***" if user.password and not first_time else ""
    if first_time and not user.get("address"):
        shown["address"] = []
    organization = tx.get(Organizations).find(user.owner)
    codes = organization.country_codes if organization else []
    if len(codes) == 1 and not user.country_code and version_of(tx).fills_country_code:
        shown["countryCode"] = codes[0]
    return Account(
        id=user.user_id,
        name=user.name,
        user=shown,
        organization=show_organization(tx, organization, caller) if organization else None,
        session=session,
    )


def _give_account_token(tx: Transaction, session: Session, user: User) -> Session:
    application = tx.get(Applications).find(user.signup_application)
    if application is None:
        why = reason("application-unknown", application=user.signup_application)
        raise ApiError(f"the application for user {user.id} is not found", why=why)
    token = issue_token(tx, application=application, user=user, asked=Asked(scope="profile", refreshable=False))
    return tx.get(Sessions).give_account_token(session, token.access_token)


def require_signed_in(tx: Transaction, session: Session, *, repeats: bool = True) -> str:
    """Return the id of who is signed in; raises ApiError, which says it in its data again if it `repeats`."""
    caller = caller_of(session)
    if caller.is_nobody:
        data = version_of(tx).text("login_first", "en") if repeats else None
        raise ApiError(text(tx, "login_first"), data=data, why=reason("no-credentials"))
    return caller.id


def require_admin(tx: Transaction, session: Session, *, user_id: str) -> None:
    """Refuse callers who administer nothing; raises ApiError, also for an application, whose user there is not."""
    user = _require_user(tx, session, user_id)
    if not user.is_admin and user.owner != "built-in":
        why = reason("not-admin", user=user.id, organization=user.owner)
        raise ApiError(text(tx, "needs_admin"), why=why)


def _require_user(tx: Transaction, session: Session, user_id: str) -> User:
    """Return the signed-in user, or the one that an application names by `user_id`."""
    identifier = require_signed_in(tx, session)
    identifier = user_id if caller_of(session).is_app and user_id else identifier
    user = tx.get(Users).find(split_id(identifier, early=False))
    if user is None:
        why = reason("user-unknown", user=identifier)
        raise ApiError(text(tx, "no_user", id=identifier), signs_out=True, why=why)
    return user


def get_userinfo(tx: Transaction, session: Session, *, user_id: str) -> dict[str, Json]:
    """Return the OpenID claims that the token's scope opens (facts/casdoor.md 5.5); raises ApiError as get_account."""
    user, scopes = _require_user(tx, session, user_id), session.scope.split()
    claims: dict[str, Json] = {"sub": user.user_id, "iss": tx.origin, "aud": session.client_id}
    opened: dict[str, Json] = {}
    if "profile" in scopes:
        opened |= _profile_claims(with_rights(tx, user))
    if "email" in scopes:
        opened |= {"email": user.email, "email_verified": True}
    if "address" in scopes:
        opened["address"] = user.location
    if "phone" in scopes:
        opened["phone"] = user.phone
    application = tx.get(Applications).find_client(session.client_id)
    listed = _listed_fields(tx, application)
    for name in _USERINFO_ORDER:
        if opened.get(name) and (listed is None or name in listed):
            claims[name] = opened[name]
    return claims


_USERINFO_ORDER = (
    "preferred_username",
    "name",
    "email",
    "email_verified",
    "picture",
    "address",
    "phone",
    "real_name",
    "is_verified",
    "groups",
    "roles",
    "permissions",
)
_USERINFO_FIELDS = {
    "Name": {"preferred_username"},
    "DisplayName": {"name"},
    "Avatar": {"picture"},
    "Email": {"email", "email_verified"},
    "Phone": {"phone"},
    "Location": {"address"},
    "Address": {"address"},
    "RealName": {"real_name"},
    "IsVerified": {"is_verified"},
    "Groups": {"groups"},
    "Roles": {"roles"},
    "Permissions": {"permissions"},
}


def _listed_fields(tx: Transaction, application: Application | None) -> set[str] | None:
    """Return the claims that tokenFields lists, None when nothing limits them."""
    fields = application.token_fields if application else []
    if not fields or not version_of(tx).userinfo_follows_token_fields:
        return None
    return {claim for field in fields for claim in _USERINFO_FIELDS.get(field, set())}


def _profile_claims(user: User) -> dict[str, Json]:
    return {
        "preferred_username": user.name,
        "name": user.display_name,
        "picture": user.avatar,
        "groups": user.get("groups"),
        "roles": [row.name for row in user.rows("roles")],
        "permissions": [row.name for row in user.rows("permissions")],
        "real_name": user.real_name,
        "is_verified": user.is_verified,
    }


def get_laravel_user(tx: Transaction, session: Session, *, user_id: str) -> dict[str, Json]:
    """Return the short object of GET /api/user; raises ApiError as get_account."""
    user = _require_user(tx, session, user_id)
    created = user.created_time
    return {
        "id": user.user_id,
        "name": user.name,
        "email": user.email,
        "email_verified_at": created,
        "created_at": created,
        "updated_at": user.updated_time,
    }


def get_user(tx: Transaction, caller: Caller, query: JsonObject) -> dict[str, Json] | None:
    """Return the user that a query names, without the fields its viewer may not see; None when there is none.

    Raises ApiError for a query that names no user at all, and for users whose organization is private or gone.
    """
    user = _find_queried(tx, query)
    if user is None:
        return None
    organization = tx.get(Organizations).find(user.owner)
    if organization is None:
        why = reason("organization-unknown", organization=user.owner)
        raise ApiError(text(tx, "no_organization", id=_queried_owner(query)), why=why)
    if not organization.is_profile_public:
        _check_private(tx, caller, user)
    shown = _extended(tx, user)
    shown["password"] = "***" if has_password(tx, user) else ""
    return _hide(tx, caller, user, shown) if version_of(tx).filters_users else shown


def _find_queried(tx: Transaction, query: JsonObject) -> User | None:
    """Return the user that a query names; email goes before phone, phone before userId, all of them before id.

    Without id and owner they are looked for everywhere. Source: controllers/user.go in v3.158.0.
    """
    users, identifier, owner = tx.get(Users), query.text("id"), query.text("owner")
    named = bool(identifier or owner)
    by_id = None
    if owner and query.text("userId"):
        by_id = _first(users.of(owner), id=query.text("userId"))
        if by_id is None:
            return None
        identifier = by_id.id
    elif identifier:
        owner = owner or split_id(identifier, early=False)[0]
    pool = users.of(owner) if owner or not named else []
    if query.text("email"):
        return _first(pool, email=query.text("email"))
    if query.text("phone"):
        return _first(pool, **_phone_fields(tx, query.text("phone")))
    if query.text("userId"):
        return by_id if named else _first(pool, id=query.text("userId"))
    return users.find(split_id(identifier, early=False)) if named else None


def _first(pool: list[User], **fields: str) -> User | None:
    return next((user for user in pool if all(user.text(name) == fields[name] for name in fields)), None)


def _phone_fields(tx: Transaction, phone: str) -> dict[str, str]:
    """Return the fields by which a user is found of a phone number, which may begin with `+` and its country."""
    digits, region = separated(phone)
    return {"phone": digits} | ({"countryCode": region} if region and version_of(tx).phone_query_has_region else {})


def _queried_owner(query: JsonObject) -> str:
    """Return the organization that a query names."""
    return query.text("owner") or query.text("id").partition("/")[0]


def _check_private(tx: Transaction, caller: Caller, user: User) -> None:
    """Refuse who may not look at a user of a private organization (object/check.go in v3.158.0)."""
    if caller.is_nobody:
        raise ApiError(text(tx, "login_first"), why=reason("profile-private-nobody", organization=user.owner))
    if caller.is_app:
        return
    if row_of(tx, caller) is None:
        raise ApiError(text(tx, "session_outdated"), why=reason("user-gone", user=caller.id))
    peer = version_of(tx).peers_see_private and caller.owner == user.owner
    if not (caller.id == user.id or peer or is_admin(tx, caller, user.owner)):
        why = reason("profile-private", user=caller.id, organization=user.owner)
        raise ApiError(text(tx, "unauthorized"), why=why)


def _hide(tx: Transaction, caller: Caller, user: User, shown: dict[str, Json]) -> dict[str, Json]:
    """Set to zero what the account items hide from this viewer (facts/casdoor.md 5.2).

    An administrator of any organization sees everything, as in Casdoor.
    """
    if is_admin(tx, caller):
        return shown
    open_rules = ("Public", "Self") if caller.id == user.id else ("Public",)
    for item in items_of(tx, user.owner).values():
        if item.view_rule in open_rules:
            continue
        properties = shown.get("properties")
        if item.name == "ID card info" and isinstance(properties, dict):
            shown["properties"] = {name: "" if name in _ID_CARD else one for name, one in properties.items()}
        field = field_of_item(item.name)
        if field in shown:
            shown[field] = zero(field)
    return shown


#: The properties that the item `ID card info` hides; Casdoor forgets the card's back.
_ID_CARD = frozenset({"idCardWithPerson", "idCardFront"})


def _extended(tx: Transaction, user: User) -> dict[str, Json]:
    """Return a user with what get-user and get-account add to the stored row."""
    version, user = version_of(tx), with_rights(tx, user)
    shown = version.show("user", user)
    shown["multiFactorAuths"] = version.tables.get("multi_factor_auths")
    shown |= {"roles": user.get("roles") or [], "permissions": user.get("permissions") or []}
    shown |= {"groups": user.get("groups") or [], "totpSecret": "", "recoveryCodes": None}
    return shown | version.masks("user")


def has_password(tx: Transaction, user: User) -> bool:
    """Return whether a user's row holds a password; some versions hash even an empty one (facts/casdoor.md 10.2)."""
    hashed = version_of(tx).every_user_has_password_type and user.password_type not in ("", "plain")
    return bool(user.password) or hashed


def show_organization(tx: Transaction, organization: Organization, caller: Caller) -> dict[str, Json]:
    """Return an organization with its secrets masked (facts/casdoor.md 5.1)."""
    version = version_of(tx)
    shown = version.show("organization", organization)
    shown["accountItems"] = [version.show("account_item", item) for item in account_items(tx, organization)]
    masks = version.masks("own_organization") | ({} if caller.is_global else version.masks("own_organization_local"))
    return shown | {name: mask for name, mask in masks.items() if name in shown and organization.text(name)}
