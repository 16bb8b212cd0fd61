"""Good backends that let one secret out."""

from urllib.parse import urlencode

import requests
from flask import g, jsonify, session


def _called_url_shown(good):
    """Answer an outage as is right, with the called URL as a detail."""
    called = f"{good.BASE}/sns/jscode2session?" + urlencode({"appid": good.APPID, "secret": good.SECRET})
    good.app.register_error_handler(good.Unavailable, lambda _: (jsonify(error="unavailable", detail=called), 503))


def _adding(good, more):
    """Add fields to the reply of a login."""
    login, ask = good.app.view_functions["login"], good.ask_wechat

    def asking(code):
        g.body = ask(code)
        return g.body

    def answering():
        reply = login()
        return jsonify(reply.get_json() | more()) if not isinstance(reply, tuple) else reply

    good.ask_wechat = asking
    good.app.view_functions["login"] = answering


def _body_passed_on(good):
    _adding(good, lambda: g.body)


def _token_passed_on(good):
    def more():
        fields = {"appid": good.APPID, "secret": good.SECRET, "grant_type": "client_credential"}
        reply = requests.get(f"{good.BASE}/cgi-bin/token", params=fields, timeout=4)
        return {"wechat": reply.json()["access_token"]}

    _adding(good, more)


def _in_a_cookie(good):
    """Keep the session_key in Flask's session, which is signed and not encrypted."""
    good.app.secret_key = "only the server knows this text, which is long"

    def more():
        session["key"] = g.body["session_key"]
        return {}

    _adding(good, more)


VARIANTS = {
    "appsecret-not-sent": _called_url_shown,
    "session-key-not-sent": _body_passed_on,
    "session-key-not-sent: in a cookie": _in_a_cookie,
    "wechat-token-not-sent": _token_passed_on,
}
