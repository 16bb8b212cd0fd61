"""The control API: how tests and tools steer a world, as JSON under `/_emulator/`. Source: design.md 8."""

from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import islice

from flask import Blueprint, Response, current_app, g, request

from emulator import __version__
from emulator.durations import parse_duration
from emulator.entries import entry, instant, status_of
from emulator.exchange import Exchange
from emulator.web import fields
from emulator.web.fields import BadRequest
from emulator.web.frame import frame_of
from emulator.web.guard import refusal
from emulator.web.wire import json_response, problem
from emulator.world import World

bp = Blueprint("control", __name__, url_prefix="/_emulator")

#: Where a world's calendar ends; beyond it tokens would expire after the year 9999.
LAST_YEAR = 9000


@bp.before_request
def _guard() -> Response | None:
    frame = frame_of(current_app)
    mutating = request.method not in ("GET", "HEAD", "OPTIONS")
    why = refusal(request.headers, mutating=mutating, loopback=frame.loopback, token=frame.token)
    return problem(403, "forbidden", why) if why else None


@bp.errorhandler(BadRequest)
def _bad_request(error: BadRequest) -> Response:
    return problem(400, "bad_request", str(error))


@bp.get("/health")
def health() -> Response:
    """Tell that the server lives, and which world this is."""
    return json_response({"status": "ok", "version": __version__, **_world_shown(g.world)})


@bp.post("/reset")
def reset() -> Response:
    """Go back to the scenario."""
    fields.read()
    g.world.reset()
    return json_response({"status": "ok", **_world_shown(g.world)})


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
    return json_response(
        {
            "code": code.code,
            "persona": code.persona,
            "appid": code.appid,
            "expires_at": instant(code.issued_at + LIFETIME),
        }
    )


@bp.get("/clock")
def show_clock() -> Response:
    """Show the world's time, and whether it stands still."""
    return json_response(_clock_shown(g.world))


@bp.put("/clock")
def set_clock() -> Response:
    """Move the clock to an instant, stop it, or let it run."""
    given = fields.read("at", "mode")
    if not given:
        raise BadRequest("give 'at', 'mode' or both")
    at = fields.instant(given, "at")
    mode = fields.choice(given, "mode", ("frozen", "running"))
    world: World = g.world
    with world.lock, fields.refusing():
        clock = world.state.clock
        clock.set(_within_calendar(at or clock.now()), frozen=None if mode is None else mode == "frozen")
    return json_response(_clock_shown(world))


@bp.post("/clock/advance")
def advance_clock() -> Response:
    """Move the clock forward by a duration."""
    given = fields.read("by")
    world: World = g.world
    with world.lock, fields.refusing():
        by = parse_duration(fields.text(given, "by", required=True))
        _within_calendar(world.now(), by)
        world.state.clock.advance(by)
    return json_response(_clock_shown(world))


@bp.get("/journal")
def show_journal() -> Response:
    """List exchanges, oldest first: with `after` the first `limit` behind that number, else the last `limit`."""
    asked = fields.query("operation", "after", "persona", "status", "limit")
    after, limit = fields.number(asked, "after"), fields.number(asked, "limit")
    status = fields.number(asked, "status")
    world: World = g.world
    with world.lock:
        journal, last = list(world.state.journal), world.state.journal.next_number - 1
    found = [
        one
        for one in journal
        if (after is None or one.number > after)
        and (status is None or status_of(one.reply) == status)
        and _concerns(one, operation=asked.get("operation"), persona=asked.get("persona"))
    ]
    if limit is not None:
        found = list(islice(found, limit)) if after is not None else found[max(len(found) - limit, 0) :]
    return json_response({"exchanges": [entry(one) for one in found], "last": last})


@bp.delete("/journal")
def clear_journal() -> Response:
    """Forget every exchange; numbers go on."""
    world: World = g.world
    with world.lock:
        cleared = len(world.state.journal)
        world.state.journal.clear()
    return json_response({"cleared": cleared})


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


@bp.get("/avatars/<name>.svg")
def show_avatar(name: str) -> Response:
    """Draw a persona's picture."""
    from emulator.wechat.people import draw_avatar

    if name not in g.world.personas:
        known = ", ".join(g.world.personas)
        return problem(404, "unknown_persona", f"there is no persona {name!r}; there are: {known}")
    return Response(draw_avatar(g.world, name), content_type="image/svg+xml; charset=utf-8")


@bp.get("/profile")
def show_profile() -> Response:
    """Tell which Casdoor is played, and which could be."""
    from emulator.casdoor.profiles import PROFILES

    return json_response({"profile": g.world.profile, "profiles": list(PROFILES)})


@bp.put("/profile")
def switch_profile() -> Response:
    """Play another Casdoor from the next request on; users and tokens stay."""
    from emulator.casdoor.profiles import PROFILES

    world: World = g.world
    profile = fields.choice(fields.read("profile"), "profile", tuple(PROFILES), required=True)
    with world.lock:
        world.profile = profile or world.profile
    return show_profile()


@bp.get("/notes")
def list_notes() -> Response:
    """List every place where production differs."""
    from emulator.notes import catalogue

    return json_response({"notes": [vars(note) for note in catalogue().values()]})


@bp.get("/schema.json")
def show_schema() -> Response:
    """Show the JSON Schema of scenario files."""
    from emulator.scenario import schema

    return json_response(schema())


@bp.route("/", defaults={"rest": ""}, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@bp.route("/<path:rest>", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def unknown(rest: str) -> Response:
    """Answer what no other call does, by telling which calls there are."""
    calls = _calls()
    path = f"{bp.url_prefix}/{rest.rstrip('/')}"
    allowed = sorted(method for method, known in calls if known == path)
    if not allowed:
        listed = [f"{method} {known}" for method, known in calls]
        return problem(404, "not_found", f"there is no control call {path!r}", calls=listed)
    refused = problem(405, "method_not_allowed", f"{path} takes {' and '.join(allowed)}, not {request.method}")
    refused.headers["Allow"] = ", ".join(allowed)
    return refused


def _calls() -> list[tuple[str, str]]:
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith("control.")]
    named = [rule for rule in rules if rule.endpoint != "control.unknown"]
    methods = ("GET", "POST", "PUT", "DELETE")
    return sorted(
        ((method, rule.rule) for rule in named for method in methods if method in (rule.methods or ())),
        key=lambda call: (call[1], call[0]),
    )


def _world_shown(world: World) -> dict[str, str]:
    return {
        "world": world.name,
        "profile": world.profile,
        "scenario": world.scenario.name,
        "now": instant(world.now()),
    }


def _clock_shown(world: World) -> dict[str, str]:
    with world.lock:
        clock = world.state.clock
        return {"now": instant(clock.now()), "mode": "frozen" if clock.frozen else "running"}


def _within_calendar(at: datetime, by: timedelta = timedelta(0)) -> datetime:
    if at.year > LAST_YEAR or by > datetime(LAST_YEAR, 12, 31, tzinfo=at.tzinfo) - at:
        raise ValueError(f"the clock ends with the year {LAST_YEAR}")
    return at


def _concerns(exchange: Exchange, *, operation: str | None, persona: str | None) -> bool:
    if persona is not None and exchange.persona != persona:
        return False
    return operation is None or fnmatchcase(exchange.operation, operation)
