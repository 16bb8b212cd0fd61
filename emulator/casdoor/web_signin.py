"""POST /api/login: how a person signs in on Casdoor's web page (facts/casdoor.md 11.5)."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from emulator.casdoor.access import caller_of, row_of
from emulator.casdoor.applications import is_allowed_redirect
from emulator.casdoor.phones import national
from emulator.casdoor.repositories import Applications, Organizations
from emulator.casdoor.scopes import expand_scope
from emulator.casdoor.sessions import Session, Sessions
from emulator.casdoor.signin import find_application, unknown_client
from emulator.casdoor.signin_form import SigninForm
from emulator.casdoor.signin_sessions import SigninSessions, add_session, end_cookies
from emulator.casdoor.texts import text
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.tokens import Asked, issue_code, issue_token
from emulator.casdoor.user_signin import check_user_password, find_by_fields, record_signin
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application, Organization, User
from emulator.core.errors import ApiError, TokenError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

_IMPLICIT = ("token", "id_token")
_CHANGE_PASSWORD = "RequiredUpdatePassword"


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """What a sign-in answers in the envelope; `session` holds who is signed in now."""

    session: Session
    data: Json
    data2: Json = None
    data3: Json = None


def sign_in(tx: Transaction, session: Session, form: SigninForm, query: JsonObject, *, address: str) -> SignedIn:
    """Sign a person in with what the page's form says; `address` is where the request came from.

    Raises ApiError with what the page would show. Source: controllers/auth.go in v3.158.0, Login.
    """
    user = _user_of(tx, session, form)
    application = _application_of(tx, form)
    _check_allowed(tx, user, application)
    if application.flag("enableExclusiveSignin"):
        tx.get(Tokens).end_all_of(organization=user.owner, user=user.name, application=application.name)
    done = _answer(tx, session, form, query, user, application)
    record_signin(tx, user, address)
    _remember(tx, user, application, done.session)
    return done


def _user_of(tx: Transaction, session: Session, form: SigninForm) -> User:
    if form.provider or form.mfa_type:
        what = f"provider {form.provider!r}" if form.provider else f"mfaType {form.mfa_type!r}"
        text_ = f"mockdoor does not play a web sign-in with {what}; played are username with password, and the session"
        raise ApiError(text_, why=reason("signin-not-played", what=what))
    if not form.username:
        return _signed_in_user(tx, session, form)
    application = _application_of(tx, form)
    if not form.password:
        _refuse_code(tx, form)
    if form.signin_method == "Password" and not _has_password_method(application):
        raise ApiError(text(tx, "password_signin_off"), why=reason("password-off", application=application.name))
    return check_user_password(tx, form.organization, form.username, form.password, language=tx.language)


def _signed_in_user(tx: Transaction, session: Session, form: SigninForm) -> User:
    """Return who is signed in already, which the page offers as a quick way in."""
    caller = caller_of(session)
    if caller.is_nobody:
        raise ApiError(text(tx, "unknown_signin", form=form.shown), why=reason("body-without", field="username"))
    _application_of(tx, form)
    user = row_of(tx, caller)
    if user is None:
        raise ApiError(text(tx, "unauthorized"), why=reason("user-gone", user=caller.id))
    return user


def _application_of(tx: Transaction, form: SigninForm) -> Application:
    application = tx.get(Applications).find(form.application)
    if application is None:
        why = reason("application-unknown", application=form.application)
        raise ApiError(text(tx, "no_application", id=form.application), why=why)
    return application


def _has_password_method(application: Application) -> bool:
    methods = application.rows("signinMethods")
    if not methods:
        return application.flag("enablePassword")
    return any(method.name == "Password" for method in methods)


def _refuse_code(tx: Transaction, form: SigninForm) -> None:
    """Refuse a sign-in without a password, which Casdoor takes for one with a code by SMS or mail: none was sent."""
    user = find_by_fields(tx, form.organization, form.username)
    if user is None:
        identifier = f"{form.organization}/{form.username}"
        raise ApiError(text(tx, "no_user", id=identifier), why=reason("user-unknown", user=identifier))
    organization = tx.get(Organizations).find(user.owner) or Organization()
    region = form.country_code or user.country_code or next(iter(organization.country_codes), "")
    if "@" not in form.username and national(form.username, region) is None:
        raise ApiError(text(tx, "bad_region_phone", region=region), why=reason("password-empty"))
    kind = "email" if "@" in form.username else "phone"
    raise ApiError(f"{kind} - {text(tx, 'code_not_sent')}", why=reason("password-empty"))


def _check_allowed(tx: Transaction, user: User, application: Application) -> None:
    """Refuse a user or an application that may not sign in, in the order of HandleLoggedIn."""
    if user.is_forbidden:
        raise ApiError(text(tx, "user_forbidden"), why=reason("user-forbidden", user=user.id))
    if user.is_deleted:
        raise ApiError(text(tx, "user_deleted"), why=reason("caller-deleted", user=user.id))
    organization = tx.get(Organizations).find(application.organization) or Organization()
    if application.flag("disableSignin"):
        why = reason("signin-disabled", name=application.name)
        raise ApiError(text(tx, "signin_disabled", name=application.name), why=why)
    if organization.flag("disableSignin"):
        why = reason("signin-disabled", name=organization.name)
        raise ApiError(text(tx, "organization_signin_disabled", name=organization.name), why=why)
    tags = application.texts("tags")
    if tags and not user.is_admin and user.owner != "built-in" and not set(user.tag.split(",")) & set(tags):
        why = reason("signin-tag", tag=user.tag, application=application.name)
        raise ApiError(text(tx, "user_tag", tag=user.tag), why=why)


def _answer(
    tx: Transaction, session: Session, form: SigninForm, query: JsonObject, user: User, application: Application
) -> SignedIn:
    """Answer by the form's type; whoever has to change the password gets nothing else."""
    version = version_of(tx)
    must_change = user.flag("needUpdatePassword")
    if must_change and not version.signin_flags_password:
        signed_in = tx.get(Sessions).sign_in(session, user.id)
        return SignedIn(session=signed_in, data=_CHANGE_PASSWORD, data3=True)
    flag: Json = must_change if version.signin_flags_password else None
    if form.type == "login":
        return SignedIn(session=tx.get(Sessions).sign_in(session, user.id), data=user.id, data3=flag)
    if form.type == "code":
        code = _code(tx, form, query, user, flag)
        if application.flag("enableSigninSession") or _prompts(application):
            session = tx.get(Sessions).sign_in(session, user.id)
        return SignedIn(session=session, data=code, data3=flag)
    if form.type in _IMPLICIT:
        return replace(_tokens(tx, session, form, query, user, application), data3=flag)
    raise ApiError(f"unknown response type: {form.type}", why=reason("response-type-other", response_type=form.type))


def _code(tx: Transaction, form: SigninForm, query: JsonObject, user: User, flag: Json) -> str:
    """Return an authorization code; of a client other than the form's application it is that client's.

    Source: object/token_oauth_util.go in v3.158.0, GetOAuthCode.
    """
    if query.text("code_challenge_method") not in ("S256", "null", ""):
        raise ApiError(text(tx, "challenge_method"), why=reason("challenge-method-other"))
    asked, resource = query.text("scope"), query.text("resource")
    client = _client_of(tx, query, flag)
    scope = expand_scope(client, asked)
    if scope is None:
        why = reason("scope-unknown", scope=asked, application=client.name)
        raise ApiError("Invalid scope", data="", data3=flag, why=why)
    if resource and not urlsplit(resource).scheme:
        raise ApiError("resource must be an absolute URI", data="", data3=flag, why=reason("resource-relative"))
    challenge = query.text("code_challenge")
    try:
        return issue_code(
            tx,
            application=client,
            user=user,
            asked=_asked(form, query, scope),
            challenge="" if challenge == "null" else challenge,
            resource=resource,
        )
    except TokenError as error:
        raise ApiError(error.description.removeprefix("generate jwt token error: "), why=error.why) from error


def _client_of(tx: Transaction, query: JsonObject, flag: Json) -> Application:
    """Return the application of the query's client; raises ApiError with empty data, as a code would be (5.9)."""
    kind, uri = query.text("responseType"), query.text("redirectUri")
    if kind not in ("code", *_IMPLICIT):
        why = reason("response-type-other", response_type=kind)
        raise ApiError(text(tx, "bad_grant_type", type=kind), data="", data3=flag, why=why)
    client = find_application(tx, query.text("clientId"))
    if client is None:
        why = unknown_client(tx, query.text("clientId"))
        raise ApiError(text(tx, "bad_client_id"), data="", data3=flag, why=why)
    if not is_allowed_redirect(client, uri):
        why = reason("redirect-not-allowed", uri=uri, application=client.name)
        raise ApiError(text(tx, "bad_redirect", uri=uri), data="", data3=flag, why=why)
    return client


def _tokens(
    tx: Transaction, session: Session, form: SigninForm, query: JsonObject, user: User, application: Application
) -> SignedIn:
    if form.type not in application.grant_types:
        why = reason("grant-not-allowed", grant_type=form.type, application=application.name)
        raise ApiError(f"error: grant_type: {form.type} is not supported in this application", data="", why=why)
    scope = expand_scope(application, query.text("scope"))
    if scope is None:
        why = reason("scope-unknown", scope=query.text("scope"), application=application.name)
        raise ApiError("error: invalid_scope", data="", why=why)
    asked = Asked(scope=scope, nonce=query.text("nonce"))
    token = issue_token(tx, application=application, user=user, asked=asked)
    return SignedIn(session=session, data=token.access_token, data2=token.refresh_token)


def _asked(form: SigninForm, query: JsonObject, scope: str) -> Asked:
    return Asked(scope=scope, nonce=query.text("nonce"), signin_method=form.signin_method)


def _prompts(application: Application) -> bool:
    """Return whether a page stands between signing in and the application (assumed: any prompted item)."""
    items = [*application.providers, *application.signup_items]
    return any(item.flag("prompted") for item in items)


def _remember(tx: Transaction, user: User, application: Application, session: Session) -> None:
    exclusive = application.flag("enableExclusiveSignin")
    if exclusive:
        rows = tx.get(SigninSessions).of(user.owner, user.name)
        end_cookies(tx, tuple(one for row in rows if row.application == application.name for one in row.session_ids))
    add_session(tx, user.id, application.name, session.id, exclusive=exclusive)
