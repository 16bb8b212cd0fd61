"""A login backend by WeChat's phone number as it should be: one that an audit finds nothing to say about.

It has two logins on top of good_direct.py's: `/phone` takes a phone code, `/encrypted` what older pages send instead.
"""

import base64
import json
import random
import secrets
import threading
import time
from dataclasses import dataclass

import good_direct as direct
import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from flask import jsonify, request
from good_direct import (
    APPID,
    BASE,
    CODE,
    DAYS_30,
    SECRET,
    Refused,
    TooMany,
    Unavailable,
    app,
    bad_codes,
    lock,
    serve,
    sessions,
    users,
)
from requests.exceptions import RequestException

__all__ = ["serve"]

DEAD_TOKEN = (40001, 40014, 42001)
PHONE_CODE_REFUSED = (40029, 40163)
FIVE_MINUTES = 300
MAX_NICKNAME = 64
PICTURES = ("https://thirdwx.qlogo.cn/", "https://example.com/")
#: What a person sees of the own account.
SHOWN = ("nickname", "avatar", "phone")
token_lock = threading.Lock()


@dataclass
class Token:
    """WeChat's access_token of this program, and until when it is used."""

    text: str = ""
    until: float = 0.0


token = Token()


def post(path, deadline, **fields):
    """Call WeChat; only a busy one is asked again, and nothing is after the deadline."""
    for attempt in range(3):
        try:
            left = max(0.1, deadline - time.monotonic())
            reply = requests.post(f"{BASE}{path}", timeout=(min(2, left), min(4, left)), **fields)
            body = reply.json() if reply.status_code == 200 else None
        except (RequestException, ValueError) as error:
            raise Unavailable(type(error).__name__) from None
        if not isinstance(body, dict):
            raise Unavailable(f"status {reply.status_code}")
        if body.get("errcode") != -1:
            return body
        if attempt < 2 and time.monotonic() < deadline:
            time.sleep(0.2 * 2**attempt + random.random() * 0.05)
    raise Unavailable("errcode -1")


def fetch_token(deadline):
    """Ask WeChat for the stable token, which every server of this program shares."""
    asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    return post("/cgi-bin/stable_token", deadline, json=asked)


def access_token(deadline, dead=""):
    """Return the token; it is fetched when there is none, shortly before its end, and when it turned out dead."""
    with token_lock:
        if token.text in ("", dead) or token.until < time.monotonic():
            body = fetch_token(deadline)
            if not isinstance(body.get("access_token"), str):
                raise Unavailable(f"no access_token: errcode {body.get('errcode')}")
            token.text = body["access_token"]
            token.until = time.monotonic() + body.get("expires_in", 0) - FIVE_MINUTES
        return token.text


def phone_number(code, deadline):
    """Exchange a phone code; a dead access_token is fetched again once."""
    used = access_token(deadline)
    body = ask_number(code, used, deadline)
    if body.get("errcode") in DEAD_TOKEN:
        body = ask_number(code, access_token(deadline, dead=used), deadline)
    errcode = body.get("errcode", 0)
    if errcode in PHONE_CODE_REFUSED:
        raise Refused
    number = (body.get("phone_info") or {}).get("phoneNumber")
    if errcode != 0 or not number:
        raise Unavailable(f"no phone number: errcode {errcode}")
    return number


def ask_number(code, used, deadline):
    """Send a phone code to WeChat."""
    path = "/wxa/business/getuserphonenumber"
    return post(path, deadline, params={"access_token": used}, json={"code": code})


def decrypted(encrypted, iv, key):
    """Return what older pages send, decrypted with the session_key; raises ValueError where they do not fit."""
    parts = [base64.b64decode(one, validate=True) for one in (encrypted, iv, key)]
    decryptor = Cipher(algorithms.AES128(parts[2]), modes.CBC(parts[1])).decryptor()
    padded = decryptor.update(parts[0]) + decryptor.finalize()
    unpadder = PKCS7(128).unpadder()
    found = json.loads(unpadder.update(padded) + unpadder.finalize())
    if not isinstance(found, dict):
        raise ValueError("this is no object")
    return found


def check_watermark(found):
    """Refuse what was made for another program, or long ago."""
    mark = found.get("watermark") or {}
    if mark.get("appid") != APPID or mark.get("timestamp", 0) < time.time() - FIVE_MINUTES:
        raise Refused


def number_of(given, key):
    """Return the phone number that the client's encryptedData holds."""
    try:
        found = decrypted(given["encryptedData"], given["iv"], key)
    except (ValueError, KeyError, TypeError):
        raise Refused from None
    check_watermark(found)
    number = found.get("phoneNumber")
    if not number:
        raise Refused
    return number


def stop_guessing():
    """Refuse an address from which too many bad codes came."""
    if bad_codes.are_too_many(request.remote_addr):
        raise TooMany


def fields():
    """Return the fields of a login."""
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def profile_of(given):
    """Return what a client may say of itself: a nickname, and a picture that others can see too."""
    nickname, avatar = given.get("nickname", ""), given.get("avatar", "")
    if not isinstance(nickname, str) or any(ord(one) < 32 for one in nickname) or not isinstance(avatar, str):
        return None
    return {"nickname": nickname.strip()[:MAX_NICKNAME], "avatar": avatar if avatar.startswith(PICTURES) else ""}


def enter(openid, unionid, number, profile):
    """Keep a person and begin a session."""
    with lock:
        user = users.setdefault(openid, {"id": f"u{len(users) + 1}"})
        user.update(profile, phone=number)
        if unionid:
            user["unionid"] = unionid
    text = secrets.token_urlsafe(32)
    sessions[text] = user["id"], time.time() + DAYS_30
    return jsonify(token=text, user_id=user["id"], expires_in=DAYS_30)


def bad_request():
    """Say that a field is missing or wrong."""
    return jsonify(error="bad_request", message="a field is missing or wrong"), 400


@app.post("/phone")
def phone():
    """Log somebody in by a code of wx.login and one of the phone button."""
    given = fields()
    code, phone_code, profile = given.get("code"), given.get("phone_code"), profile_of(given)
    if profile is None or not all(isinstance(one, str) and CODE.fullmatch(one) for one in (code, phone_code)):
        return bad_request()
    stop_guessing()
    openid, unionid = direct.openid_of(code)
    return enter(openid, unionid, phone_number(phone_code, time.monotonic() + 5), profile)


@app.post("/encrypted")
def encrypted():
    """Log somebody in by a code of wx.login and the encryptedData of older pages."""
    given = fields()
    code, profile = given.get("code"), profile_of(given)
    if profile is None or not isinstance(code, str) or not CODE.fullmatch(code):
        return bad_request()
    stop_guessing()
    session = direct.ask_unless_down(code)
    openid, unionid = direct.named_in(session)
    return enter(openid, unionid, number_of(given, session.get("session_key", "")), profile)


@app.get("/profile")
def profile():
    """Say who is logged in, and what is known of that person."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    found = sessions.get(text) if kind == "Bearer" else None
    if found is None or found[1] < time.time():
        return jsonify(error="unauthorized", message="log in first"), 401
    user = next(one for one in users.values() if one["id"] == found[0])
    return jsonify(user_id=user["id"], **{name: user.get(name) for name in SHOWN})


if __name__ == "__main__":
    serve()
