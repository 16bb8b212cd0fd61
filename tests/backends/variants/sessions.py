"""Good backends that break one rule about sessions."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from types import SimpleNamespace

from flask import g, request


def _tokens(good, make):
    good.secrets = SimpleNamespace(token_urlsafe=lambda _size: make())


def _openid_kept(good):
    find = good.openid_of

    def found(code):
        g.openid, unionid = find(code)
        return g.openid, unionid

    good.openid_of = found


def _hashed_openid(good):
    _openid_kept(good)
    _tokens(good, lambda: hashlib.md5(g.openid.encode(), usedforsecurity=False).hexdigest())


def _counted(good):
    numbers = itertools.count(1)
    _tokens(good, lambda: f"{next(numbers):040d}")


def _openid_and_time(good):
    _openid_kept(good)
    _tokens(good, lambda: f"{g.openid}-{int(time.time() * 1000)}")


def _short(good):
    real = good.secrets
    _tokens(good, lambda: real.token_hex(6))


def _jwt(good, key, algorithm):
    """Give out JWTs, and look them up as if they were opaque."""
    numbers = itertools.count(1)

    def make():
        parts = {"alg": algorithm, "typ": "JWT"}, {"sub": f"u{next(numbers)}", "exp": int(time.time()) + 3600}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_encoded(hmac.digest(key, signed.encode(), 'sha256')) if algorithm != 'none' else ''}"

    _tokens(good, make)


def _encoded(value):
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _weak_key(good):
    _jwt(good, b"secret", "HS256")


def _unsigned(good):
    _jwt(good, b"", "none")


def _adopted(good):
    """Keep the token that the client presents at login."""
    real = good.secrets

    def make():
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return presented or real.token_urlsafe(32)

    _tokens(good, make)


def _undefined_accepted(good):
    class Sessions(dict):
        def get(self, token):
            return ("u1", float("inf")) if token == "undefined" else super().get(token)

    good.sessions = Sessions()


def _lasting(good):
    good.DAYS_30 = 400 * 24 * 3600


def _logout_ignored(good):
    good.app.view_functions["logout"] = lambda: {"ok": True}


VARIANTS = {
    "session-token-unpredictable": _hashed_openid,
    "session-token-unpredictable: counted": _counted,
    "session-token-unpredictable: openid and time": _openid_and_time,
    "session-token-unpredictable: short": _short,
    "session-token-unpredictable: weak key": _weak_key,
    "session-token-unpredictable: unsigned": _unsigned,
    "session-new-at-login": _adopted,
    "bad-session-refused": _undefined_accepted,
    "session-ends": _lasting,
    "logout-ends-session": _logout_ignored,
}
