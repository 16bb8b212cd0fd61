"""Control calls about personas and who is signed in."""

from flask import Response, g, request

from emulator.journal.serialize import instant
from emulator.scenario.model import Persona
from emulator.web.control import fields
from emulator.web.control.blueprint import bp
from emulator.web.control.fields import BadRequest
from emulator.web.responses import json_response, problem
from emulator.world.world import World

#: How many people a world may hold.
MAX_PERSONAS = 1000


@bp.get("/signed-in")
def show_signed_in() -> Response:
    """Tell who stands behind unknown codes, and who could."""
    return json_response({"persona": g.world.state.signed_in, "personas": list(g.world.personas)})


@bp.put("/signed-in")
def sign_in() -> Response:
    """Choose who stands behind unknown codes."""
    world: World = g.world
    persona = fields.choice(fields.read("persona"), "persona", tuple(world.personas), required=True)
    with world.lock:
        world.state.signed_in = persona or ""
    return show_signed_in()


@bp.get("/personas")
def list_personas() -> Response:
    """List the people of this world with their code, their ids and their invented profile."""
    from emulator.wechat.people import describe

    avatars = f"{request.host_url}{request.script_root.lstrip('/')}".rstrip("/") + f"{bp.url_prefix}/avatars"
    people = [describe(g.world, name) | {"avatar": f"{avatars}/{name}.svg"} for name in g.world.personas]
    return json_response({"personas": people})


@bp.put("/personas/<name>")
def put_persona(name: str) -> Response:
    """Add a person, or change the one of that name; a reset brings the scenario's people back."""
    given = fields.read("openid", "unionid", "nickname", "phone", "city")
    unbound = "unionid" in given and given["unionid"] is None
    world: World = g.world
    if len(world.personas) >= MAX_PERSONAS and name not in world.personas:
        raise BadRequest(f"a world holds {MAX_PERSONAS} personas at most")
    person = Persona(
        name=name,
        openid=fields.text(given, "openid") or None,
        unionid=fields.text(given, "unionid") or None,
        has_unionid=not unbound,
        nickname=fields.text(given, "nickname") or None,
        phone=fields.text(given, "phone") or None,
        city=fields.text(given, "city") or None,
    )
    new = world.add_persona(person)
    from emulator.wechat.people import describe

    return json_response(describe(world, name), 201 if new else 200)


@bp.get("/avatars/<name>.svg")
def show_avatar(name: str) -> Response:
    """Draw a persona's picture."""
    from emulator.wechat.people import draw_avatar

    if name not in g.world.personas:
        known = ", ".join(g.world.personas)
        return problem(404, "unknown_persona", f"there is no persona {name!r}; there are: {known}")
    return Response(draw_avatar(g.world, name), content_type="image/svg+xml; charset=utf-8")


@bp.post("/login-codes")
def play_wx_login() -> Response:
    """Play wx.login: give out a code for a persona (default: the one signed in) and a mini program (the first)."""
    from emulator.wechat.login_codes import LIFETIME, issue_code

    given = fields.read("persona", "appid")
    world: World = g.world
    persona = fields.text(given, "persona") or g.call.signed_in or world.state.signed_in
    appid = fields.text(given, "appid") or next(iter(world.miniprograms), "")
    with fields.refusing():
        code = issue_code(world, persona=persona, appid=appid)
        world.did("a login code was given out", {"wx.login": {"as": code.persona, "appid": code.appid}}, code=code.code)
    return json_response(
        {
            "code": code.code,
            "persona": code.persona,
            "appid": code.appid,
            "expires_at": instant(code.issued_at + LIFETIME),
        }
    )
