"""Casdoor's endpoints for its table of tokens (facts/casdoor.md 11.1 and 11.2)."""

from emulator.casdoor.token_rows import add_token as add
from emulator.casdoor.token_rows import delete_token as delete
from emulator.casdoor.token_rows import get_token as find
from emulator.casdoor.token_rows import list_tokens
from emulator.casdoor.token_rows import update_token as update
from emulator.core.json_object import JsonObject
from emulator.core.reply import Reply
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.replies import ok
from emulator.web.casdoor.routes import routes


@routes.add("/api/get-tokens", "GET")
def get_tokens(context: CasdoorContext, _: str) -> Reply:
    """List tokens."""
    page = list_tokens(context.tx, JsonObject(context.request.query))
    return ok(list(page.rows), page.total)


@routes.add("/api/get-token", "GET")
def get_token(context: CasdoorContext, _: str) -> Reply:
    """Show a token."""
    return ok(find(context.tx, context.caller, context.query("id"), organization=context.query("organization")))


@routes.add("/api/add-token", "POST")
def add_token(context: CasdoorContext, _: str) -> Reply:
    """Add a token with any text."""
    return ok(add(context.tx, context.request.body))


@routes.add("/api/update-token", "POST")
def update_token(context: CasdoorContext, _: str) -> Reply:
    """Write over a token."""
    return ok(update(context.tx, context.caller, context.query("id"), context.request.body))


@routes.add("/api/delete-token", "POST")
def delete_token(context: CasdoorContext, _: str) -> Reply:
    """Remove a token."""
    return ok(delete(context.tx, context.request.body))
