"""Which planned faults match a call to Casdoor, by the facts of the call."""

from collections.abc import Callable

from emulator.casdoor.access import Caller, row_of
from emulator.casdoor.repositories import Providers
from emulator.casdoor.requests import ApiRequest, field_of, json_object
from emulator.casdoor.signin import find_application
from emulator.casdoor.token_repository import Tokens
from emulator.casdoor.user_repository import Users
from emulator.core.errors import ApiError, TokenError
from emulator.faults.effects import ApiFailure, Effect, TamperedToken, TokenFailure
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.wechat.login_codes import peek_persona
from emulator.wechat.personas import Personas
from emulator.world.transaction import Transaction

#: Returns a header by its name, whatever its case.
Header = Callable[[str], str | None]


def match_fault(tx: Transaction, request: ApiRequest, header: Header) -> Effect | None:
    """Return the effect of the planned faults that match this call on its reply, and leave their marks on its trace.

    Raises the errors that a fault asks for.
    """
    faults, trace = tx.get(Faults), tx.trace
    found = faults.match(trace.operation, _facts(tx, request, header), now=tx.at) if faults else None
    if found is None:
        return None
    trace.faults.extend(found.ids)
    trace.delay += found.delay
    match found.effect:
        case TokenFailure(error=error, description=description):
            raise TokenError(error, description, why=reason("fault-struck", faults=", ".join(found.ids)))
        case ApiFailure(msg=msg):
            raise ApiError(msg, why=reason("fault-struck", faults=", ".join(found.ids)))
        case TamperedToken(kind=kind):
            trace.tamper = kind
            return None
    return found.effect


def name_persona(tx: Transaction, caller: Caller) -> None:
    """Note which persona is behind the signed-in user, for the journal."""
    if tx.trace.persona or caller.is_nobody:
        return
    user = row_of(tx, caller)
    if user is not None:
        tx.trace.persona = tx.get(Personas).named_by(user.wechat) or ""


def _facts(tx: Transaction, asked: ApiRequest, header: Header) -> Callable[[str], str | None]:
    def fact(name: str) -> str | None:
        if name.startswith("header."):
            return header(name.removeprefix("header."))
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
    return tx.get(Personas).named_by(user.wechat) if user else None


def _appid(tx: Transaction, asked: ApiRequest) -> str | None:
    application = find_application(tx, _field(asked, "client_id") or "")
    for item in application.providers if application else ():
        row = tx.get(Providers).find(("admin", item.name))
        if row is not None and row.client_id:
            return row.client_id
    return None
