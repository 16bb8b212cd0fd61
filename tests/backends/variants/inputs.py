"""Good backends that break one rule about what they read."""

import json
import threading
from contextlib import suppress
from types import SimpleNamespace

import requests
from flask import request
from werkzeug.exceptions import InternalServerError


def _json_type_only(good):
    """Read WeChat's reply only when it calls itself JSON."""

    def strict(url, **options):
        reply = requests.get(url, **options)
        if "json" not in reply.headers["Content-Type"]:
            raise ValueError("this is not JSON")
        return reply

    good.direct.requests = SimpleNamespace(get=strict)


def _reading(good, change):
    """Let `change` have every nickname and avatar before they are kept."""
    profile = good.profile_of

    def changed(given):
        found = profile(given)
        return found and found | change(found)

    good.profile_of = changed


def _three_bytes(good):
    """Keep nicknames as MySQL's utf8 does when it is not strict."""
    _reading(good, lambda found: {"nickname": "".join(one if ord(one) < 0x10000 else "?" for one in found["nickname"])})


def _three_bytes_only(good):
    """Fail over nicknames as MySQL's utf8 does when it is strict."""

    def strict(found):
        if any(ord(one) > 0xFFFF for one in found["nickname"]):
            raise InternalServerError
        return {}

    _reading(good, strict)


def _quotes_fail(good):
    """Fail over a quote, as a statement glued together does."""

    def glued(found):
        if "'" in found["nickname"]:
            raise InternalServerError
        return {}

    _reading(good, glued)


def _computed(good):
    """Compute what stands in double braces."""
    _reading(good, lambda found: {"nickname": found["nickname"].replace("{{7*7}}", "49")})


def _any_avatar(good):
    """Keep every avatar as an address."""
    good.PICTURES = ("",)


def _fetched_avatar(good):
    """Fetch every avatar, wherever it lies."""
    profile = good.profile_of

    def fetching(given):
        _fetch(given)
        return profile(given)

    good.profile_of = fetching


def _fetched_later(good):
    """Fetch every avatar half a second after the reply."""
    profile = good.profile_of

    def fetching(given):
        threading.Timer(0.4, _fetch, [given]).start()
        return profile(given)

    good.profile_of = fetching


def _fetch(given):
    with suppress(requests.RequestException):
        requests.get(given.get("avatar", ""))  # this is what it does wrong


def _role_kept(good):
    """Let the client choose its role."""
    enter = good.enter
    good.SHOWN += ("role",)

    def choosing(openid, unionid, number, profile):
        return enter(openid, unionid, number, profile | {"role": good.fields().get("role", "user")})

    good.enter = choosing


def _one_refused(good):
    """Let the client choose its role, and refuse a login that brings an openid."""
    _role_kept(good)
    profile = good.profile_of
    good.profile_of = lambda given: None if "openid" in given else profile(given)


def _form_trusted(good):
    """Take every form for one that can be decoded."""
    good.fields = lambda: request.get_data().decode() and request.form.to_dict()


def _form_read(good):
    """Read forms."""
    good.fields = lambda: request.form.to_dict()


def _no_nickname(good):
    """Refuse every nickname there is."""
    profile = good.profile_of
    good.profile_of = lambda given: None if given.get("nickname") not in ("小明", None) else profile(given)


def _numbered(good):
    """Add a number to every nickname, and give the anonymous another: a backend may."""
    _reading(good, lambda found: {"nickname": f"{found['nickname'].replace('微信用户', '访客')}#7"})


def _avatar_echoed(good):
    """Send the profile back as it came, and keep no picture: a backend may."""
    good.SHOWN = ("nickname",)
    enter = good.enter

    def echoing(openid, unionid, number, profile):
        reply = enter(openid, unionid, number, profile)
        reply.set_data(json.dumps({**reply.get_json(), "sent": good.fields()}))
        return reply

    good.enter = echoing


def _body_trusted(good):
    """Take every body for an object of JSON."""
    good.fields = lambda: request.get_json(silent=True)


def _get_too(good):
    """Log in by GET as well."""
    fields = good.fields
    good.fields = lambda: fields() or request.args
    good.app.add_url_rule("/phone", "phone_by_get", good.phone, methods=["GET"])


def _open_to_all(good):
    """Allow every origin that asks, with credentials."""

    @good.app.after_request
    def allow(reply):
        reply.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        reply.headers["Access-Control-Allow-Credentials"] = "true"
        return reply


def _form_too(good):
    """Take a form for a login as well, and answer GET with a page: a backend may."""
    fields = good.fields
    good.fields = lambda: fields() or request.form
    good.app.add_url_rule("/phone", "page", lambda: "<h1>Log in on your phone</h1>", methods=["GET"])


def _shortened(good):
    """Cut nicknames after ten characters, and call nobody by no name: a backend may."""
    _reading(good, lambda found: {"nickname": found["nickname"][:10] or "微信用户"})


VARIANTS = {
    "text-plain-accepted": _json_type_only,
    "nickname-any-language": _three_bytes,
    "nickname-any-language/strict": _three_bytes_only,
    "nickname-harmless": _quotes_fail,
    "nickname-harmless/computed": _computed,
    "avatar-not-temporary": _any_avatar,
    "avatar-not-temporary/fetched": _fetched_avatar,
    "avatar-not-temporary/later": _fetched_later,
    "extra-fields-ignored": _role_kept,
    "extra-fields-ignored/one-refused": _one_refused,
    "malformed-body-4xx": _body_trusted,
    "login-by-post-only": _get_too,
    "cors-closed": _open_to_all,
    "malformed-body-4xx/form": _form_trusted,
    "none/form": _form_too,
    "none/form-read": _form_read,
    "none/no-nickname": _no_nickname,
    "none/numbered": _numbered,
    "none/echo": _avatar_echoed,
    "none/shortened": _shortened,
}
