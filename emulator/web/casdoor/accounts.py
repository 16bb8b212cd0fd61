"""Casdoor's endpoints around users (facts/casdoor.md 4, 5.1 to 5.5, 5.8)."""

from flask import Response, g

from emulator.casdoor.access import caller_of
from emulator.casdoor.account import get_account as account_of
from emulator.casdoor.account import get_laravel_user, get_userinfo
from emulator.casdoor.account import get_user as find_user
from emulator.casdoor.listing import count_users, list_users
from emulator.casdoor.logout import logout as end_session
from emulator.casdoor.manage import add_user as add
from emulator.casdoor.manage import delete_user as delete
from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.update import UpdateRequest
from emulator.casdoor.update import update_user as update
from emulator.core.json_object import JsonObject
from emulator.web.casdoor.blueprint import bp
from emulator.web.casdoor.filters import renew_session
from emulator.web.casdoor.replies import WEB_CONFIG, bare, empty, ok


@bp.get("/api/get-account")
def get_account() -> Response:
    """Show the signed-in user, with its organization and a fresh token."""
    g.web_config = WEB_CONFIG
    account = account_of(g.world, g.call, g.session, user_id=_query("userId"))
    return ok(account.user, account.organization, sub=account.id, name=account.name)


@bp.get("/api/userinfo")
def userinfo() -> Response:
    """Show the OpenID claims of the signed-in user."""
    return bare(get_userinfo(g.world, g.call, g.session))


@bp.get("/api/user")
def user() -> Response:
    """Show the signed-in user in short."""
    return bare(get_laravel_user(g.world, g.call, g.session))


@bp.get("/api/get-user")
def get_user() -> Response:
    """Show the user that the query names."""
    return ok(find_user(g.world, g.call, caller_of(g.session), JsonObject(g.casdoor.query)))


@bp.get("/api/get-users")
def get_users() -> Response:
    """List an organization's users."""
    page = list_users(g.world, JsonObject(g.casdoor.query))
    return ok(list(page.users), page.total)


@bp.get("/api/get-user-count")
def get_user_count() -> Response:
    """Count an organization's users."""
    return ok(count_users(g.world, owner=_query("owner"), is_online=_query("isOnline")))


@bp.post("/api/update-user")
def update_user() -> Response:
    """Change a user."""
    asked = UpdateRequest(
        id=_query("id"),
        user_id=_query("userId"),
        owner=_query("owner"),
        columns=_query("columns"),
        allow_empty=_query("allowEmpty"),
        body=g.casdoor.body,
    )
    return ok(update(g.world, g.call, caller_of(g.session), asked))


@bp.post("/api/add-user")
def add_user() -> Response:
    """Add a user."""
    return ok(add(g.world, g.call, caller_of(g.session), g.casdoor.body))


@bp.post("/api/delete-user")
def delete_user() -> Response:
    """Remove a user."""
    return ok(delete(g.world, g.call, g.casdoor.body))


@bp.route("/api/logout", methods=["GET", "POST"])
def logout() -> Response:
    """End a token or a session."""
    asked: ApiRequest = g.casdoor
    done = end_session(
        g.world,
        g.call,
        g.session,
        hint=asked.value("id_token_hint"),
        redirect_uri=asked.value("post_logout_redirect_uri"),
        state=asked.value("state"),
    )
    if done.cleared:
        _clear_session()
    if done.location:
        return empty(302, {"Location": done.location})
    return ok(done.data, done.data2)


def _clear_session() -> None:
    with g.world.lock:
        g.world.state.sessions.pop(g.get("new_session") or g.casdoor.session, None)
    g.session = renew_session(g.world)


def _query(name: str) -> str:
    value: str = g.casdoor.query.get(name, "")
    return value
