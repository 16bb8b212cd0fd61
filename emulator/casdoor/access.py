"""Who calls Casdoor, and what the caller may do (facts/casdoor.md 1.6, 1.7, 6)."""

from dataclasses import dataclass

from emulator.casdoor.openings import is_open
from emulator.casdoor.repositories import Applications
from emulator.casdoor.requests import ApiRequest, field_of, json_object
from emulator.casdoor.sessions import Session, Sessions
from emulator.casdoor.signin import find_application, unknown_client
from emulator.casdoor.texts import filter_language
from emulator.casdoor.token_repository import TokenRow, Tokens
from emulator.casdoor.tokens import is_dead
from emulator.casdoor.user_repository import Users
from emulator.casdoor.user_signin import check_user_password
from emulator.casdoor.versions import Version, version_of
from emulator.casdoor.views import Application, User
from emulator.core.errors import ApiError, Panic
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.world.clock import rfc3339
from emulator.world.transaction import Transaction

#: What an organization owns in the sense of the authorization: a body names it by `organization`.
_ORGANIZATIONS_OWN = ("-application", "-token", "-syncer", "-webhook", "-organization")
_NAME_FORBIDS = "/?:#&%=+;"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who makes a request: a user, an application (owner `app`), or nobody."""

    owner: str = ""
    name: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether nobody is signed in."""
        return not self.name

    @property
    def is_app(self) -> bool:
        """Whether an application calls with its own credentials, which makes it an administrator everywhere."""
        return self.owner == "app"

    @property
    def is_global(self) -> bool:
        """Whether the caller has every right: an application, or a user of `built-in`."""
        return self.owner in ("app", "built-in")

    @property
    def id(self) -> str:
        """`owner/name`, empty for nobody."""
        return f"{self.owner}/{self.name}" if self.name else ""


def caller_of(session: Session) -> Caller:
    """Return who a session says is signed in."""
    owner, _, name = session.subject.partition("/")
    return Caller(owner=owner, name=name)


def row_of(tx: Transaction, caller: Caller) -> User | None:
    """Return the caller's user row, None for nobody, an application, or a removed user."""
    return None if caller.is_app or caller.is_nobody else tx.get(Users).find((caller.owner, caller.name))


def is_admin(tx: Transaction, caller: Caller, owner: str | None = None) -> bool:
    """Return whether the caller administers an organization (its own when none is named)."""
    if caller.is_global:
        return True
    user = row_of(tx, caller)
    return user is not None and user.is_admin and owner in (None, user.owner)


def sign_in_session(tx: Transaction, request: ApiRequest, session: Session) -> Session:
    """Write the caller that the request's credentials name into its session and return it.

    Credentials beat the cookie; without any the session stays. Raises an early ApiError for bad ones.
    """
    token = _token_text(request)
    if token in ("undefined", "null"):
        tx.note("bearer-undefined")
    if token:
        return _sign_in_token(tx, token, session)
    if request.basic is not None:
        application = find_application(tx, request.basic[0])
        if application and application.client_secret == request.basic[1]:
            return tx.get(Sessions).sign_in(session, f"app/{application.name}")
        if version_of(tx).refuses_wrong_basic and all(request.basic):
            raise _wrong_client(tx, request.basic[0], application)
    elif not request.authorization.lower().startswith("basic "):
        return _sign_in_parameters(tx, request, session)
    return session


def authorize(tx: Transaction, request: ApiRequest, caller: Caller) -> None:
    """Let the request pass or raise an early ApiError, by the rules of facts/casdoor.md 1.6."""
    version = version_of(tx)
    owner, name = _object_of(version, request)
    if not owner and version.owner_defaults and request.route == "/api/update-user" and not caller.is_nobody:
        tx.note("owner-default")
        owner = caller.owner
    if caller.is_app:
        return
    denied = version.text("unauthorized", filter_language(request.accept_language))
    user = row_of(tx, caller)
    if user is not None and user.is_deleted:
        raise ApiError(denied, early=True, why=reason("caller-deleted", user=caller.id))
    if caller.owner == "built-in" or (user is not None and user.is_admin and owner in _administered(version, user)):
        return
    if is_open(version, request):
        return
    subject = (caller.owner, caller.name) if caller.name else ("anonymous", "anonymous")
    if subject == (owner, name):
        return
    if not caller.is_nobody:
        tx.note("own-data-only")
    raise ApiError(denied, early=True, why=_why_denied(caller, owner, name))


def check_name(request: ApiRequest) -> None:
    """Refuse a `name` that no object may have, on add and update; raises ApiError (facts/casdoor.md 1.7)."""
    if request.method != "POST" or not request.path.startswith(("/api/add-", "/api/update-")):
        return
    body = json_object(request.body)
    name = body.text("name") if body else ""
    if any(char in _NAME_FORBIDS for char in name):
        why = reason("name-forbidden", name=name, characters=_NAME_FORBIDS)
        raise ApiError(f"Field 'name' contains forbidden characters: \"{_NAME_FORBIDS}\"", early=True, why=why)


def split_id(identifier: str, *, early: bool, panics: bool = False) -> tuple[str, str]:
    """Split `owner/name`; raises ApiError for any other number of slashes, Panic in a version that `panics` there."""
    owner, slash, name = identifier.partition("/")
    if not slash or "/" in name:
        if panics:
            raise Panic(why=reason("id-malformed", id=identifier))
        text_ = f"GetOwnerAndNameFromId() error, wrong token count for ID: {identifier}"
        raise ApiError(text_, early=early, why=reason("id-malformed", id=identifier))
    return owner, name


def _token_text(request: ApiRequest) -> str:
    for name in ("accessToken", "access_token"):
        if request.value(name):
            return request.value(name)
    words = request.authorization.split(" ")
    return words[1] if len(words) == 2 and words[0] in ("Bearer", "DPoP") else ""


def _sign_in_token(tx: Transaction, token: str, session: Session) -> Session:
    row = tx.get(Tokens).find_access(token)
    if row is None:
        raise ApiError("Access token doesn't exist in database", early=True, why=_why_unknown(token))
    if is_dead(tx, row):
        expired = f"Access token has expired, expireTime = {rfc3339(row.ends_at)}"
        raise ApiError(expired, early=True, why=_why_dead(tx, row))
    if tx.get(Applications).find(row.application) is None:
        why = reason("application-unknown", application=row.application)
        raise ApiError(f"No application is found for userId: app/{row.application}", early=True, why=why)
    user = f"{row.organization}/{row.user}"
    if _is_cut_off(tx, row):
        forbidden = "The user is forbidden to sign in, please contact the administrator"
        raise ApiError(forbidden, early=True, why=reason("caller-cut-off", user=user))
    is_app = row.is_applications and version_of(tx).app_tokens_are_apps
    subject = f"app/{row.application}" if is_app else user
    return tx.get(Sessions).sign_in_by_token(session, subject, client_id=row.client_id, scope=row.scope)


def _is_cut_off(tx: Transaction, row: TokenRow) -> bool:
    """Return whether this version ends a token because of what became of its user."""
    if row.is_applications or not version_of(tx).cuts_off:
        return False
    user = tx.get(Users).find((row.organization, row.user))
    return user is None or user.is_forbidden or user.is_deleted


def _why_dead(tx: Transaction, row: TokenRow) -> Reason:
    if not row.ended:
        return reason("token-expired", until=rfc3339(row.ends_at))
    if _is_cut_off(tx, row):
        return reason("caller-cut-off", user=f"{row.organization}/{row.user}")
    return reason("token-logged-out")


def _why_unknown(token: str) -> Reason:
    return reason("token-never-there", token=token) if token in ("undefined", "null") else reason("token-unknown")


def _sign_in_parameters(tx: Transaction, request: ApiRequest, session: Session) -> Session:
    client_id, secret = request.value("clientId"), request.value("clientSecret")
    if client_id and secret:
        application = find_application(tx, client_id)
        if application is None or application.client_secret != secret:
            raise _wrong_client(tx, client_id, application)
        return tx.get(Sessions).sign_in(session, f"app/{application.name}")
    if request.value("accessKey") and request.value("accessSecret"):
        why = reason("access-key-unknown")
        raise ApiError(f"Access key not found: {request.value('accessKey')}", early=True, why=why)
    if request.value("username") and request.value("password") and not request.value("grant_type"):
        return _sign_in_password(tx, request.value("username"), request.value("password"), session)
    return session


def _wrong_client(tx: Transaction, client_id: str, application: Application | None) -> ApiError:
    if application is None:
        missing = f"Application not found for client ID: {client_id}"
        return ApiError(missing, early=True, why=unknown_client(tx, client_id))
    why = reason("client-secret-wrong", application=application.name)
    return ApiError(f"Incorrect client secret for application: {application.name}", early=True, why=why)


def _sign_in_password(tx: Transaction, username: str, password: str, session: Session) -> Session:
    owner, name = split_id(username, early=True)
    try:
        check_user_password(tx, owner, name, password, language="en")
    except ApiError as error:
        raise ApiError(error.msg, early=True, why=error.why) from error
    return tx.get(Sessions).sign_in(session, username)


def _administered(version: Version, user: User) -> tuple[str, ...]:
    """Return the owners whose objects an org admin may reach, as far as the filter is concerned."""
    return (user.owner, "admin") if version.admin_objects_open else (user.owner,)


def _object_of(version: Version, request: ApiRequest) -> tuple[str, str]:
    """Return owner and name of what the request is about (routers/authz_filter.go in v3.158.0)."""
    if request.method == "GET":
        return _object_of_get(version, request)
    path, identifier = request.path, request.query.get("id", "")
    owned = version.bodies_name_organization and any(
        path.endswith(kind) or f"{kind}s" in path for kind in _ORGANIZATIONS_OWN
    )
    is_organization = owned and path.endswith("-organization")
    if (
        version.query_names_object
        and identifier.count("/") == 1
        and (not owned or path.endswith("update-organization"))
    ):
        return split_id(identifier, early=True)
    body = json_object(request.body) if request.body else None
    if body is not None:
        owner_key = "organization" if owned and not is_organization else "owner"
        owner, name = field_of(body, owner_key), field_of(body, "name")
        if isinstance(owner, str | None) and isinstance(name, str | None):
            return (name if is_organization else owner) or "", name or ""
    if request.body and not version.query_names_object:
        return "", ""
    return request.value("owner"), request.value("name")


def _object_of_get(version: Version, request: ApiRequest) -> tuple[str, str]:
    organization = request.query.get("organization", "") if version.query_names_object else ""
    listing = request.path.startswith("/api/get-") and request.path.endswith("s")
    identifier = "" if listing else request.query.get("id", "")
    if not identifier:
        return organization or request.query.get("owner", ""), ""
    owner, name = split_id(identifier, early=True, panics=version.bad_id_panics)
    if request.path.endswith("organization") and version.query_names_object:
        owner = name
    return organization or owner, name


def _why_denied(caller: Caller, owner: str, name: str) -> Reason:
    about = f"{owner or '?'}/{name or '?'}"
    if caller.is_nobody:
        return reason("not-signed-in", object=about)
    return reason("not-own-data", user=caller.id, object=about)
