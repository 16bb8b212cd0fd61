"""Troubles of HTTP itself, and of what people call themselves."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from emulator.audit.gallery import Gallery
from emulator.audit.stage import Login, Stage
from emulator.audit.stagings.phone import with_fields
from emulator.audit.troubles import trouble

#: Nicknames that every backend has to keep; the first shows whether replies have the nickname at all.
NICKNAMES = {
    "plain": "Ming",
    "Chinese": "小明",
    "emoji": "🐟",
    "family emoji": "👨‍👩‍👧‍👦",
    "Arabic": "مريم",
}
#: Nicknames that a backend may refuse or shorten, or in whose place it may put another; it must not fail over them.
ODD_NICKNAMES = {"empty": "", "64 characters": "明" * 64, "the anonymous one": "微信用户"}
HOSTILE_NICKNAMES = {
    "quotes": "'\"--",
    "HTML": "<b>x",
    "double braces": "{{7*7}}",
    "dollar and braces": "${7*7}",
    "a name of JavaScript": "__proto__",
    "a NUL": "a\0b",
}
TEMPORARY_AVATARS = ("wxfile://tmp_7f3a.png", "http://tmp/7f3a.png")
#: Fields that a login must not take from its client; the texts occur nowhere else.
EXTRA_FIELDS = {
    "isAdmin": True,
    "role": "audit-role-7f3a",
    "openid": "audit-openid-7f3a",
    "user_id": "audit-user-7f3a",
}
#: Seconds in which a backend that fetches a picture after its reply has begun with it.
_FETCHED_AFTER = 0.7
_FORM = "application/x-www-form-urlencoded"
FOREIGN_ORIGIN = "https://evil.example"


@trouble("nicknames", "other", needs=("nickname",))
def _nicknames(stage: Stage) -> None:
    for label, nickname in {**NICKNAMES, **ODD_NICKNAMES}.items():
        _as(stage, label, {"nickname": nickname})


@trouble("hostile-nicknames", "other", needs=("nickname",))
def _hostile_nicknames(stage: Stage) -> None:
    for label, nickname in HOSTILE_NICKNAMES.items():
        _as(stage, label, {"nickname": nickname})


@trouble("temporary-avatars", "other", needs=("avatar",))
def _avatars(stage: Stage) -> None:
    for avatar in TEMPORARY_AVATARS:
        _as(stage, avatar, {"avatar": avatar})
    with Gallery() as gallery:
        probe = stage.login(Login(label="an address", names={"avatar": gallery.url}))
        if gallery.was_visited(within=_FETCHED_AFTER):
            probe.label = "an address, fetched"


@trouble("extra-fields", "other", needs=("logged_in",))
def _extra_fields(stage: Stage) -> None:
    plain = stage.login(Login(label="without them"))
    stage.is_logged_in(plain)
    if not _with_extras(stage, "with them", EXTRA_FIELDS):  # one that is refused would hide the others
        for name, value in EXTRA_FIELDS.items():
            _with_extras(stage, f"with {name}", {name: value})


@trouble("malformed-body", "client")
def _malformed(stage: Stage) -> None:
    request = stage.description.login.request
    if isinstance(request.get("form"), Mapping):
        _malformed_form(stage, request)
    if isinstance(request.get("json"), Mapping):
        _malformed_json(stage, request)


def _malformed_json(stage: Stage, request: Mapping[str, Any]) -> None:
    for label, body, kind in (
        ("broken JSON", '{"code": ', "application/json"),
        ("an array", "[1]", "application/json"),
        ("a text", '"x"', "application/json"),
        ("an empty body", "", "application/json"),
        ("JSON under another charset", json.dumps(dict(request["json"])), "application/json; charset=utf-16"),
        ("JSON under an unknown charset", json.dumps(dict(request["json"])), "application/json; charset=x-none"),
    ):
        stage.login(Login(label=label, request=_with_text(request, body, kind)))
    form = {name: one for name, one in request["json"].items() if isinstance(one, str)}
    stage.login(Login(label="a form", request={**_without_body(request), "form": form}))


def _malformed_form(stage: Stage, request: Mapping[str, Any]) -> None:
    fields = dict(request["form"])
    for label, body, kind in (
        ("a form whose escapes are broken", "code=%zz%&=&&x", _FORM),
        ("a form whose bytes are no UTF-8", "code=%ff%fe%80", _FORM),
        ("an empty body", "", _FORM),
        ("a form under an unknown charset", urlencode(fields, safe="${}"), f"{_FORM}; charset=x-none"),
        ("a form of parts without a boundary", "code", "multipart/form-data"),
        ("JSON", json.dumps(fields), "application/json"),
        ("broken JSON", '{"code": ', "application/json"),
    ):
        stage.login(Login(label=label, request=_with_text(request, body, kind)))


@trouble("other-methods", "other")
def _methods(stage: Stage) -> None:
    request = stage.description.login.request
    if str(request.get("method", "POST")).upper() != "POST":
        return
    fields = {name: one for name, one in _fields(request).items() if isinstance(one, str)}
    bare = _without_body(request)
    query = {**request.get("query", {}), **fields}
    stage.login(Login(label="GET", request={**bare, "method": "GET", "query": query}))
    stage.login(Login(label="HEAD", request={**bare, "method": "HEAD", "query": query}))
    stage.login(Login(label="PUT", request={**request, "method": "PUT"}))


@trouble("foreign-origin", "other")
def _origins(stage: Stage) -> None:
    request = stage.description.login.request
    for origin in (FOREIGN_ORIGIN, "null"):
        headers = {**request.get("headers", {}), "Origin": origin}
        stage.login(Login(label=f"Origin {origin}", request={**request, "headers": headers}))
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = {"Origin": FOREIGN_ORIGIN, **asked}
    bare = _without_body(request)
    probe = stage.login(Login(label="preflight", request={**bare, "method": "OPTIONS", "headers": preflight}))
    probe.is_login = False


def _with_extras(stage: Stage, label: str, fields: Mapping[str, Any]) -> bool:
    """Log in with fields that nobody asked for, and look at what became of it; return whether that was a success."""
    probe = stage.login(Login(label=label, request=with_fields(stage.description.login.request, fields)))
    if probe.outcome == "success":
        stage.is_logged_in(probe)
    return probe.outcome == "success"


def _as(stage: Stage, label: str, names: Mapping[str, str]) -> None:
    """Log somebody in who says this of themselves, and look at what became of it."""
    probe = stage.login(Login(label=label, names=names))
    if probe.outcome == "success":
        stage.is_logged_in(probe)


def _without_body(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in request.items() if name not in ("json", "form", "text")}


def _with_text(request: Mapping[str, Any], body: str, kind: str) -> Mapping[str, Any]:
    headers = {name: one for name, one in request.get("headers", {}).items() if name.lower() != "content-type"}
    return {**_without_body(request), "text": body, "headers": {**headers, "Content-Type": kind}}


def _fields(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a described request's body."""
    for part in ("json", "form"):
        if isinstance(request.get(part), Mapping):
            found: Mapping[str, Any] = request[part]
            return found
    return {}
