"""Casdoor's endpoints around users (facts/casdoor.md 4, 5.1 to 5.5, 5.8)."""

from emulator.casdoor.account import get_account as account_of
from emulator.casdoor.account import get_laravel_user, get_userinfo
from emulator.casdoor.account import get_user as find_user
from emulator.casdoor.listing import count_users, list_global_users, list_sorted_users, list_users
from emulator.casdoor.logout import logout as end_session
from emulator.casdoor.manage import add_user as add
from emulator.casdoor.manage import delete_user as delete
from emulator.casdoor.update import UpdateRequest
from emulator.casdoor.update import update_user as update
from emulator.core.json_object import JsonObject
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.filters import sign_out
from emulator.web.casdoor.replies import bare, ok, redirect, set_web_config
from emulator.web.casdoor.routes import routes


@routes.add("/api/get-account", "GET")
def get_account(context: CasdoorContext, _: str) -> Reply:
    """Show the signed-in user, with its organization and a fresh token."""
    set_web_config(context)
    account = account_of(context.tx, context.session, user_id=context.query("userId"))
    context.session = account.session
    return ok(account.user, account.organization, sub=account.id, name=account.name)


@routes.add("/api/userinfo", "GET")
def userinfo(context: CasdoorContext, _: str) -> Reply:
    """Show the OpenID claims of the signed-in user."""
    return bare(get_userinfo(context.tx, context.session, user_id=context.query("userId")))


@routes.add("/api/user", "GET")
def user(context: CasdoorContext, _: str) -> Reply:
    """Show the signed-in user in short."""
    return bare(get_laravel_user(context.tx, context.session, user_id=context.query("userId")))


@routes.add("/api/get-user", "GET")
def get_user(context: CasdoorContext, _: str) -> Reply:
    """Show the user that the query names."""
    return ok(find_user(context.tx, context.caller, JsonObject(context.request.query)))


@routes.add("/api/get-users", "GET")
def get_users(context: CasdoorContext, _: str) -> Reply:
    """List an organization's users."""
    page = list_users(context.tx, JsonObject(context.request.query))
    return ok(list(page.users), page.total)


@routes.add("/api/get-global-users", "GET")
def get_global_users(context: CasdoorContext, _: str) -> Reply:
    """List the users of all organizations."""
    page = list_global_users(context.tx, JsonObject(context.request.query))
    return ok(list(page.users), page.total)


@routes.add("/api/get-sorted-users", "GET")
def get_sorted_users(context: CasdoorContext, _: str) -> Reply:
    """List the first of an organization's users in the order of a column."""
    return ok([*list_sorted_users(context.tx, JsonObject(context.request.query))])


@routes.add("/api/get-user-count", "GET")
def get_user_count(context: CasdoorContext, _: str) -> Reply:
    """Count an organization's users."""
    return ok(count_users(context.tx, owner=context.query("owner"), is_online=context.query("isOnline")))


@routes.add("/api/update-user", "POST")
def update_user(context: CasdoorContext, _: str) -> Reply:
    """Change a user."""
    asked = UpdateRequest(
        id=context.query("id"),
        user_id=context.query("userId"),
        owner=context.query("owner"),
        columns=context.query("columns"),
        allow_empty=context.query("allowEmpty"),
        body=context.request.body,
    )
    return ok(update(context.tx, context.caller, asked))


@routes.add("/api/add-user", "POST")
def add_user(context: CasdoorContext, _: str) -> Reply:
    """Add a user."""
    return ok(add(context.tx, context.caller, context.request.body))


@routes.add("/api/delete-user", "POST")
def delete_user(context: CasdoorContext, _: str) -> Reply:
    """Remove a user."""
    return ok(delete(context.tx, context.request.body))


@routes.add("/api/logout", "GET", "POST")
def logout(context: CasdoorContext, _: str) -> Reply:
    """End a token or a session."""
    asked = context.request
    done = end_session(
        context.tx,
        context.session,
        hint=asked.value("id_token_hint"),
        redirect_uri=asked.value("post_logout_redirect_uri"),
        client_id=asked.value("client_id"),
        state=asked.value("state"),
    )
    if done.cleared:
        sign_out(context)
    if done.location:
        return redirect(context, done.location)
    return ok(done.data, done.data2)
