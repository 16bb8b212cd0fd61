"""The mini program's sign-in: POST /api/login/oauth/access_token (facts/casdoor.md 2)."""

from emulator.casdoor.grants import GRANTS, LoginRequest
from emulator.casdoor.refresh import refresh_token
from emulator.casdoor.repositories import BUILT_IN_APPLICATION, Applications, Providers
from emulator.casdoor.tokens import IssuedToken, issue_token, oauth_body, row_body
from emulator.casdoor.user_repository import Users
from emulator.casdoor.users import is_username, new_wechat_user
from emulator.casdoor.versions import MINI_PROGRAM, Version, version_of
from emulator.casdoor.views import Application, Provider, User
from emulator.casdoor.wechat_client import WechatSession, fetch_session
from emulator.core.errors import ApiError, Panic, TokenError
from emulator.core.json_object import Json
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.scenario.model import scenario_of
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction

TAG = "wechat_miniprogram"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Grants that Casdoor answers by themselves.
_KNOWN_GRANTS = frozenset(
    {"authorization_code", "password", "client_credentials", "token", "id_token", "refresh_token"}
)


def login(tx: Transaction, request: LoginRequest) -> dict[str, Json]:
    """Sign a mini program's user in and return the reply's body.

    Raises TokenError, ApiError and Panic as a real Casdoor answers, and Unreachable while WeChat hangs.
    """
    version = version_of(tx)
    _check_before_client(request, version)
    application = find_application(tx, request.client_id)
    if application is None:
        raise TokenError("invalid_client", "client_id is invalid", why=unknown_client(tx, request.client_id))
    if request.tag == TAG and not (version.refresh_beats_tag and request.grant_type == "refresh_token"):
        return _login_mini_program(tx, application, request)
    return _other_grant(tx, application, request)


def find_application(tx: Transaction, client_id: str) -> Application | None:
    """Return the application of a client_id, compared exactly."""
    return tx.get(Applications).find_client(client_id)


def unknown_client(tx: Transaction, client_id: str) -> Reason:
    """Return the reason that no application has a client_id."""
    known = ", ".join(sorted(row.client_id for row in tx.get(Applications).all() if row.name != BUILT_IN_APPLICATION))
    return reason("client-unknown", client_id=client_id, known=known)


def _check_before_client(request: LoginRequest, version: Version) -> None:
    is_assertion = version.knows_client_assertions and request.client_assertion_type == _JWT_BEARER
    if is_assertion and request.client_assertion.count(".") != 2:
        why = reason("client-assertion-malformed")
        raise ApiError("token is malformed: token contains an invalid number of segments", why=why)
    if request.device_code and version.knows_device_codes:
        raise TokenError("expired_token", "token is expired", why=reason("device-code-unknown"))
    if request.grant_type == _DEVICE and version.needs_device_code and not request.device_code:
        why = reason("parameter-missing", parameter="device_code")
        raise TokenError("invalid_request", "device_code parameter is required for this grant type", why=why)
    if version.checks_dpop and request.dpop:
        # No proof verifies here, and the description is assumed: only the error's name was recorded.
        raise TokenError("invalid_dpop_proof", "invalid DPoP proof", why=reason("dpop-unverified"))


def _login_mini_program(tx: Transaction, application: Application, request: LoginRequest) -> dict[str, Json]:
    provider = _mini_program_provider(tx, application)
    session = fetch_session(tx, provider=provider, code=request.code)
    user, created = _find_or_create(tx, application, session, request)
    if created:
        tx.trace.changed(None, user)
        _note_second_account(tx, user)
        if request.username and not is_username(request.username, longest=version_of(tx).longest_name):
            tx.note("nickname-dropped")
    else:
        _note_known_user(tx, user, session, request)
    if version_of(tx).login_updates_profile:
        user = _update_profile(tx, user, request)
    token = issue_token(tx, application=application, user=user, code=session.session_key)
    return _login_body(tx, token)


def _find_or_create(
    tx: Transaction, application: Application, session: WechatSession, request: LoginRequest
) -> tuple[User, bool]:
    """Return the user of a WeChat session, made where the application lets people sign up, and whether it is new.

    An empty openid next to a unionid matches users without a wechat value too, as in Casdoor.
    """
    users, owner = tx.get(Users), application.organization
    ids = {session.openid} | ({session.unionid} if session.unionid else set())
    if not application.enable_sign_up:
        user = users.find_wechat(owner, ids)
        if user is None:
            why = reason("sign-up-closed", owner=owner, application=application.name)
            raise TokenError("invalid_grant", "the application does not allow to sign up new account", why=why)
        return user, False
    return users.find_or_create(
        owner,
        ids,
        lambda: new_wechat_user(tx, application, session, username=request.username, avatar=request.avatar),
    )


def _note_known_user(tx: Transaction, user: User, session: WechatSession, request: LoginRequest) -> None:
    if user.properties.text("wechatOpenId") != session.openid:
        tx.note("linked-account")
    if request.username or request.avatar:
        tx.note("login-profile" if version_of(tx).login_updates_profile else "profile-kept")


def _note_second_account(tx: Transaction, user: User) -> None:
    """Note a person who now has two users, one for each mini program."""
    if not tx.trace.persona:
        return
    people, programs = tx.get(Personas), scenario_of(tx.state).miniprograms
    ids = {people.openid(appid, tx.trace.persona) for appid in programs} - {user.wechat}
    if tx.get(Users).find_wechat(user.owner, ids) is not None:
        tx.note("openid-per-miniprogram")


def _login_body(tx: Transaction, token: IssuedToken) -> dict[str, Json]:
    if version_of(tx).raw_login_body:
        tx.note("session-key-in-code")
        return row_body(version_of(tx), token)
    if "login-body" in version_of(tx).leniencies:
        tx.note("login-body")
    return oauth_body(token)


def _update_profile(tx: Transaction, user: User, request: LoginRequest) -> User:
    """Write username and avatar onto the user, as the docs page promises."""
    changes: dict[str, Json] = {}
    if request.username and request.username != user.display_name:
        changes["displayName"] = request.username
    if request.avatar and request.avatar != user.avatar:
        changes["avatar"] = request.avatar
    if not changes:
        return user

    def change() -> tuple[User, User]:
        stored = tx.get(Users).find((user.owner, user.name)) or user
        return stored, User(stored | changes)

    old, updated = tx.get(Users).update(change)
    tx.trace.changed(old, updated)
    return updated


def _mini_program_provider(tx: Transaction, application: Application) -> Provider:
    """Return the first provider of the right type in the application's list (facts/casdoor.md 2.5).

    Raises Panic for an item without a row that is reached before a match, TokenError without any match.
    """
    types = version_of(tx).provider_types
    found: list[Provider] = []
    for item in application.providers:
        row = provider_row(tx, application, item.name)
        if row is None:
            if found:
                continue
            raise Panic(why=reason("provider-missing", application=application.name, provider=item.name))
        if row.type in types:
            found.append(row)
    if not found:
        why = reason("provider-type-missing", application=application.name, types=" / ".join(types))
        raise TokenError("invalid_client", "the application does not support wechat mini program", why=why)
    if len(found) > 1:
        tx.note("several-providers")
    if found[0].type != MINI_PROGRAM:
        tx.note("provider-type")
    return found[0]


def provider_row(tx: Transaction, application: Application, name: str) -> Provider | None:
    """Return a provider of the application's organization or of `admin`."""
    return tx.get(Providers).find_for(application.organization, name)


def _other_grant(tx: Transaction, application: Application, request: LoginRequest) -> dict[str, Json]:
    """Answer a login without the tag, as the grant it names would (facts/casdoor.md 2.3)."""
    grant, version = request.grant_type, version_of(tx)
    why = reason("tag-other", tag=request.tag, expected=TAG) if request.tag else reason("tag-missing")
    if grant not in _KNOWN_GRANTS:
        tx.note("tag-needed")
    tag_decides = version.wrong_tag_panics and request.tag not in ("", TAG)
    if tag_decides and grant not in _KNOWN_GRANTS:
        raise Panic(why=why)
    always = grant == "authorization_code" or tag_decides or request.tag == TAG
    if not always and grant not in application.grant_types:
        raise TokenError("unsupported_grant_type", f"grant_type: {grant} is not supported in this application", why=why)
    if grant == "refresh_token":
        return refresh_token(
            tx,
            application=application,
            token=request.refresh_token,
            client_secret=request.client_secret,
            scope=request.scope,
            resource=request.resource,
        )
    answer = GRANTS.get(grant)
    if answer is None:
        raise TokenError("unsupported_grant_type", f"grant_type: {grant} is not supported in this application", why=why)
    return oauth_body(answer(tx, application, request))
