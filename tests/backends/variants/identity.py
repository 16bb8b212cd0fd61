"""Good backends that break one rule about who somebody is."""

import contextlib
import itertools
import time

import requests
from flask import request

#: The second mini program of an audit's world, which this backend knows by mistake.
OTHER_APP = {"appid": "wx0a0d17f0e1600000", "secret": "f0" * 16}


def _said(name):
    return str((request.get_json(silent=True) or {}).get(name))


def _keyed_by(good, key):
    find = good.openid_of

    def found(code):
        openid, unionid = find(code)
        return key(openid, unionid), unionid

    good.openid_of = found


def _by_nickname(good):
    _keyed_by(good, lambda openid, _unionid: openid + _said("nickname"))


def _by_avatar(good):
    _keyed_by(good, lambda _openid, _unionid: _said("avatar"))


def _unionid_first(good):
    _keyed_by(good, lambda openid, unionid: unionid or openid)


def _unionid_needed(good):
    """Catch the missing key, and answer 503."""

    def key(openid, unionid):
        if not unionid:
            raise good.Unavailable("no unionid")
        return openid

    _keyed_by(good, key)


def _other_app_tried(good):
    """Try the secret of another mini program when the own one does not fit."""
    ask = good.ask_wechat

    def asking(code):
        body = ask(code)
        if body.get("errcode") != 40029:
            return body
        fields = OTHER_APP | {"js_code": code, "grant_type": "authorization_code"}
        return requests.get(f"{good.BASE}/sns/jscode2session", params=fields, timeout=4).json()

    good.ask_wechat = asking


def _look_then_insert(good):
    """Look a person up, then insert it, without a lock or an index; the pause makes every race a lost one."""
    numbers = itertools.count(1)

    class Table(dict):
        def setdefault(self, openid, _user):
            if openid in self:
                return self[openid]
            time.sleep(0.5)
            self[openid] = {"id": f"u{next(numbers)}"}
            return self[openid]

    good.users = Table()
    good.lock = contextlib.nullcontext()


def _openid_as_token(good):
    class Sessions(dict):
        def get(self, token):
            user = good.users.get(token)
            return (user["id"], float("inf")) if user else super().get(token)

    good.sessions = Sessions()


def _openid_as_code(good):
    """Take an `openid` in the body for a login."""
    app = good.app
    login = app.view_functions["login"]

    def lenient():
        openid = (request.get_json(silent=True) or {}).get("openid")
        if openid not in good.users:
            return login()
        good.sessions[token := good.secrets.token_urlsafe(32)] = good.users[openid]["id"], time.time() + 60
        return {"token": token, "user_id": good.users[openid]["id"], "openid": openid}

    app.view_functions["login"] = lenient


VARIANTS = {
    "same-person-same-account": _by_nickname,
    "two-people-two-accounts": _by_avatar,
    "unionid-optional": _unionid_needed,
    "unionid-optional: keyed by it": _unionid_first,
    "foreign-app-refused": _other_app_tried,
    "no-account-twice": _look_then_insert,
    "openid-no-credential": _openid_as_token,
    "openid-no-credential: for the code": _openid_as_code,
}
