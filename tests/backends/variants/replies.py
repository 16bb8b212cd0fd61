"""Good backends that break one rule about statuses and bodies."""

import threading
import traceback

from flask import jsonify
from werkzeug.debug import DebuggedApplication


def _unavailable(good, answer):
    """Let `answer` say that WeChat cannot be used; the cause is written down as before."""

    def unavailable(error):
        good.unavailable(error)
        return answer(error)

    good.app.register_error_handler(good.Unavailable, unavailable)


def _outage_like_bad_code(good):
    _unavailable(good, good.refused)


def _blocked_like_bad_code(good):
    good.app.register_error_handler(good.Blocked, good.refused)


def _trace_field(good):
    """Answer a bad code as is right, with a field too many."""

    def refused(error):
        return jsonify(error="code_refused", trace=traceback.format_exception(error)), 400

    good.app.register_error_handler(good.Refused, refused)


def _debugger(good):
    """Let the debugger show what a wrong configuration raises."""

    def unavailable(error):
        if str(error).startswith("errcode 4"):
            raise RuntimeError(str(error))
        return good.unavailable(error)

    good.app.register_error_handler(good.Unavailable, unavailable)
    good.app.config["PROPAGATE_EXCEPTIONS"] = True
    good.app.wsgi_app = DebuggedApplication(good.app.wsgi_app)


def _errmsg_shown(good):
    ask, said = good.ask_wechat, threading.local()

    def listening(code):
        body = ask(code)
        said.errmsg = body.get("errmsg")
        return body

    good.ask_wechat = listening
    good.app.register_error_handler(good.Refused, lambda _: (jsonify(error="refused", message=said.errmsg), 401))


def _rid_shown(good):
    ask, said = good.ask_wechat, threading.local()

    def listening(code):
        body = ask(code)
        said.rid = body.get("errmsg", "").rpartition("rid: ")[2]
        return body

    good.ask_wechat = listening
    good.app.register_error_handler(good.Refused, lambda _: (jsonify(error="refused", support=said.rid), 401))


def _plain_text(good):
    text = {"Content-Type": "text/plain; charset=utf-8"}
    good.app.register_error_handler(good.Refused, lambda _: ("call wx.login again", 401, text))


def _bad_code_500(good):
    good.app.register_error_handler(good.Refused, lambda _: (jsonify(error="code_refused"), 500))


def _outage_200(good):
    _unavailable(good, lambda _: (jsonify(ok=False), 200))


def _empty_object_accepted(good):
    ask = good.ask_wechat
    good.ask_wechat = lambda code: ask(code) or {"openid": "undefined"}


def _token_left_behind(good):
    """Answer an empty object with 502, and with a token that is good."""
    ask = good.ask_wechat

    class Nobody(Exception):
        """WeChat answered an empty object."""

    def asking(code):
        body = ask(code)
        if not body:
            raise Nobody
        return body

    def nobody(_error):
        good.sessions["left-behind"] = "undefined", good.time.time() + 60
        return jsonify(error="nobody", token="left-behind"), 502

    good.ask_wechat = asking
    good.app.register_error_handler(Nobody, nobody)


VARIANTS = {
    "server-fault-told-apart": _outage_like_bad_code,
    "blocked-user-told": _blocked_like_bad_code,
    "no-stack-trace": _trace_field,
    "debug-mode-off": _debugger,
    "upstream-text-not-shown": _errmsg_shown,
    "upstream-text-not-shown: a rid": _rid_shown,
    "error-is-json": _plain_text,
    "client-fault-no-5xx": _bad_code_500,
    "server-fault-no-200": _outage_200,
    "no-identity-no-login": _empty_object_accepted,
    "no-identity-no-login: a token": _token_left_behind,
}
