"""GET and POST /api/logout and /api/sso-logout (facts/casdoor.md 5.8 and 11.5)."""

from dataclasses import dataclass

from emulator.casdoor.access import caller_of
from emulator.casdoor.applications import is_allowed_redirect
from emulator.casdoor.repositories import Applications
from emulator.casdoor.sessions import Session, Sessions
from emulator.casdoor.signin_sessions import delete_all_sessions, forget_cookie
from emulator.casdoor.texts import text
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.versions import version_of
from emulator.casdoor.views import Application
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason
from emulator.world.transaction import Transaction

#: The application of Casdoor's own web pages, whose address no logout shows.
_BUILT_IN = "app-built-in"


@dataclass(frozen=True, kw_only=True)
class LoggedOut:
    """What a logout answers: a redirect, or the envelope's `data` and `data2`; `cleared` renews the session."""

    location: str = ""
    data: Json = None
    data2: Json = None
    cleared: bool = False


def logout(tx: Transaction, session: Session, *, hint: str, redirect_uri: str, client_id: str, state: str) -> LoggedOut:
    """End the token that the hint names, or else the session; `client_id` stands in for one that names no application.

    Raises ApiError for an unknown hint, a redirect address that is not allowed (the session ends all the same), and
    (classic) a redirect address without a hint.
    """
    sessions = tx.get(Sessions)
    if hint:
        row = tx.get(Tokens).find_access(hint)
        if row is None:
            raise ApiError(text(tx, "no_token"), why=reason("token-unknown"))
        tx.get(Tokens).end(row)
        sessions.forget_account_token(session)
        forget_cookie(tx, caller_of(session).id or f"{row.organization}/{row.user}", session.id)
        application = tx.get(Applications).find(row.application)
        return _redirected(tx, application, redirect_uri, state, LoggedOut(cleared=True))
    version = version_of(tx)
    if redirect_uri and not version.logout_redirects_alone:
        why = reason("parameter-missing", parameter="id_token_hint")
        raise ApiError(f"{text(tx, 'missing_parameter')}: id_token_hint", why=why)
    caller = caller_of(session)
    if caller.is_nobody:
        return LoggedOut()
    sessions.forget_account_token(session)
    forget_cookie(tx, caller.id, session.id)
    fallback = client_id if version.logout_redirects_alone else ""
    application = tx.get(Applications).find_client(session.client_id or fallback)
    homepage = application.homepage_url if application and application.name != _BUILT_IN else ""
    done = LoggedOut(data=caller.id, data2=homepage or None, cleared=True)
    return _redirected(tx, application, redirect_uri, state, done)


def sso_logout(tx: Transaction, session: Session, *, everywhere: bool) -> LoggedOut:
    """End the session, and everywhere all sessions and tokens of its user.

    Source: controllers/account.go in v3.158.0, SsoLogout.
    """
    caller = caller_of(session)
    if caller.is_nobody:
        return LoggedOut()
    tx.get(Sessions).forget_account_token(session)
    if everywhere:
        tx.get(Tokens).end_all_of(organization=caller.owner, user=caller.name)
        delete_all_sessions(tx, caller.id)
    else:
        forget_cookie(tx, caller.id, session.id)
    return LoggedOut(cleared=True)


def _redirected(
    tx: Transaction, application: Application | None, redirect_uri: str, state: str, otherwise: LoggedOut
) -> LoggedOut:
    if not redirect_uri:
        return otherwise
    if application is None or not is_allowed_redirect(application, redirect_uri):
        raise _refused(tx, application, redirect_uri)
    separator = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri.removesuffix('/')}{separator}state={state}" if state else redirect_uri
    return LoggedOut(location=location, cleared=True)


def _refused(tx: Transaction, application: Application | None, uri: str) -> ApiError:
    why = (
        reason("redirect-without-application", uri=uri)
        if application is None
        else reason("redirect-not-allowed", uri=uri, application=application.name)
    )
    return ApiError(text(tx, "bad_redirect", uri=uri), signs_out=True, why=why)
