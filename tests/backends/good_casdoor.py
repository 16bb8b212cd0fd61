"""A login backend through Casdoor as it should be: one that an audit finds nothing to say about.

`SESSION=casdoor` hands out Casdoor's access token instead of a session token of its own.
"""

import logging
import os
import re
import secrets
import threading
import time

import jwt
import requests
from flask import Flask, jsonify, request
from guards import BadCodes, Breaker
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import RequestException, Timeout
from werkzeug.exceptions import HTTPException

ENDPOINT = os.environ["CASDOOR_ENDPOINT"].rstrip("/")
CLIENT_ID = os.environ["CASDOOR_CLIENT_ID"]
CLIENT_SECRET = os.environ["CASDOOR_CLIENT_SECRET"]
OWN_SESSIONS = os.environ.get("SESSION", "own") == "own"
CODE = re.compile(r"[0-9A-Za-z]{32,128}")
DAYS_7 = 7 * 24 * 3600
#: What Casdoor's texts mean; the errcode of WeChat is lost on the way.
BAD_CODE = ("invalid code", "code been used")
BLOCKED = ("code blocked", "does not allow to sign up", "forbidden to sign in")
BUSY = "system error"
log = logging.getLogger("login")
app = Flask(__name__)
lock = threading.Lock()
keys: dict[str, jwt.PyJWK] = {}
sessions: dict[str, tuple[str, float]] = {}
breaker = Breaker()
bad_codes = BadCodes()


class Refused(Exception):
    """The client has to call wx.login again."""


class Blocked(Exception):
    """This person may not log in."""


class LoggedOut(Exception):
    """The session is over, or never was one."""


class Unavailable(Exception):
    """Casdoor or WeChat cannot be asked at present, or not with our configuration."""


class Unreached(Unavailable):
    """Casdoor does not answer at all."""


class TooMany(Exception):
    """Too many bad codes came from one address."""


def post_code(code):
    """Send a code to Casdoor once; return the status and what it answered."""
    fields = {
        "tag": "wechat_miniprogram",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": code,
    }
    try:
        reply = requests.post(f"{ENDPOINT}/api/login/oauth/access_token", data=fields, timeout=(2, 4))
        return reply.status_code, reply.json() if reply.status_code < 500 else {}
    except (Unreachable, Timeout) as error:
        raise Unreached(type(error).__name__) from None
    except (RequestException, ValueError) as error:
        raise Unavailable(type(error).__name__) from None


def ask_casdoor(code):
    """Return what Casdoor answers to a code; only a busy WeChat and a broken Casdoor are asked once more."""
    status, body = post_code(code)
    if status >= 500 or BUSY in denial_of(body):
        time.sleep(0.3)
        status, body = post_code(code)
    if status >= 500 or not isinstance(body, dict):
        raise Unavailable(f"status {status}")
    return body


def ask_unless_down(code):
    """Return what Casdoor answers to a code, or fail at once while it is known not to answer."""
    if not breaker.lets_through():
        raise Unavailable("not asked: Casdoor has not answered lately")
    try:
        body = ask_casdoor(code)
    except Unreached:
        breaker.failed()
        raise
    breaker.succeeded()
    return body


def denial_of(body):
    """Return why Casdoor refused, in its own words; empty when it did not."""
    if not isinstance(body, dict):
        return ""
    if body.get("status") == "error":
        return str(body.get("msg") or "status error")
    return f"{body['error']}: {body.get('error_description', '')}" if body.get("error") else ""


def token_of(body):
    """Return the access token in an answer of Casdoor, whichever version wrote it."""
    why = denial_of(body)
    if any(text in why for text in BAD_CODE):
        raise Refused
    if any(text in why for text in BLOCKED):
        raise Blocked
    token = body.get("access_token") or body.get("accessToken")
    if why or not isinstance(token, str) or not token:
        raise Unavailable(re.sub(r'"http[^"]*"', "(address)", why) or "no token")
    return token


def key_of(kid):
    """Return the key that Casdoor signs with under a name."""
    if kid not in keys:
        try:
            reply = requests.get(f"{ENDPOINT}/.well-known/jwks", timeout=(2, 3))
            found = jwt.PyJWKSet.from_dict(reply.json())
        except (RequestException, ValueError, jwt.PyJWTError) as error:
            raise Unavailable(type(error).__name__) from None
        keys.update({one.key_id: one for one in found.keys})
    return keys.get(kid)


def claims_of(token):
    """Return the claims of a token that Casdoor signed for us; raises LoggedOut for every other."""
    try:
        key = key_of(jwt.get_unverified_header(token).get("kid"))
        if key is None:
            raise LoggedOut
        needed = {"require": ["exp", "iss", "aud", "sub"]}
        return jwt.decode(token, key, algorithms=["RS256"], audience=CLIENT_ID, issuer=ENDPOINT, options=needed)
    except jwt.PyJWTError:
        raise LoggedOut from None


def get_account(token):
    """Return Casdoor's answer to whom a token belongs."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        reply = requests.get(f"{ENDPOINT}/api/get-account", headers=headers, timeout=(2, 3))
        body = reply.json()
    except (RequestException, ValueError) as error:
        raise Unavailable(type(error).__name__) from None
    if not isinstance(body, dict):
        raise Unavailable(f"status {reply.status_code}")
    return body


def account_of(token):
    """Return the account behind a token; raises LoggedOut and Blocked as Casdoor's words ask for."""
    body = get_account(token)
    why = denial_of(body)
    if any(text in why for text in BLOCKED):
        raise Blocked
    if "ccess token" in why:
        raise LoggedOut
    account = body.get("data")
    if why or not isinstance(account, dict):
        raise Unavailable(why or "no account")
    return account


def user_of(token):
    """Return the id of the user whom a fresh token names, who must have a WeChat account."""
    try:
        claims, account = claims_of(token), account_of(token)
    except LoggedOut:
        raise Unavailable("a fresh token is not valid") from None
    if not account.get("wechat") or account.get("id") != claims["sub"]:
        raise Unavailable("the account has no WeChat account")
    return account["id"]


def start_session(user, token):
    """Return what the client keeps."""
    if not OWN_SESSIONS:
        return token
    own = secrets.token_urlsafe(32)
    sessions[own] = user, time.time() + DAYS_7
    return own


def session_user(token):
    """Return who is logged in with a token; raises LoggedOut."""
    if not OWN_SESSIONS:
        claims_of(token)
        return account_of(token)["id"]
    found = sessions.get(token)
    if found is None or found[1] < time.time():
        raise LoggedOut
    return found[0]


@app.post("/login")
def login():
    """Log somebody in by a code of wx.login."""
    given = request.get_json(silent=True)
    code = given.get("code") if isinstance(given, dict) else None
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return jsonify(error="bad_request", message="code is missing or is none of wx.login"), 400
    if bad_codes.are_too_many(request.remote_addr):
        raise TooMany
    token = token_of(ask_unless_down(code))
    user = user_of(token)
    return jsonify(token=start_session(user, token), user_id=user, expires_in=DAYS_7)


@app.get("/me")
def me():
    """Say who is logged in."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer":
        raise LoggedOut
    return jsonify(user_id=session_user(token))


@app.errorhandler(Refused)
def refused(_error):
    """Ask for a new code."""
    bad_codes.count(request.remote_addr)
    return jsonify(error="code_refused", message="call wx.login again"), 401


@app.errorhandler(LoggedOut)
def logged_out(_error):
    """Ask for a login."""
    return jsonify(error="unauthorized", message="log in first"), 401


@app.errorhandler(Blocked)
def blocked(_error):
    """Let somebody know that trying again does not help."""
    return jsonify(error="blocked", message="this account may not log in"), 403


@app.errorhandler(Unavailable)
def unavailable(error):
    """Ask for patience, and write the cause down."""
    log.warning("Casdoor cannot be used: %s", error)
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
