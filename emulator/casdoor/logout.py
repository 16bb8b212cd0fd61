"""GET and POST /api/logout (facts/casdoor.md 5.8)."""

from dataclasses import dataclass

from emulator.casdoor.access import caller_of
from emulator.casdoor.applications import is_allowed_redirect
from emulator.casdoor.profiles import profile_of
from emulator.casdoor.texts import text
from emulator.casdoor.token_row import TokenRow
from emulator.casdoor.tokens import end_token, find_access_token
from emulator.core.errors import ApiError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.exchange import Call
from emulator.world.world import Session, World


@dataclass(frozen=True, kw_only=True)
class LoggedOut:
    """What a logout answers: a redirect, or the envelope's `data` and `data2`; `cleared` renews the session."""

    location: str = ""
    data: Json = None
    data2: Json = None
    cleared: bool = False


def logout(world: World, call: Call, session: Session, *, hint: str, redirect_uri: str, state: str) -> LoggedOut:
    """End the token that the hint names, or else the session.

    Raises ApiError for an unknown hint, a redirect address that is not allowed, and (classic) a
    redirect address without a hint.
    """
    if hint:
        row = find_access_token(world, hint)
        if row is None:
            raise ApiError(text("no_token", call.language))
        end_token(world, row)
        return _redirected(world, call, row, redirect_uri, state, LoggedOut(cleared=True))
    profile = profile_of(world)
    if redirect_uri and not profile.logout_redirects_alone:
        raise ApiError(f"{text('missing_parameter', call.language)}: id_token_hint")
    caller = caller_of(session)
    if caller.is_nobody:
        return LoggedOut()
    row = world.state.tokens.get(session.token)
    application = world.state.applications.get(row.application, JsonObject()) if row else JsonObject()
    done = LoggedOut(data=caller.id, data2=application.text("homepageUrl") or None, cleared=True)
    return _redirected(world, call, row, redirect_uri, state, done)


def _redirected(
    world: World, call: Call, row: TokenRow | None, redirect_uri: str, state: str, otherwise: LoggedOut
) -> LoggedOut:
    if not redirect_uri:
        return otherwise
    application = world.state.applications.get(row.application, JsonObject()) if row else JsonObject()
    if not is_allowed_redirect(application, redirect_uri):
        raise ApiError(text("bad_redirect", call.language, uri=redirect_uri))
    location = f"{redirect_uri.rstrip('/')}?state={state}" if state else redirect_uri
    return LoggedOut(location=location, cleared=True)
