"""Good backends that break one rule about codes."""

import random
import time

import requests


def _mock_door(good):
    """Let a developer's code in without asking WeChat."""
    openid = good.openid_of
    good.CODE = good.re.compile(r"mock_x|[0-9A-Za-z]{32,128}")
    good.openid_of = lambda code: ("mock", None) if code == "mock_x" else openid(code)


def _retry_any_errcode(good):
    """Send a code once more whatever the answer was."""
    ask = good.ask_wechat

    def twice(code):
        body = ask(code)
        return ask(code) if body.get("errcode") else body

    good.ask_wechat = twice


def _exchange_again(good):
    """Exchange a code once more after it was exchanged, and ignore what comes."""
    ask = good.ask_wechat

    def twice(code):
        body = ask(code)
        if body.get("openid"):
            ask(code)
        return body

    good.ask_wechat = twice


def _give_up_when_busy(good):
    """Ask a busy WeChat only once."""
    good.ask_wechat = lambda code: _ask(good, code, waits=())


def _six_calls(good):
    """Ask a busy WeChat six times, with waits that grow."""
    good.ask_wechat = lambda code: _ask(good, code, waits=(0.2, 0.4, 0.6, 0.8, 1.0))


def _no_waits(good):
    """Ask a busy WeChat four times without a wait."""
    good.ask_wechat = lambda code: _ask(good, code, waits=(0, 0, 0))


def _shrinking_waits(good):
    """Ask a busy WeChat sooner and sooner."""
    good.ask_wechat = lambda code: _ask(good, code, waits=(0.8, 0.4, 0.15))


def _even_waits(good):
    """Ask a busy WeChat at even intervals."""
    good.ask_wechat = lambda code: _ask(good, code, waits=(0.3, 0.3))


def _hammer_quota(good):
    """Ask again, as politely as when WeChat is busy, when the quota is used up."""
    good.ask_wechat = lambda code: _ask(good, code, waits=(0.2, 0.4), again=(-1, 45011))


def _retry_lost(good):
    """Send a code four times when its reply is lost."""
    ask = good.ask_wechat

    def four_times(code):
        for _ in range(3):
            try:
                return ask(code)
            except good.Unavailable:
                time.sleep(0.05)
        return ask(code)

    good.ask_wechat = four_times


def _keep_sessions(good):
    """Keep who stands behind a code for five minutes."""
    openid, kept = good.openid_of, {}

    def remembered(code):
        found = kept.get(code)
        if found is None or found[1] < time.monotonic():
            found = kept[code] = openid(code), time.monotonic() + 300
        return found[0]

    good.openid_of = remembered


def _crash_in_flight(good):
    """Break down over a code that is being exchanged at the moment."""
    openid, flying = good.openid_of, set()

    def crashing(code):
        if code in flying:
            raise _InFlight
        flying.add(code)
        try:
            return openid(code)
        finally:
            flying.discard(code)

    @good.app.errorhandler(_InFlight)
    def crash(_error):
        return good.jsonify(error="internal", message="sorry"), 500

    good.openid_of = crashing


class _InFlight(Exception):
    """A code came while it was being exchanged."""


def _any_text(good):
    """Ask WeChat about any text that is not too long, escaped as it should be."""
    good.CODE = good.re.compile(r".*", good.re.DOTALL)


def _glued(good):
    """Glue a code of up to 128 characters into the address as it came."""
    good.CODE = good.re.compile(r".{1,128}")
    good.requests = _Gluing()


class _Gluing:
    """Stands in for `requests`, and escapes nothing."""

    def get(self, url, *, params, timeout):
        """Send a GET whose parameters stand in the address as they came."""
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return requests.get(f"{url}?{query}", timeout=timeout)


def _ask(good, code, *, waits, again=(-1,)):
    """Exchange a code, and again after each wait while the errcode is one of `again`."""
    fields = {"appid": good.APPID, "secret": good.SECRET, "js_code": code, "grant_type": "authorization_code"}
    for wait in (*waits, None):
        try:
            body = requests.get(f"{good.BASE}/sns/jscode2session", params=fields, timeout=(2, 4)).json()
        except (requests.RequestException, ValueError):
            raise good.Unavailable("no reply") from None
        if not isinstance(body, dict):
            raise good.Unavailable("no object")
        if body.get("errcode") not in again:
            return body
        if wait:
            time.sleep(wait + random.random() * 0.05)
    raise good.Unavailable(f"errcode {body['errcode']}")


VARIANTS = {
    "no-mock-code": _mock_door,
    "code-exchanged-once": _exchange_again,
    "final-errcode-not-retried": _retry_any_errcode,
    "busy-retried": _give_up_when_busy,
    "retries-bounded": _six_calls,
    "retries-back-off": _no_waits,
    "waits-that-shrink": _shrinking_waits,
    "even-waits": _even_waits,
    "quota-not-hammered": _hammer_quota,
    "lost-reply-handled": _retry_lost,
    "used-code-refused": _keep_sessions,
    "one-code-in-parallel": _crash_in_flight,
    "code-checked-first": _any_text,
    "code-escaped": _glued,
}
