"""Planned faults that match Casdoor's endpoints."""

from collections.abc import Callable
from dataclasses import replace

from emulator.casdoor.access import row_of
from emulator.casdoor.gojson import encode
from emulator.casdoor.repositories import Providers
from emulator.casdoor.requests import ApiRequest, field_of, json_object
from emulator.casdoor.signin import find_application
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.user_repository import Users
from emulator.core.errors import ApiError, TokenError
from emulator.core.reply import Reply
from emulator.faults.effects import ApiFailure, TamperedToken, TokenFailure
from emulator.faults.plan import Faults
from emulator.faults.tamper import alter as alter_reply
from emulator.faults.tamper import render
from emulator.web.casdoor import replies
from emulator.web.casdoor.context import CasdoorContext
from emulator.wechat.login_codes import peek_persona
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction


def match(context: CasdoorContext) -> Reply | None:
    """Answer with a planned fault that matches this call, or return None and leave its marks on the call.

    Raises the errors that the fault asks for.
    """
    tx, faults = context.tx, context.tx.get(Faults)
    found = faults.match(tx.trace.operation, _facts(context), now=tx.at) if faults else None
    if found is None:
        return None
    tx.trace.faults.extend(found.ids)
    tx.trace.delay += found.delay
    why = f"the planned fault {', '.join(found.ids)} struck"
    match found.effect:
        case TokenFailure(error=error, description=description):
            raise TokenError(error, description, why=why)
        case ApiFailure(msg=msg):
            raise ApiError(msg, why=why)
        case TamperedToken(kind=kind):
            tx.trace.tamper = kind
        case None:
            pass
        case effect:
            fixed = render(effect, encode, (("Content-Type", replies.JSON),))
            if fixed is not None:
                tx.trace.why = why
                return fixed
            context.effect = effect
    return None


def alter(context: CasdoorContext, reply: Reply) -> Reply:
    """Damage a finished reply as a planned fault asks for."""
    if context.effect is None:
        return reply
    trace = context.tx.trace
    trace.why = trace.why or f"the planned fault {', '.join(trace.faults)} altered the reply"
    return replace(alter_reply(context.effect, reply, encode), status=reply.status)


def name_persona(context: CasdoorContext) -> None:
    """Note which persona is behind the signed-in user, for the journal."""
    tx = context.tx
    if tx.trace.persona or not context.session.subject:
        return
    user = row_of(tx, context.caller)
    if user is not None:
        tx.trace.persona = tx.get(Personas).named_by(user.text("wechat")) or ""


def _facts(context: CasdoorContext) -> Callable[[str], str | None]:
    tx, asked = context.tx, context.request

    def fact(name: str) -> str | None:
        if name.startswith("header."):
            return context.http.headers.get(name.removeprefix("header."))
        if name.startswith("body."):
            return _field(asked, name.removeprefix("body."))
        if name == "persona":
            return _persona(tx, asked)
        if name == "appid":
            return _appid(tx, asked)
        return _field(asked, name)

    return fact


def _field(asked: ApiRequest, name: str) -> str | None:
    if asked.value(name):
        return asked.value(name)
    body = json_object(asked.body)
    value = field_of(body, name) if body is not None else None
    return value if isinstance(value, str) else None


def _persona(tx: Transaction, asked: ApiRequest) -> str | None:
    code = _field(asked, "code")
    if tx.trace.operation == "casdoor.login" and code:
        return peek_persona(tx, code=code)
    row = tx.get(Tokens).find_access(asked.authorization.rpartition(" ")[2])
    user = tx.get(Users).find((row.organization, row.user)) if row else None
    return tx.get(Personas).named_by(user.text("wechat")) if user else None


def _appid(tx: Transaction, asked: ApiRequest) -> str | None:
    application = find_application(tx, _field(asked, "client_id") or "")
    for item in application.rows("providers") if application else ():
        row = tx.get(Providers).find(("admin", item.name))
        if row is not None and row.text("clientId"):
            return row.text("clientId")
    return None
