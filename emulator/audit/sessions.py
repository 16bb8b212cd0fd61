"""What a client keeps of a login, and the names that its later requests are filled with."""

import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from emulator.audit.description import Description
from emulator.audit.probe import Session
from emulator.runner.names import CannotCapture, capture
from emulator.runner.results import Received

#: Where backends usually put what the client keeps, in this order, when the description does not say.
TOKENS = ("token", "access_token", "accessToken", "session_token", "sessionToken", "session", "jwt", "session_id")
USER_IDS = ("user_id", "userId", "uid", "user.id", "user.user_id", "user.userId", "user.uid", "user.sub")
_ENVELOPES = ("", "data.", "result.")


def session_of(description: Description, received: Received) -> Session:
    """Return what a client keeps of a successful login."""
    names: dict[str, Any] = {}
    wanted = dict(description.capture)
    wanted |= {"token": description.token} if description.token else {}
    for name, where in wanted.items():
        found = value_at(where, received)
        if found is not None:
            names[name] = found
    if "token" not in names:
        names |= {"token": found[0]} if (found := usual(TOKENS, received)) else {}
    return Session(cookies=cookies_of(received), names=names)


def value_at(where: str, received: Received) -> Any:
    """Return what a capture (`$.a`, `header:NAME`, `jwt:claim`, `cookie:NAME`) finds, None for nothing."""
    if where.startswith("cookie:"):
        return cookies_of(received).get(where.removeprefix("cookie:").strip())
    try:
        return capture(where, received)
    except CannotCapture:
        return None


def usual(paths: tuple[str, ...], received: Received) -> list[Any]:
    """Return the first value under one of the usual names, in a list; nothing where there is none."""
    try:
        body = json.loads(received.body)
    except ValueError:
        return []
    for path in paths:
        for envelope in _ENVELOPES:
            found = _below(body, f"{envelope}{path}".split("."))
            if isinstance(found, str | int) and not isinstance(found, bool) and found != "":
                return [found]
    return []


def cookies_of(received: Received) -> dict[str, str]:
    """Return the cookies that a reply sets."""
    found: dict[str, str] = {}
    for name, value in received.headers:
        if name.lower() == "set-cookie":
            try:
                found |= {key: one.value for key, one in SimpleCookie(value).items()}
            except CookieError:
                continue
    return found


def with_cookies(request: Mapping[str, Any], session: Session) -> Mapping[str, Any]:
    """Return a request as a client with this session sends it."""
    headers = request.get("headers", {})
    if not session.cookies or any(name.lower() == "cookie" for name in headers):
        return request
    cookie = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    return {**request, "headers": {**headers, "Cookie": cookie}}


def _below(body: Any, keys: list[str]) -> Any:
    for key in keys:
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body
