"""WeChat's side of the application."""

from flask import Blueprint, Response, g

from emulator.web.frame import here
from emulator.web.wire import to_response
from emulator.wechat.code2session import answer

bp = Blueprint("wechat", __name__)


@bp.route("/sns/jscode2session", methods=["GET", "POST"])
def code2session() -> Response:
    """Trade a login code; parameters come from the query, then from a form, never from JSON."""
    asked, world = here(), g.world
    params = {name: values[0] for name, values in asked.args.lists()}
    if asked.method == "POST":
        params = {name: values[0] for name, values in asked.form.lists()} | params
    headers = {name.lower(): value for name, value in asked.headers} if world.state.faults else None
    return to_response(answer(world, g.call, params, headers))
