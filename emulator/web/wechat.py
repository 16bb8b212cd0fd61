"""WeChat's side of the application."""

from flask import Blueprint, Response, g, request

from emulator.web.wire import to_response
from emulator.wechat.code2session import answer

bp = Blueprint("wechat", __name__)


@bp.route("/sns/jscode2session", methods=["GET", "POST"])
def code2session() -> Response:
    """Trade a login code; parameters come from the query, then from a form, never from JSON."""
    params = {name: values[0] for name, values in request.args.lists()}
    if request.method == "POST":
        params = {name: values[0] for name, values in request.form.lists()} | params
    headers = {name.lower(): value for name, value in request.headers} if g.world.state.faults else None
    return to_response(answer(g.world, g.call, params, headers))
