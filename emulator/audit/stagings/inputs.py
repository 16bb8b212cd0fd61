"""Troubles of HTTP itself, and of what people call themselves."""

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

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
    "the anonymous one": "微信用户",
}
#: Nicknames that a backend may refuse or shorten, and must not fail over.
ODD_NICKNAMES = {"empty": "", "64 characters": "明" * 64}
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
FOREIGN_ORIGIN = "https://evil.example"


@trouble("nicknames", "none", needs=("nickname",))
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
    with socket.create_server(("127.0.0.1", 0)) as server:
        probe = stage.login(
            Login(label="an address", names={"avatar": f"http://127.0.0.1:{server.getsockname()[1]}/x"})
        )
        server.settimeout(0.05)
        with suppress(TimeoutError):
            server.accept()[0].close()
            probe.label = "an address, fetched"


@trouble("extra-fields", "other", needs=("logged_in",))
def _extra_fields(stage: Stage) -> None:
    plain = stage.login(Login(label="without them"))
    stage.is_logged_in(plain)
    request = with_fields(stage.description.login.request, EXTRA_FIELDS)
    probe = stage.login(Login(label="with them", request=request))
    if probe.outcome == "success":
        stage.is_logged_in(probe)


@trouble("malformed-body", "client")
def _malformed(stage: Stage) -> None:
    request = stage.description.login.request
    if not isinstance(request.get("json"), Mapping):
        return
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


@trouble("foreign-origin", "none")
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
