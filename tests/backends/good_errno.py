"""A good login backend that always answers HTTP 200 and `{errno, errmsg, data}`; it asks a busy WeChat again once."""

import logging
import os
import re
import threading
import time
import uuid

import requests
from flask import Flask, request
from werkzeug.exceptions import HTTPException

BASE, APPID, SECRET = (os.environ[f"WECHAT_{name}"] for name in ("API_BASE", "APPID", "SECRET"))
OK, NOT_LOGGED_IN, BAD_REQUEST, CODE_REFUSED, BLOCKED, SYSTEM_BUSY = 0, 501, 402, 701, 702, 502
WORDS = {NOT_LOGGED_IN: "请登录", BAD_REQUEST: "参数不对", CODE_REFUSED: "请重新登录", BLOCKED: "账号不可用"}
HOURS_2 = 2 * 3600
log = logging.getLogger("login")
app = Flask(__name__)
lock = threading.Lock()
users: dict[str, dict] = {}
sessions: dict[str, tuple[dict, float]] = {}


class Failed(Exception):
    """A request that is answered with an errno."""


def answer(errno, data=None):
    """Return the envelope."""
    return {"errno": errno, "errmsg": "成功" if errno == OK else WORDS.get(errno, "系统繁忙"), "data": data}


def ask_wechat(code):
    """Exchange a code once."""
    fields = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
    try:
        body = requests.get(f"{BASE}/sns/jscode2session", params=fields, timeout=3).json()
    except (requests.RequestException, ValueError) as error:
        log.warning("jscode2session failed: %s", type(error).__name__)
        raise Failed(SYSTEM_BUSY) from None
    return body if isinstance(body, dict) else {}


def openid_of(code):
    """Return who stands behind a code."""
    body = ask_wechat(code)
    if body.get("errcode") == -1:
        time.sleep(0.3)
        body = ask_wechat(code)
    errcode, openid = body.get("errcode") or 0, body.get("openid")
    if errcode in (40029, 40163, 41008):
        raise Failed(CODE_REFUSED)
    if errcode == 40226:
        raise Failed(BLOCKED)
    if errcode or not openid:
        log.warning("jscode2session said errcode %s", errcode)
        raise Failed(SYSTEM_BUSY)
    return openid


@app.post("/wx/auth/login")
def login():
    """Log somebody in by a code of wx.login."""
    given = request.get_json(force=True, silent=True)
    given = given if isinstance(given, dict) else {}
    code, info = given.get("code"), given.get("userInfo")
    if not isinstance(code, str) or not re.fullmatch(r"\w{20,100}", code, re.ASCII) or not isinstance(info, dict):
        raise Failed(BAD_REQUEST)
    openid = openid_of(code)
    nickname = str(info.get("nickName") or "")[:20]
    with lock:
        user = users.setdefault(openid, {"userId": 10000 + len(users)})
        user["nickName"] = f"{nickname or '微信用户'}#{user['userId']}"
    token = str(uuid.uuid4())
    sessions[token] = user, time.time() + HOURS_2
    return answer(OK, {"token": token, "expiresIn": HOURS_2, "userInfo": user})


@app.get("/wx/user/index")
def index():
    """Say who is logged in."""
    user, until = sessions.get(request.headers.get("X-Token", ""), ({}, 0))
    return answer(OK, {"userInfo": user}) if until > time.time() else answer(NOT_LOGGED_IN)


@app.post("/wx/auth/logout")
def logout():
    """End a session."""
    sessions.pop(request.headers.get("X-Token", ""), None)
    return answer(OK)


@app.errorhandler(Failed)
def failed(error):
    """Say in the envelope what went wrong."""
    return answer(error.args[0])


@app.errorhandler(HTTPException)
def not_here(error):
    """Answer what Flask refuses in the envelope as well."""
    return answer(error.code)


def serve():
    """Serve on the port that PORT names."""
    from werkzeug.serving import make_server

    make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()


if __name__ == "__main__":
    serve()
