"""Names in steps: filling `${name}` in, and capturing values from replies."""

import base64
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from emulator.runner.results import Received
from emulator.scenario.interpolation import ENVIRONMENT, INVENTED, TOKEN


class CannotCapture(Exception):
    """A capture that finds nothing; the text says where it looked."""


class UnknownName(Exception):
    """A `${name}` that has no value yet."""


def fill(value: Any, names: Mapping[str, Any]) -> Any:
    """Return a step's value with every `${name}` looked up; one that stands alone keeps its value's type.

    Raises UnknownName.
    """
    if isinstance(value, str):
        return _fill_text(value, names)
    if isinstance(value, Mapping):
        return {_fill_text(key, names): fill(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, names) for one in value]
    return value


def _fill_text(text: str, names: Mapping[str, Any]) -> Any:
    alone = TOKEN.fullmatch(text)
    if alone and alone["name"] is not None:
        return _look_up(alone["name"], names)
    return TOKEN.sub(lambda found: _shown(_filled(found, names)), text)


def _filled(found: re.Match[str], names: Mapping[str, Any]) -> Any:
    return "${" if found["name"] is None else _look_up(found["name"], names)


def _look_up(name: str, names: Mapping[str, Any]) -> Any:
    if name.startswith(ENVIRONMENT):
        return _environment(name.removeprefix(ENVIRONMENT))
    inventor = names.get(INVENTED)
    if name.startswith(INVENTED) and inventor is not None:
        return inventor.draw(name.removeprefix(INVENTED))
    if name not in names:
        raise UnknownName(f"${{{name}}} has no value yet: no step so far has set it")
    return names[name]


def _environment(name: str) -> str:
    if name not in os.environ:
        raise UnknownName(f"${{env.{name}}} has no value: the environment has no variable {name}")
    return os.environ[name]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def capture(where: str, received: Received) -> Any:
    """Return what a capture finds: `$.a.b` (JSONPath, RFC 9535), `header:NAME` or `jwt:claim`.

    Raises CannotCapture.
    """
    if where.startswith("header:"):
        name = where.removeprefix("header:").strip().lower()
        for header, value in received.headers:
            if header.lower() == name:
                return value
        raise CannotCapture(f"the reply has no header {where.removeprefix('header:')}")
    body = json_body(received)
    if where.startswith("jwt:"):
        claims = claims_of(body)
        claim = where.removeprefix("jwt:").strip()
        if claim not in claims:
            raise CannotCapture(f"the token has no claim {claim}; it has {', '.join(claims) or 'none'}")
        return claims[claim]
    return find(where, body)


def find(path: str, body: Any) -> Any:
    """Return the first value at a JSON path; raises CannotCapture when there is none."""
    from jsonpath_rfc9535 import JSONPathError, find_one

    try:
        node = find_one(path, body)
    except JSONPathError as error:
        raise CannotCapture(f"{path} is not a JSON path: {error}") from error
    if node is None:
        keys = f"; the reply has {', '.join(body)}" if isinstance(body, dict) else ""
        raise CannotCapture(f"{path} finds nothing{keys}")
    return node.value


def json_body(received: Received) -> Any:
    """Return a reply's JSON; raises CannotCapture when the reply is not JSON."""
    if received.failure:
        raise CannotCapture(f"there is no reply: {received.failure}")
    try:
        return json.loads(received.body)
    except ValueError as error:
        raise CannotCapture(f"the reply is not JSON: {received.body[:80]!r}") from error


def token_of(body: Any) -> str:
    """Return a reply's access token, whichever profile spelled it; empty when there is none."""
    if not isinstance(body, dict):
        return ""
    for name in ("access_token", "accessToken"):
        if isinstance(body.get(name), str):
            return str(body[name])
    return ""


def claims_of(body: Any) -> dict[str, Any]:
    """Return the claims of a reply's access token, unverified; raises CannotCapture when it has none."""
    parts = token_of(body).split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError) as error:
        raise CannotCapture("the reply holds no access token that is a JWT") from error
    return claims if isinstance(claims, dict) else {}


def names_set_by(body: Any) -> dict[str, Any]:
    """Return what a reply with tokens sets: access_token, refresh_token, and the user's names from the claims."""
    token = token_of(body)
    if not token:
        return {}
    names: dict[str, Any] = {"access_token": token}
    refresh = body.get("refresh_token") or body.get("refreshToken")
    if refresh:
        names["refresh_token"] = refresh
    try:
        claims = claims_of(body)
    except CannotCapture:
        return names
    given = {"user": body.get("user") or claims.get("name") or claims.get("preferred_username")}
    given |= {"owner": claims.get("owner"), "user_id": claims.get("sub")}
    return names | {name: value for name, value in given.items() if value}
