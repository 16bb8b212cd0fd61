"""Control calls about personas and who is signed in."""

from typing import TYPE_CHECKING

from flask import Response, request

from emulator.core.json_object import Json
from emulator.journal.serialize import instant
from emulator.scenario.model import Persona
from emulator.web.control import fields
from emulator.web.control.blueprint import bp, control
from emulator.web.responses import json_response, problem
from emulator.wechat.personas import Personas

if TYPE_CHECKING:
    from emulator.wechat.one_time_codes import OneTimeCode


@bp.get("/signed-in")
def show_signed_in() -> Response:
    """Show who stands behind unknown codes, and who could."""
    people = control().world.state.get(Personas)
    return json_response({"persona": people.signed_in, "personas": people.names()})


@bp.put("/signed-in")
def sign_in() -> Response:
    """Choose who stands behind unknown codes."""
    known = tuple(control().state.get(Personas).names())
    persona = fields.choice(fields.read("persona"), "persona", known, required=True)
    control().service.sign_in(persona or "")
    return show_signed_in()


@bp.get("/personas")
def list_personas() -> Response:
    """List the people of this world with their code, their ids and their invented profile."""
    from emulator.wechat.people import describe

    state = control().state
    avatars = f"{request.host_url}{request.script_root.lstrip('/')}".rstrip("/") + f"{bp.url_prefix}/avatars"
    names = state.get(Personas).names()
    return json_response({"personas": [describe(state, name) | {"avatar": f"{avatars}/{name}.svg"} for name in names]})


@bp.put("/personas/<name>")
def put_persona(name: str) -> Response:
    """Add a person, or change the one of that name; a reset brings the scenario's people back."""
    from emulator.wechat.people import describe

    given = fields.read("openid", "unionid", "nickname", "phone", "city")
    unbound = "unionid" in given and given["unionid"] is None
    person = Persona(
        name=name,
        openid=fields.text(given, "openid") or None,
        unionid=fields.text(given, "unionid") or None,
        has_unionid=not unbound,
        nickname=fields.text(given, "nickname") or None,
        phone=fields.text(given, "phone") or None,
        city=fields.text(given, "city") or None,
    )
    new = control().service.put_persona(person)
    return json_response(describe(control().state, name), 201 if new else 200)


@bp.get("/avatars/<name>.svg")
def show_avatar(name: str) -> Response:
    """Draw a persona's picture."""
    from emulator.wechat.people import draw_avatar

    people = control().state.get(Personas)
    if name not in people:
        # Pictures are everybody's, names are not: this call asks for no token.
        return problem(404, "unknown_persona", f"there is no persona {name!r}; GET personas lists them")
    return Response(draw_avatar(control().state, name), content_type="image/svg+xml; charset=utf-8")


@bp.post("/login-codes")
def play_wx_login() -> Response:
    """Play wx.login: give out a code for a persona (default: the one signed in) and a mini program (the first)."""
    return _shown(control().service.issue_login_code(**_wanted()))


@bp.post("/phone-codes")
def play_get_phone_number() -> Response:
    """Play the getPhoneNumber button: give out a phone code, for the same people and mini programs as wx.login."""
    return _shown(control().service.issue_phone_code(**_wanted()))


@bp.post("/user-info")
def play_user_info() -> Response:
    """Play wx.getUserInfo, getUserProfile or getPhoneNumber: hand out what their session_key encrypts and signs."""
    from emulator.wechat.user_info import KINDS

    given = fields.read("persona", "appid", "kind", "avatar")
    info = control().service.hand_out_user_info(
        persona=fields.text(given, "persona") or control().signed_in,
        appid=fields.text(given, "appid"),
        kind=fields.choice(given, "kind", KINDS) or KINDS[0],
        avatar=fields.text(given, "avatar") or f"{control().url}{bp.url_prefix}/assets/anonymous.svg",
    )
    shown: dict[str, Json] = {"kind": info.kind, "persona": info.persona, "appid": info.appid}
    signed: dict[str, Json] = {"rawData": info.raw_data, "signature": info.signature} if info.raw_data else {}
    return json_response(shown | signed | {"encryptedData": info.encrypted_data, "iv": info.iv})


def _wanted() -> dict[str, str]:
    """Return for whom the body wants a code."""
    given = fields.read("persona", "appid")
    persona = fields.text(given, "persona") or control().signed_in
    return {"persona": persona, "appid": fields.text(given, "appid")}


def _shown(code: "OneTimeCode") -> Response:
    """Show a code that was given out."""
    given = {"code": code.code, "persona": code.persona, "appid": code.appid}
    return json_response(given | {"expires_at": instant(code.expires_at)})
