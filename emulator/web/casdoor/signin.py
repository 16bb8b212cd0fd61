"""Casdoor's endpoints for people at its web page: signing in, sessions, signing out (facts/casdoor.md 11.5)."""

from emulator.casdoor.logout import sso_logout as log_out
from emulator.casdoor.session_rows import change_session, list_sessions, remove_session
from emulator.casdoor.session_rows import get_session as find_session
from emulator.casdoor.session_rows import is_session_duplicated as is_duplicated
from emulator.casdoor.sessions import Sessions
from emulator.casdoor.signin_form import read_form
from emulator.casdoor.versions import version_of
from emulator.casdoor.web_signin import sign_in
from emulator.core.json_object import JsonObject
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.filters import sign_out
from emulator.web.casdoor.replies import ok
from emulator.web.casdoor.routes import routes


@routes.add("/api/login", "POST")
def web_login(context: CasdoorContext, _: str) -> Reply:
    """Sign a person in on the web page; the reply holds a code, tokens, or who is signed in."""
    form, query = read_form(context.request.body), JsonObject(context.request.query)
    done = sign_in(context.tx, context.session, form, query, address=_address(context))
    context.session = done.session
    return ok(done.data, done.data2, done.data3)


@routes.add("/api/sso-logout", "GET", "POST")
def sso_logout(context: CasdoorContext, _: str) -> Reply:
    """Sign a person out here, or of everything."""
    everywhere = context.request.value("logoutAll") in ("", "true", "1")
    done = log_out(context.tx, context.session, everywhere=everywhere)
    if done.cleared:
        sign_out(context)
        if not everywhere and not version_of(context.tx).sessions_end_cookies:
            context.tx.get(Sessions).destroy(context.session.id)
    return ok()


@routes.add("/api/get-sessions", "GET")
def get_sessions(context: CasdoorContext, _: str) -> Reply:
    """List an organization's sign-ins."""
    page = list_sessions(context.tx, JsonObject(context.request.query))
    return ok(list(page.rows), page.total)


@routes.add("/api/get-session", "GET")
def get_session(context: CasdoorContext, _: str) -> Reply:
    """Show the sign-in of a user at an application."""
    return ok(find_session(context.tx, context.query("sessionPkId")))


@routes.add("/api/is-session-duplicated", "GET")
def is_session_duplicated(context: CasdoorContext, _: str) -> Reply:
    """Show whether a user is signed in at an application with another cookie too."""
    return ok(is_duplicated(context.tx, context.query("sessionPkId"), context.query("sessionId")))


@routes.add("/api/add-session", "POST")
def add_session(context: CasdoorContext, _: str) -> Reply:
    """Add to a user's sign-in at an application."""
    return ok(change_session(context.tx, context.request.body, adding=True))


@routes.add("/api/update-session", "POST")
def update_session(context: CasdoorContext, _: str) -> Reply:
    """Write over a user's sign-in at an application."""
    return ok(change_session(context.tx, context.request.body, adding=False))


@routes.add("/api/delete-session", "POST")
def delete_session(context: CasdoorContext, _: str) -> Reply:
    """Remove a sign-in, or one cookie of it."""
    session_id = context.query("sessionId")
    return ok(remove_session(context.tx, context.request.body, session_id=session_id, current=context.session.id))


def _address(context: CasdoorContext) -> str:
    """Return where a request comes from, as proxies say it (util/log.go in v3.158.0)."""
    forwarded = context.http.headers.get("X-Forwarded-For", "") or context.http.remote_addr or ""
    return forwarded.partition(",")[0].strip("[] ")
