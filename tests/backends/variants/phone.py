"""Good backends that break one rule about phone numbers or the access_token."""

import threading
import time
from concurrent.futures import Future
from functools import partial

import requests
from werkzeug.exceptions import InternalServerError


def _token_each_time(good):
    """Fetch a plain token for every call."""
    asked = {"grant_type": "client_credential", "appid": good.APPID, "secret": good.SECRET}

    def fetch(_deadline, dead=""):
        body = requests.get(f"{good.BASE}/cgi-bin/token", params=asked, timeout=3).json()
        return body["access_token"]

    good.access_token = fetch


def _dead_token_kept(good):
    """Keep the token whatever WeChat says of it."""
    good.DEAD_TOKEN = ()


def _refreshed_for_ever(good):
    """Fetch a dead token again three times."""
    ask = good.ask_number

    def stubborn(code, used, deadline):
        body = ask(code, used, deadline)
        for _ in range(2):
            if body.get("errcode") in good.DEAD_TOKEN:
                used = good.access_token(deadline, dead=used)
                body = ask(code, used, deadline)
        return body

    good.ask_number = stubborn


def _plain_token_kept(good):
    """Share the plain token with nobody, keep it for its two hours, and repeat a call that fails as it was."""
    _plain_token(good)
    token = good.access_token
    good.access_token = lambda deadline, dead="": token(deadline)


def _phone_optional(good):
    """Log people in whose phone code WeChat refuses."""
    number = good.phone_number

    def perhaps(code, deadline):
        try:
            return number(code, deadline)
        except good.Refused:
            return ""

    good.phone_number = perhaps


def _client_is_believed(good):
    """Keep the number that the client sends, where it sends one."""
    enter = good.enter

    def believing(openid, unionid, number, profile):
        return enter(openid, unionid, good.fields().get("phoneNumber", number), profile)

    good.enter = believing


def _clients_key_is_believed(good):
    """Decrypt with the session_key that the client sends, where it sends one."""
    number = good.number_of

    def believing(given, key):
        return number(given, given.get("session_key", key))

    good.number_of = believing


def _no_watermark(good):
    """Take what can be decrypted, whoever it was made for."""
    good.check_watermark = lambda _found: None


def _crash_at_old_key(good):
    """Fail where decryption does."""
    good.number_of = lambda given, key: good.decrypted(given["encryptedData"], given["iv"], key)
    check = good.check_watermark
    decrypt = good.decrypted

    def checked(*parts):
        found = decrypt(*parts)
        check(found)
        return found

    good.decrypted = checked


def _message(good, asking):
    """Send a message at each login, before the reply; `asking` reads WeChat's answer."""
    enter = good.enter

    def greeting(openid, unionid, number, profile):
        used = good.access_token(time.monotonic() + 3)
        url = f"{good.BASE}/cgi-bin/message/subscribe/send?access_token={used}"
        body = {"touser": openid, "template_id": "WELCOME", "data": {}}
        asking(requests.post(url, json=body, timeout=3).json())
        return enter(openid, unionid, number, profile)

    good.enter = greeting


def _message_must_be_sent(good):
    """Fail the login when WeChat is too busy, or asked too often, to send its message."""

    def asking(body):
        if body["errcode"] in (-1, 45009):
            raise good.Unavailable("the message was not sent")

    _message(good, asking)


def _crash_at_bad_code(good):
    """Fail where WeChat refuses a phone code."""
    number = good.phone_number

    def fragile(code, deadline):
        try:
            return number(code, deadline)
        except good.Refused:
            raise InternalServerError from None

    good.phone_number = fragile


def _plain_token(good):
    """Keep a plain token, and fetch it again when it is dead: a backend that runs alone may."""
    asked = {"grant_type": "client_credential", "appid": good.APPID, "secret": good.SECRET}
    good.fetch_token = lambda _deadline: requests.get(f"{good.BASE}/cgi-bin/token", params=asked, timeout=3).json()


def _token_dead_at_first(good):
    """Begin every login with a token that is dead by now, so that each phone code is sent twice."""
    token = good.access_token
    good.access_token = lambda deadline, dead="": token(deadline) if dead else "0" * 64


def _call_ends_after_the_reply(good):
    """Give WeChat up a second before the call to it ends: a helper thread still has it in hand."""
    number = good.phone_number

    def impatient(code, _deadline):
        with_result = Future()
        call = partial(_settle, with_result, number, code, time.monotonic() + 3)
        threading.Thread(target=call, daemon=True).start()
        try:
            return with_result.result(timeout=2)
        except TimeoutError:
            raise good.Unavailable("no answer yet") from None

    good.phone_number = impatient


def _settle(future, function, *given):
    """Let a future have what a function returns or raises."""
    try:
        future.set_result(function(*given))
    except Exception as error:
        future.set_exception(error)


def _post_until(good, errcodes, *, tries):
    """Repeat every call of the phone's API with these errcodes, so many times."""
    post = good.post

    def stubborn(path, deadline, **fields):
        for left in reversed(range(tries)):
            reply = requests.post(f"{good.BASE}{path}", timeout=3, **fields)
            body = reply.json() if reply.status_code == 200 else {}
            if body.get("errcode") not in errcodes or not left:
                return body
            time.sleep(0.2)
        return post(path, deadline, **fields)

    good.post = stubborn


def _clock_trusted(good):
    """Take encryptedData beside the phone code, and refuse what was made in the future: a backend may."""
    named_in, check = good.direct.named_in, good.check_watermark

    def near(found):
        check(found)
        if found["watermark"]["timestamp"] > time.time() + 60:
            raise good.Refused

    def decrypting(session):
        named = named_in(session)
        good.number_of(good.fields(), session.get("session_key", ""))
        return named

    good.check_watermark, good.direct.named_in = near, decrypting


VARIANTS = {
    "none/clock": _clock_trusted,
    "busy-retried": lambda good: _post_until(good, (), tries=1),
    "retries-bounded": lambda good: _post_until(good, (-1,), tries=6),
    "quota-not-hammered": lambda good: _post_until(good, (45011,), tries=2),
    "final-errcode-not-retried": lambda good: _post_until(good, (45009,), tries=2),
    "access-token-cached": _token_each_time,
    "dead-token-refreshed-once": _dead_token_kept,
    "dead-token-refreshed-once/often": _refreshed_for_ever,
    "second-server-survived": _plain_token_kept,
    "phone-code-in-its-place": _phone_optional,
    "phone-only-from-wechat": _client_is_believed,
    "phone-only-from-wechat/key": _clients_key_is_believed,
    "watermark-checked": _no_watermark,
    "old-key-handled": _crash_at_old_key,
    "side-calls-harmless": _message_must_be_sent,
    "client-fault-no-5xx": _crash_at_bad_code,
    "none/plain-token": _plain_token,
    "none/token-dead-at-first": _token_dead_at_first,
    "none/call-ends-after-the-reply": _call_ends_after_the_reply,
    "none/message": lambda good: _message(good, lambda _body: None),
}
