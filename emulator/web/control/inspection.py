"""Control calls about what Casdoor has stored, and about one exchange closely."""

from flask import Response

from emulator.casdoor.token_repository import TokenRow, Tokens
from emulator.casdoor.user_repository import Users
from emulator.casdoor.views import User
from emulator.core.json_object import Json
from emulator.journal.serialize import instant
from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response, problem
from emulator.wechat.personas import Personas
from emulator.world.state import State


@bp.get("/users")
def list_users() -> Response:
    """List Casdoor's users as they stand, with the persona behind each."""
    state = control().state
    return json_response({"users": [_user(state, row) for row in state.get(Users).all()]})


@bp.get("/tokens")
def list_tokens() -> Response:
    """List Casdoor's token rows, the latest first, and whether each still opens something; never the tokens."""
    state = control().state
    rows, now = state.get(Tokens).all(), state.clock.now()
    return json_response({"tokens": [_token(row, expired=now >= row.ends_at) for row in reversed(rows)]})


@bp.get("/journal/<int:number>")
def show_exchange(number: int) -> Response:
    """Show one exchange with its tokens decoded and a curl line that repeats it, secrets included."""
    from emulator.journal.detail import detail

    journal = control().service.exchanges()
    for exchange in journal:
        if exchange.number == number:
            return json_response(detail(exchange, base=control().url))
    kept = f"{journal[0].number} to {journal[-1].number}" if journal else "none"
    return problem(404, "unknown_exchange", f"there is no exchange {number} in the journal; it holds {kept}")


@bp.get("/recording")
def show_recording() -> Response:
    """Show what happened since the reset as a scenario file, which replays it."""
    from emulator.control.recording import CannotRecord, record

    try:
        text = record(control().world)
    except CannotRecord as error:
        return problem(409, "cannot_record", str(error))
    reply = Response(text, content_type="application/yaml; charset=utf-8")
    reply.headers["Content-Disposition"] = 'inline; filename="recorded.scenario.yaml"'
    return reply


def _user(state: State, row: User) -> Json:
    return {
        "id": row.id,
        "displayName": row.display_name,
        "avatar": row.avatar,
        "wechat": row.wechat,
        "persona": state.get(Personas).named_by(row.wechat),
        "phone": row.phone,
        "email": row.email,
        "created_at": row.created_time,
        "updated_at": row.updated_time,
        "admin": row.is_admin,
        "deleted": row.is_deleted,
        "forbidden": row.is_forbidden,
    }


def _token(row: TokenRow, *, expired: bool) -> Json:
    return {
        "name": row.name,
        "user": f"{row.organization}/{row.user}",
        "application": row.application,
        "created_at": instant(row.created_at),
        "expires_at": instant(row.created_at + row.lifetime),
        "state": "ended" if row.ended else "expired" if expired else "live",
        "scope": row.scope,
    }
