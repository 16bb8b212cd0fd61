"""A login backend direct to WeChat as it should be: one that an audit finds nothing to say about."""

import logging
import os
import random
import re
import secrets
import threading
import time

import requests
from flask import Flask, jsonify, request
from guards import BadCodes, Breaker
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import RequestException, Timeout
from werkzeug.exceptions import HTTPException

BASE = os.environ["WECHAT_API_BASE"]
APPID = os.environ["WECHAT_APPID"]
SECRET = os.environ["WECHAT_SECRET"]
CODE = re.compile(r"[0-9A-Za-z]{32,128}")
DAYS_30 = 30 * 24 * 3600
log = logging.getLogger("login")
app = Flask(__name__)
lock = threading.Lock()
users: dict[str, dict] = {}
sessions: dict[str, tuple[str, float]] = {}
breaker = Breaker()
bad_codes = BadCodes()


class Refused(Exception):
    """The client has to call wx.login again."""


class Blocked(Exception):
    """WeChat does not let this person in."""


class Unavailable(Exception):
    """WeChat cannot be asked at present, or not with our configuration."""


class Unreached(Unavailable):
    """WeChat does not answer at all."""


class TooMany(Exception):
    """Too many bad codes came from one address."""


def ask_wechat(code):
    """Exchange a code once; only a busy WeChat is asked again."""
    fields = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    deadline = time.monotonic() + 5
    for attempt in range(3):
        try:
            reply = requests.get(f"{BASE}/sns/jscode2session", params=fields, timeout=(2, 4))
            body = reply.json() if reply.status_code == 200 else None
        except (Unreachable, Timeout) as error:
            raise Unreached(type(error).__name__) from None
        except (RequestException, ValueError) as error:
            raise Unavailable(type(error).__name__) from None
        if not isinstance(body, dict):
            raise Unavailable(f"status {reply.status_code}")
        errcode = body.get("errcode", 0)
        if errcode != -1:
            return body
        if attempt < 2 and time.monotonic() < deadline:
            time.sleep(0.2 * 2**attempt + random.random() * 0.05)
    raise Unavailable("errcode -1")


def ask_unless_down(code):
    """Exchange a code, or fail at once while WeChat is known not to answer."""
    if not breaker.lets_through():
        raise Unavailable("not asked: WeChat has not answered lately")
    try:
        body = ask_wechat(code)
    except Unreached:
        breaker.failed()
        raise
    breaker.succeeded()
    return body


def openid_of(code):
    """Return who stands behind a code."""
    return named_in(ask_unless_down(code))


def named_in(body):
    """Return whom WeChat's answer names."""
    errcode = body.get("errcode", 0)
    if errcode in (40029, 40163):
        raise Refused
    if errcode == 40226:
        raise Blocked
    openid = body.get("openid")
    if errcode != 0 or not isinstance(openid, str) or not openid:
        raise Unavailable(f"errcode {errcode}")
    return openid, body.get("unionid")


@app.post("/login")
def login():
    """Log somebody in by a code of wx.login."""
    given = request.get_json(silent=True)
    code = given.get("code") if isinstance(given, dict) else None
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return jsonify(error="bad_request", message="code is missing or is none of wx.login"), 400
    if bad_codes.are_too_many(request.remote_addr):
        raise TooMany
    openid, unionid = openid_of(code)
    with lock:
        user = users.setdefault(openid, {"id": f"u{len(users) + 1}"})
        if unionid:
            user["unionid"] = unionid
    token = secrets.token_urlsafe(32)
    sessions[token] = user["id"], time.time() + DAYS_30
    return jsonify(token=token, user_id=user["id"], openid=openid, expires_in=DAYS_30)


@app.get("/me")
def me():
    """Say who is logged in."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    found = sessions.get(token) if kind == "Bearer" else None
    if found is None or found[1] < time.time():
        return jsonify(error="unauthorized", message="log in first"), 401
    return jsonify(user_id=found[0])


@app.post("/logout")
def logout():
    """End a session."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bearer":
        sessions.pop(token, None)
    return jsonify(ok=True)


@app.errorhandler(Refused)
def refused(_error):
    """Ask for a new code."""
    bad_codes.count(request.remote_addr)
    return jsonify(error="code_refused", message="call wx.login again"), 401


@app.errorhandler(Blocked)
def blocked(_error):
    """Let somebody know that trying again does not help."""
    return jsonify(error="blocked", message="this account may not log in"), 403


@app.errorhandler(Unavailable)
def unavailable(error):
    """Ask for patience, and write the cause down."""
    log.warning("WeChat cannot be used: %s", error)
    return jsonify(error="unavailable", message="try again in a minute"), 503, {"Retry-After": "60"}


@app.errorhandler(TooMany)
def too_many(_error):
    """Ask for patience with whoever guesses codes."""
    return jsonify(error="too_many", message="too many bad codes, wait a little"), 429, {"Retry-After": "10"}


@app.errorhandler(HTTPException)
def http_error(error):
    """Answer what Flask refuses as JSON."""
    return jsonify(error=error.name, message="not here"), error.code


def serve():
    """Serve on the port that PORT names."""
    from werkzeug.serving import make_server

    make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()


if __name__ == "__main__":
    serve()
