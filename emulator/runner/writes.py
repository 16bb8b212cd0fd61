"""Which requests change something on a real Casdoor."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from emulator.runner.requests import Request

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
#: What changes nothing although it is not asked by GET; everything else is taken for a change.
_HARMLESS = re.compile(
    r"/api/(login/oauth/(access_token|refresh_token|introspect)|login|logout|sso-logout|userinfo|enforce|batch-enforce|"
    r"get-[a-z-]+|check-user-password|verify-code)|/\.well-known/.*|/login/oauth/.*"
)
#: What changes something by whatever method it is asked.
_CHANGING = re.compile(
    r"/api/(add|update|delete|remove|set|reset|upload|upsert|sync|run|unlink|signup|callback|new|send)\b"
)
_PREFIX = re.compile(r"^(/@[^/]+)?(/as/[^/]+)?")
_MINI_PROGRAM = "wechat_miniprogram"


def change_of(request: Request) -> str:
    """Return what a request would change, empty for one that changes nothing.

    Source: Casdoor's routers/router.go in v3.158.0 for the paths; a login with the mini program's tag makes its user
    (facts/casdoor.md 4). Codes of the form `errcode-40029` are no code of WeChat, so that they make nobody.
    """
    path = re.sub("/+", "/", _PREFIX.sub("", unquote(urlsplit(request.path).path))).lower().rstrip("/")
    if _CHANGING.match(path):
        return f"{request.method} {path} changes what the target keeps"
    if path.startswith(("/api/login", "/login")):
        return _change_of_login(request, path)
    if request.method in _READING or _HARMLESS.fullmatch(path):
        return ""
    return f"{request.method} {path or '/'} may change what the target keeps"


def _change_of_login(request: Request, path: str) -> str:
    fields = dict(_fields(request))
    if path == "/api/login" and (fields.get("provider") or fields.get("method") == "signup"):
        return "a login through a provider makes its user on the target"
    code = fields.get("code", "")
    if fields.get("tag") == _MINI_PROGRAM and code and not code.startswith("errcode-"):
        return "a login with a code of a mini program makes its user on the target"
    return ""


def _fields(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the fields of a login, of the query as of the body; a body in parts is taken as it may be."""
    yield from parse_qsl(urlsplit(request.path).query)
    text = (request.body or b"").decode("utf-8", "replace")
    if _MINI_PROGRAM in text and "form-data" in text:
        yield from (("tag", _MINI_PROGRAM), ("code", "unknown"))
        return
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, Mapping):
        yield from ((str(name), str(one)) for name, one in value.items() if one is not None)
    else:
        yield from parse_qsl(text)
