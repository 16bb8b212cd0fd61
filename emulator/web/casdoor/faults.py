"""Planned faults that strike Casdoor's endpoints."""

from collections.abc import Callable

from flask import Response, g, request

from emulator.casdoor.access import caller_of, row_of
from emulator.casdoor.gojson import encode
from emulator.casdoor.requests import ApiRequest, field_of, json_object
from emulator.casdoor.signin import find_application
from emulator.casdoor.tokens import find_access_token
from emulator.casdoor.users import find_user
from emulator.core.errors import ApiError, TokenError
from emulator.faults.plan import ApiFailure, TamperedToken, TokenFailure
from emulator.faults.tamper import alter as alter_reply
from emulator.faults.tamper import render
from emulator.journal.exchange import Call, Reply
from emulator.web.casdoor import replies
from emulator.web.responses import to_response
from emulator.wechat.login_codes import peek_persona
from emulator.world.world import Session, World


def strike(world: World, call: Call, asked: ApiRequest) -> Response | None:
    """Answer with a planned fault that strikes this call, or return None and leave its marks on the call.

    Raises the errors that the fault asks for.
    """
    struck = world.strike(call.operation, _facts(world, call, asked))
    if struck is None:
        return None
    call.faults.extend(struck.ids)
    call.delay += struck.delay
    why = f"the planned fault {', '.join(struck.ids)} struck"
    match struck.effect:
        case TokenFailure(error=error, description=description):
            raise TokenError(error, description, why=why)
        case ApiFailure(msg=msg):
            raise ApiError(msg, why=why)
        case TamperedToken(kind=kind):
            call.spoil = kind
        case None:
            pass
        case effect:
            fixed = render(effect, encode, (("Content-Type", replies.JSON),))
            if fixed is not None:
                call.why = why
                return to_response(fixed)
            g.casdoor_effect = effect
    return None


def alter(call: Call, response: Response) -> Response:
    """Damage a finished reply as a planned fault asks for."""
    effect = g.pop("casdoor_effect", None)
    if effect is None:
        return response
    call.why = call.why or f"the planned fault {', '.join(call.faults)} altered the reply"
    reply = Reply(status=response.status_code, headers=tuple(response.headers), body=response.get_data())
    return to_response(alter_reply(effect, reply, encode))


def name_persona(world: World, call: Call, session: Session) -> None:
    """Note which persona is behind the signed-in user, for the journal."""
    user = row_of(world, caller_of(session))
    if user is not None and not call.persona:
        call.persona = world.persona_of(user.text("wechat")) or ""


def _facts(world: World, call: Call, asked: ApiRequest) -> Callable[[str], str | None]:
    def fact(name: str) -> str | None:
        if name.startswith("header."):
            return request.headers.get(name.removeprefix("header."))
        if name.startswith("body."):
            return _field(asked, name.removeprefix("body."))
        if name == "persona":
            return _persona(world, call, asked)
        if name == "appid":
            return _appid(world, asked)
        return _field(asked, name)

    return fact


def _field(asked: ApiRequest, name: str) -> str | None:
    if asked.value(name):
        return asked.value(name)
    body = json_object(asked.body)
    value = field_of(body, name) if body is not None else None
    return value if isinstance(value, str) else None


def _persona(world: World, call: Call, asked: ApiRequest) -> str | None:
    code = _field(asked, "code")
    if call.operation == "casdoor.login" and code:
        return peek_persona(world, call, code=code)
    row = find_access_token(world, asked.authorization.rpartition(" ")[2])
    user = find_user(world, row.organization, row.user) if row else None
    return world.persona_of(user.text("wechat")) if user else None


def _appid(world: World, asked: ApiRequest) -> str | None:
    application = find_application(world, _field(asked, "client_id") or "")
    for item in application.rows("providers") if application else ():
        row = world.state.providers.get(("admin", item.name))
        if row is not None and row.text("clientId"):
            return row.text("clientId")
    return None
