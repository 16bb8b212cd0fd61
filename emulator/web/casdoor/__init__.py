"""Casdoor's side of the application."""

from flask import Request

from emulator.casdoor.requests import ApiRequest
from emulator.casdoor.versions import version_of
from emulator.core.errors import ApiError, Panic, TokenError, Unreachable
from emulator.core.reply import Reply
from emulator.web.casdoor import accounts, discovery, filters, oauth, objects, passwords, replies, signin, tokens, world
from emulator.web.casdoor.context import CasdoorContext
from emulator.web.casdoor.routes import Route, routes
from emulator.web.world_path import raw_target
from emulator.world.transaction import Transaction

__all__ = [
    "CasdoorDialect",
    "accounts",
    "discovery",
    "oauth",
    "objects",
    "passwords",
    "routes",
    "signin",
    "tokens",
    "world",
]


class CasdoorDialect:
    """Plays Casdoor: its filters see every request, then its routes."""

    prefixes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def respond(self, http: Request, tx: Transaction) -> Reply:
        """Return Casdoor's reply."""
        route, application = routes.find(http.method, http.environ["PATH_INFO"])
        tx.trace.operation = route.operation if route else "casdoor.unknown"
        request = ApiRequest(method=http.method, path=http.path)
        context = CasdoorContext(tx=tx, http=http, target=raw_target(http.environ), request=request)
        return filters.after(context, _answer(context, route, application))


def _answer_unplayed(context: CasdoorContext) -> Reply:
    """Return the page for a path that Casdoor does not have either, else the envelope that says what is played."""
    paths = version_of(context.tx).tables.object("api_paths").texts(context.http.method)
    known = context.request.route.removeprefix("/api/") in paths
    return replies.not_played(context) if known else replies.not_found(context)


def _answer(context: CasdoorContext, route: Route | None, application: str) -> Reply:
    """Return what a filter or the controller answers, errors included."""
    try:
        reply = filters.before(context)
        if reply is not None:
            return reply
        return route.view(context, application) if route else _answer_unplayed(context)
    except TokenError as error:
        return replies.show_token_error(context, error)
    except ApiError as error:
        if error.signs_out:
            filters.sign_out(context)
        return replies.show_api_error(context, error)
    except Panic as error:
        return replies.show_panic(context, error)
    except Unreachable as error:
        return Reply(failure=error.kind)
