"""The calls of a journal as facts to ask for: each exchange, and each call inside one."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from emulator.core.json_object import Json

Entries = Iterable[Mapping[str, Json]]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: an exchange, or a call inside it, which is judged by its own address and reply.

    `fields` are those of the query, of a form and of a JSON object; `headers` are lower case. `status` is None for a
    broken connection, `errcode` for a reply without one.
    """

    number: int
    operation: str
    persona: str | None
    method: str
    path: str
    status: int | None
    errcode: int | None
    fields: Mapping[str, Json] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def fact(self, name: str) -> Json:
        """Return a fact by its name in `when`; `header.NAME` and `body.NAME` are one header and one field."""
        if name in ("persona", "method", "path", "status", "errcode"):
            found: Json = getattr(self, name)
            return found
        if name.startswith("header."):
            return self.headers.get(name.removeprefix("header.").lower())
        if name == "code":
            return self.fields.get("code") or self.fields.get("js_code")
        if name == "client_id" and self.operation.startswith("wechat."):
            return self.fields.get("client_id") or self.fields.get("appid")
        return self.fields.get(name.removeprefix("body."))

    def differing(self, when: Mapping[str, Any]) -> dict[str, Json]:
        """Return the facts that are not what `when` says."""
        wanted = flat(when)
        return {name: self.fact(name) for name in wanted if self.fact(name) != wanted[name]}

    def fits(self, pattern: str, when: Mapping[str, Any]) -> bool:
        """Return whether an operation pattern and facts describe this call."""
        return fnmatchcase(self.operation, pattern) and not self.differing(when)

    def __str__(self) -> str:
        """Show the operation and what came of it."""
        said = "no reply" if self.status is None else str(self.status)
        return f"{self.operation} ({said}{f', errcode {self.errcode}' if self.errcode else ''})"


def calls(journal: Entries) -> list[Call]:
    """Return every call in the order in which they came; a call inside an exchange follows it."""
    return [call for entry in journal for call in (_outer(entry), *_inner(entry))]


def flat(when: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with `header` and `body` spread out as `header.NAME` and `body.NAME`."""
    found: dict[str, Any] = {}
    for name, value in when.items():
        below = value if name in ("header", "body") and isinstance(value, Mapping) else None
        found |= {name: value} if below is None else {f"{name}.{key}": one for key, one in below.items()}
    return found


def _outer(entry: Mapping[str, Json]) -> Call:
    request = _mapping(entry.get("request"))
    persona, query = entry.get("persona"), entry.get("query")
    return Call(
        number=_number(entry.get("number")) or 0,
        operation=str(entry["operation"]),
        persona=persona if isinstance(persona, str) else None,
        method=str(entry.get("method", "")),
        path=str(entry.get("path", "")),
        fields=dict(parse_qsl(str(query or ""), keep_blank_values=True)) | _body_fields(str(request.get("body") or "")),
        headers=_headers(request.get("headers")),
        status=_status(entry),
        errcode=_errcode(entry),
    )


def _inner(entry: Mapping[str, Json]) -> Iterator[Call]:
    inner = entry.get("inner")
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict):
            url, persona = urlsplit(str(one.get("url", ""))), entry.get("persona")
            yield Call(
                number=_number(entry.get("number")) or 0,
                operation=str(one["operation"]),
                persona=persona if isinstance(persona, str) else None,
                method="GET",
                path=url.path,
                fields=dict(parse_qsl(url.query, keep_blank_values=True)),
                status=_status(one),
                errcode=_errcode(one),
            )


def _status(entry: Mapping[str, Json]) -> int | None:
    return _number(_mapping(entry.get("response")).get("status"))


def _errcode(entry: Mapping[str, Json]) -> int | None:
    """Return WeChat's errcode where the reply is JSON that has one."""
    body = _mapping(entry.get("response")).get("body")
    return _number(_mapping(_parsed(str(body or ""))).get("errcode"))


def _body_fields(body: str) -> dict[str, Json]:
    if body.lstrip().startswith("{"):
        return dict(_mapping(_parsed(body)))
    return dict(parse_qsl(body, keep_blank_values=True))


def _parsed(body: str) -> Any:
    if not body.lstrip().startswith("{"):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _headers(given: Json) -> dict[str, str]:
    pairs = [one for one in given if isinstance(one, list)] if isinstance(given, list) else []
    return {str(name).lower(): str(value) for name, value in pairs}


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
