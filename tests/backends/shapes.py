"""A login backend that answers in the shape that its first argument names: token, envelope or cookie."""

import os
import secrets
import sys

import requests
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

SHAPE = sys.argv[1]
app = Flask(__name__)
sessions = {}


def exchange(code):
    """Return an openid, else the kind of a refusal."""
    fields = {"appid": os.environ["WECHAT_APPID"], "secret": os.environ["WECHAT_SECRET"], "js_code": code}
    try:
        url = f"{os.environ['WECHAT_API_BASE']}/sns/jscode2session"
        found = requests.get(url, params=fields | {"grant_type": "authorization_code"}, timeout=3).json()
    except (OSError, ValueError):
        return None, "unavailable"
    if found.get("openid"):
        return found["openid"], ""
    return None, "refused" if found.get("errcode") in (40029, 40163, 40226) else "unavailable"


def answer(data, wrong=""):
    if SHAPE == "envelope":
        code = {"": 0, "refused": 40001, "unavailable": 50001}[wrong]
        return jsonify(code=code, message=wrong, data=data)
    return jsonify(data), {"": 200, "refused": 401, "unavailable": 503}[wrong]


@app.post("/login")
def login():
    openid, wrong = exchange((request.get_json(silent=True) or {}).get("code"))
    if wrong:
        return answer({}, wrong)
    token = secrets.token_urlsafe(32)
    sessions[token] = openid
    if SHAPE != "cookie":
        return answer({"token": token})
    reply = app.make_response(answer({"ok": True}))
    reply.set_cookie("theme", "dark")
    reply.set_cookie("session_id", token, max_age=3600, httponly=True)
    return reply


@app.get("/me")
def me():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.cookies.get("session_id")
    return answer({}, "" if token in sessions else "refused")


make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()
