"""WeChat's side of the application."""

from collections.abc import Mapping

from flask import Blueprint, Response, g

from emulator.web.lifecycle import here
from emulator.web.responses import to_response
from emulator.wechat.code2session import answer

bp = Blueprint("wechat", __name__)


@bp.route("/sns/jscode2session", methods=["GET", "POST"])
def code2session() -> Response:
    """Trade a login code; parameters come from the query, then from a form, never from JSON."""
    asked, world = here(), g.world
    params: Mapping[str, str] = asked.args  # reads the first of repeated names, as a copy would, for less
    if asked.method == "POST":
        params = asked.form.to_dict() | asked.args.to_dict()
    headers = {name.lower(): value for name, value in asked.headers} if world.state.faults else None
    return to_response(answer(world, g.call, params, headers))
