"""The mini program's sign-in: POST /api/login/oauth/access_token (facts/casdoor.md 2)."""

from dataclasses import dataclass

from emulator.casdoor.profiles import MINI_PROGRAM, Profile, profile_of
from emulator.casdoor.refresh import refresh_token
from emulator.casdoor.tokens import issue_token, oauth_body, row_body
from emulator.casdoor.users import find_user, find_wechat_user, is_username, make_wechat_user, store_user, users_of
from emulator.casdoor.wechat_client import WechatSession, fetch_session
from emulator.core.errors import ApiError, Panic, TokenError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.exchange import Call
from emulator.world.world import World

TAG = "wechat_miniprogram"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Grants that Casdoor answers by themselves.
_KNOWN_GRANTS = frozenset(
    {"authorization_code", "password", "client_credentials", "token", "id_token", "refresh_token"}
)


@dataclass(frozen=True, kw_only=True)
class LoginRequest:
    """The parameters of a login as Casdoor read them; a missing one is empty."""

    tag: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    username: str = ""
    avatar: str = ""
    grant_type: str = ""
    scope: str = ""
    refresh_token: str = ""
    resource: str = ""
    device_code: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    password: str = ""
    dpop: str = ""


def login(world: World, call: Call, request: LoginRequest) -> dict[str, Json]:
    """Sign a mini program's user in and return the reply's body.

    Raises TokenError, ApiError and Panic as a real Casdoor answers, and Unreachable while WeChat hangs.
    """
    profile = profile_of(world)
    _check_before_client(request, profile)
    application = find_application(world, request.client_id)
    if application is None:
        known = ", ".join(sorted(row.text("clientId") for row in world.state.applications.values()))
        why = f"no application has client_id {request.client_id!r}; there are: {known}"
        raise TokenError("invalid_client", "client_id is invalid", why=why)
    if request.tag == TAG and not (profile.refresh_beats_tag and request.grant_type == "refresh_token"):
        return _login_mini_program(world, call, application, request)
    return _other_grant(world, call, application, request)


def find_application(world: World, client_id: str) -> JsonObject | None:
    """Return the application of a client_id, compared exactly."""
    if not client_id:
        return None
    return next((row for row in world.state.applications.values() if row.text("clientId") == client_id), None)


def _check_before_client(request: LoginRequest, profile: Profile) -> None:
    if request.client_assertion_type == _JWT_BEARER and request.client_assertion.count(".") != 2:
        raise ApiError("token is malformed: token contains an invalid number of segments")
    if request.device_code:
        raise TokenError("expired_token", "token is expired")
    if request.grant_type == _DEVICE:
        raise TokenError("invalid_request", "device_code parameter is required for this grant type")
    if profile.checks_dpop and request.dpop:
        # No proof verifies here, and the description is assumed: only the error's name was recorded.
        raise TokenError("invalid_dpop_proof", "invalid DPoP proof")


def _login_mini_program(world: World, call: Call, application: JsonObject, request: LoginRequest) -> dict[str, Json]:
    provider = _mini_program_provider(world, call, application)
    session = fetch_session(world, call, provider=provider, code=request.code)
    owner = application.text("organization")
    user = find_wechat_user(world, owner, session)
    if user is None:
        if not application.flag("enableSignUp"):
            why = f"nobody in {owner} has this openid, and {application.name} has enableSignUp false"
            raise TokenError("invalid_grant", "the application does not allow to sign up new account", why=why)
        user = make_wechat_user(world, call, application, session, username=request.username, avatar=request.avatar)
        _note_second_account(world, call, user)
        if request.username and not is_username(request.username):
            call.note("nickname-dropped")
    else:
        _note_known_user(world, call, user, session, request)
    if profile_of(world).login_updates_profile:
        user = _update_profile(world, call, user, request)
    row = issue_token(world, call, application=application, user=user, code=session.session_key)
    return _login_body(world, call, row_body(row), oauth_body(row))


def _note_known_user(world: World, call: Call, user: JsonObject, session: WechatSession, request: LoginRequest) -> None:
    if user.row("properties").text("wechatOpenId") != session.openid:
        call.note("linked-account")
    if request.username or request.avatar:
        call.note("login-profile" if profile_of(world).login_updates_profile else "profile-kept")


def _note_second_account(world: World, call: Call, user: JsonObject) -> None:
    """Note a person who now has two users, one for each mini program."""
    if not call.persona:
        return
    ids = {world.openid(appid, call.persona) for appid in world.miniprograms} - {user.text("wechat")}
    if any(other.text("wechat") in ids for other in users_of(world, user.owner)):
        call.note("openid-per-miniprogram")


def _login_body(world: World, call: Call, raw: dict[str, Json], oauth: dict[str, Json]) -> dict[str, Json]:
    if profile_of(world).raw_login_body:
        call.note("session-key-in-code")
        return raw
    if world.profile == "docs":
        call.note("login-body")
    return oauth


def _update_profile(world: World, call: Call, user: JsonObject, request: LoginRequest) -> JsonObject:
    """Write username and avatar onto the user, as the docs page promises."""
    changes: dict[str, Json] = {}
    if request.username and request.username != user.text("displayName"):
        changes["displayName"] = request.username
    if request.avatar and request.avatar != user.text("avatar"):
        changes["avatar"] = request.avatar
    if not changes:
        return user
    with world.lock:
        stored = find_user(world, user.owner, user.name) or user
        updated = JsonObject(stored | changes)
        store_user(world, call, updated)
    return updated


def _mini_program_provider(world: World, call: Call, application: JsonObject) -> JsonObject:
    """Return the first provider of the right type in the application's list (facts/casdoor.md 2.5).

    Raises Panic for an item without a row that is reached before a match, TokenError without any match.
    """
    types = profile_of(world).provider_types
    found: list[JsonObject] = []
    for item in application.rows("providers"):
        row = provider_row(world, application, item.name)
        if row is None:
            if found:
                continue
            raise Panic(why=f"{application.name} lists provider {item.name}, which does not exist")
        if row.text("type") in types:
            found.append(row)
    if not found:
        why = f"{application.name} has no provider of type {' or '.join(types)}"
        raise TokenError("invalid_client", "the application does not support wechat mini program", why=why)
    if len(found) > 1:
        call.note("several-providers")
    if found[0].text("type") != MINI_PROGRAM:
        call.note("provider-type")
    return found[0]


def provider_row(world: World, application: JsonObject, name: str) -> JsonObject | None:
    """Return a provider of the application's organization or of `admin`."""
    providers = world.state.providers
    return providers.get(("admin", name)) or providers.get((application.text("organization"), name))


def _other_grant(world: World, call: Call, application: JsonObject, request: LoginRequest) -> dict[str, Json]:
    """Answer a login without the tag, as the grant it names would (facts/casdoor.md 2.3)."""
    grant, profile = request.grant_type, profile_of(world)
    why = f"tag is {request.tag!r}, not {TAG!r}" if request.tag else "the tag parameter is missing"
    call.note("tag-needed")
    tag_decides = profile.wrong_tag_panics and request.tag not in ("", TAG)
    if tag_decides and grant not in _KNOWN_GRANTS:
        raise Panic(why=why)
    always = grant == "authorization_code" or tag_decides or request.tag == TAG
    if not always and grant not in application.texts("grantTypes"):
        raise TokenError("unsupported_grant_type", f"grant_type: {grant} is not supported in this application", why=why)
    match grant:
        case "authorization_code" if not request.code:
            raise TokenError("invalid_request", "authorization code should not be empty", why=why)
        case "authorization_code":
            raise TokenError("invalid_grant", f"authorization code: [{request.code}] is invalid", why=why)
        case "client_credentials":
            return _client_credentials(world, call, application, request)
        case "refresh_token":
            return refresh_token(
                world,
                call,
                application=application,
                token=request.refresh_token,
                client_secret=request.client_secret,
                scope=request.scope,
                resource=request.resource,
            )
        case "password" | "token" | "id_token":
            # Recorded without a username; that one is refused with a username too is assumed.
            raise TokenError("invalid_grant", "the user does not exist", why=why)
    raise TokenError("unsupported_grant_type", f"grant_type: {grant} is not supported in this application", why=why)


def _client_credentials(world: World, call: Call, application: JsonObject, request: LoginRequest) -> dict[str, Json]:
    if request.client_secret != application.text("clientSecret"):
        raise TokenError("invalid_client", "client_secret is invalid")
    subject = JsonObject(owner=application.owner, name=application.name, id=application.id, type="application")
    row = issue_token(world, call, application=application, user=subject, scope=request.scope)
    return oauth_body(row)
