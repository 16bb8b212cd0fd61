"""Good backends that break one rule about phone numbers or the access_token."""

import time

import requests


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
    """Share the plain token with nobody, and keep it for its two hours."""
    asked = {"grant_type": "client_credential", "appid": good.APPID, "secret": good.SECRET}
    good.fetch_token = lambda _deadline: requests.get(f"{good.BASE}/cgi-bin/token", params=asked, timeout=3).json()
    _dead_token_kept(good)


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

    def believing(given, key, deadline):
        return number(given, given.get("session_key", key), deadline)

    good.number_of = believing


def _no_watermark(good):
    """Take what can be decrypted, whoever it was made for."""
    good.check_watermark = lambda _found: None


def _crash_at_old_key(good):
    """Fail where decryption does."""
    good.number_of = lambda given, key, _deadline: good.decrypted(given["encryptedData"], given["iv"], key)
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
    """Fail the login when its message is refused, but not the two plain logins, whose people gave no permit either."""
    logins = iter(range(1000))

    def asking(body):
        if next(logins) >= 2 and body["errcode"]:
            raise good.Unavailable("the message was not sent")

    _message(good, asking)


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


def _no_number_breaks(good):
    """Break down over a phone code that WeChat refuses."""
    good.PHONE_CODE_REFUSED = ()

    def broken(code, deadline):
        used = good.access_token(deadline)
        return good.ask_number(code, used, deadline)["phone_info"]["phoneNumber"]

    good.phone_number = broken


def _clock_trusted(good):
    """Take encryptedData beside the phone code, and refuse what was made in the future: a backend may."""
    session_of, check = good.session_of, good.check_watermark

    def near(found):
        check(found)
        if found["watermark"]["timestamp"] > time.time() + 60:
            raise good.Refused

    def decrypting(code):
        openid, unionid, key = session_of(code)
        good.number_of(good.fields(), key, time.monotonic() + 5)
        return openid, unionid, key

    good.check_watermark, good.session_of = near, decrypting


VARIANTS = {
    "none/clock": _clock_trusted,
    "busy-retried": lambda good: _post_until(good, (), tries=1),
    "retries-bounded": lambda good: _post_until(good, (-1,), tries=6),
    "quota-not-hammered": lambda good: _post_until(good, (45011,), tries=2),
    "final-errcode-not-retried": lambda good: _post_until(good, (45009,), tries=2),
    "client-fault-no-5xx": _no_number_breaks,
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
    "none/message": lambda good: _message(good, lambda _body: None),
}
