"""The request that each kind of step sends."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from emulator.scenario.model import Scenario

LOGIN = "/api/login/oauth/access_token"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_BOUNDARY = "mockdoor-boundary"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request before it is sent; `path` holds the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def login(scenario: Scenario, given: Mapping[str, Any]) -> Request:
    """Return a login as wx.request would send it; fields that are null are left out."""
    fields = {"tag": "wechat_miniprogram", "client_id": _client_id(scenario)} | dict(given)
    style = fields.pop("content_type", "form")
    for ours in ("as", "appid"):
        fields.pop(ours, None)
    kept = {name: str(value) for name, value in fields.items() if value is not None}
    match style:
        case "json":
            return Request(method="POST", path=LOGIN, headers=_JSON, body=_dump(kept))
        case "query":
            return Request(method="POST", path=f"{LOGIN}?{_form(kept)}")
        case "multipart":
            headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
            return Request(method="POST", path=LOGIN, headers=headers, body=_multipart(kept))
    return Request(method="POST", path=LOGIN, headers=_FORM, body=_form(kept).encode())


def refresh(scenario: Scenario, given: Mapping[str, Any], names: Mapping[str, Any]) -> Request:
    """Return a refresh of the last refresh token."""
    fields = {"grant_type": "refresh_token", "client_id": _client_id(scenario)}
    fields |= {"refresh_token": names.get("refresh_token", "")} | dict(given)
    kept = {name: str(value) for name, value in fields.items() if value is not None}
    return Request(method="POST", path="/api/login/oauth/refresh_token", headers=_FORM, body=_form(kept).encode())


def update_user(given: Mapping[str, Any], names: Mapping[str, Any]) -> Request:
    """Return an update of the signed-in user; owner and name are filled in unless given, null leaves them out."""
    options = {name: given[name] for name in ("id", "columns", "allowEmpty") if given.get(name) is not None}
    user = {name: names[source] for name, source in (("owner", "owner"), ("name", "user")) if source in names}
    ours = ("id", "columns", "allowEmpty", "token")
    body = user | {name: value for name, value in given.items() if name not in ours}
    left_out = {name for name in ("owner", "name") if name in given and given[name] is None}
    kept = {name: value for name, value in body.items() if name not in left_out}
    path = "/api/update-user" + (f"?{_form(options)}" if options else "")
    return Request(method="POST", path=path, headers=_JSON | _bearer(given, names), body=_dump(kept))


def get_account(given: Mapping[str, Any], names: Mapping[str, Any]) -> Request:
    """Return a look at the signed-in user's account."""
    return Request(method="GET", path="/api/get-account", headers=_bearer(given, names))


def code2session(scenario: Scenario, given: Mapping[str, Any], names: Mapping[str, Any]) -> Request:
    """Return what a backend asks WeChat, by default for the first mini program."""
    program = next(iter(scenario.miniprograms.values()), None)
    appid = given.get("appid", program.appid if program else "")
    known = scenario.miniprograms.get(appid) if isinstance(appid, str) else None
    fields = {"appid": appid, "secret": known.secret if known else ""}
    fields |= {"js_code": given.get("code", names.get("code", "")), "grant_type": "authorization_code"}
    fields |= {name: value for name, value in given.items() if name in ("secret", "grant_type")}
    kept = {name: str(value) for name, value in fields.items() if value is not None}
    if given.get("method") == "POST":
        return Request(method="POST", path="/sns/jscode2session", headers=_FORM, body=_form(kept).encode())
    return Request(method="GET", path=f"/sns/jscode2session?{_form(kept)}")


def plain(given: Mapping[str, Any]) -> Request:
    """Return the request that a `request` step spells out."""
    query = {name: value for name, value in given.get("query", {}).items() if value is not None}
    path = quote(given["path"], safe="/?&=%#+:;,@!$'()*~[]-._") + (
        ("&" if "?" in given["path"] else "?") + _form(query) if query else ""
    )
    headers: dict[str, str] = {}
    body = None
    if "json" in given:
        headers, body = dict(_JSON), _dump(given["json"])
    elif "form" in given:
        form = {name: value for name, value in given["form"].items() if value is not None}
        headers, body = dict(_FORM), _form(form).encode()
    elif "text" in given:
        body = str(given["text"]).encode()
    headers = with_headers(headers, given.get("headers", {}))
    method = given.get("method", "GET" if body is None else "POST").upper()
    return Request(method=method, path=path, headers=headers, body=body)


def with_headers(headers: Mapping[str, str], own: Mapping[str, Any]) -> dict[str, str]:
    """Return headers with a step's own over them, by name in any case; null takes one away."""
    found = dict(headers)
    for name, value in own.items():
        found = {known: one for known, one in found.items() if known.lower() != name.lower()}
        if value is not None:
            found[name] = str(value)
    return found


def _client_id(scenario: Scenario) -> str:
    return scenario.applications[0].text("clientId") if scenario.applications else ""


def _bearer(given: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, str]:
    token = given["token"] if "token" in given else names.get("access_token")
    return {"Authorization": f"Bearer {token}"} if token is not None else {}


def _form(fields: Mapping[str, Any]) -> str:
    return urlencode(fields, quote_via=quote, safe="")


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _multipart(fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{_BOUNDARY}--\r\n"]).encode()
