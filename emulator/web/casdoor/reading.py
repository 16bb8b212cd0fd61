"""Reading a request as Go's net/http and beego read it (facts/casdoor.md 1.4, 1.5, 2.1)."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from flask import Request
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import MultiPartParser

from emulator.casdoor.requests import ApiRequest

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"\s*({_TOKEN}(?:/{_TOKEN})?)\s*(?:;(.*))?", re.DOTALL)
_PARAMETER = re.compile(rf'\s*({_TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|{_TOKEN})\s*(?:;|$)')
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

FORM = "application/x-www-form-urlencoded"
SESSION_COOKIE = "casdoor_session_id"


class BadContentType(Exception):
    """A Content-Type that Go cannot parse."""


class BadForm(Exception):
    """A form, or a query next to a form, that Go cannot decode."""


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """Return the type in lower case and its parameters; raises BadContentType where Go's mime package fails."""
    found = _MEDIA_TYPE.fullmatch(header)
    if found is None:
        raise BadContentType(header)
    parameters: dict[str, str] = {}
    rest = found[2] or ""
    while rest.strip():
        parameter = _PARAMETER.match(rest)
        if parameter is None or parameter[1].lower() in parameters:
            raise BadContentType(header)
        value = parameter[2]
        parameters[parameter[1].lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        rest = rest[parameter.end() :]
    return found[1].lower(), parameters


def read_request(request: Request, target: str, *, drops_bad_pairs: bool = False) -> ApiRequest:
    """Return what Casdoor reads of a request whose target, as sent, is `target`.

    Raises BadContentType and BadForm for a body that makes Casdoor fail before anything else. A GET never fails so:
    Go leaves out the parts of its query that it cannot decode. A version that `drops_bad_pairs` does so everywhere.
    """
    raw_path, _, raw_query = target.partition("?")
    writes = request.method not in ("GET", "HEAD", "OPTIONS")
    strict = writes and not drops_bad_pairs
    query = parse_form(raw_query, strict=strict)
    form: dict[str, str] = {}
    multipart: dict[str, str] = {}
    files: tuple[str, ...] | None = None
    body = request.get_data()
    if writes and request.headers.get("Content-Type"):
        try:
            form, multipart, files = _read_body(request.headers["Content-Type"], body, strict=strict)
        except (BadContentType, BadForm):
            if strict:
                raise
    authorization = _header(request, "Authorization")
    return ApiRequest(
        method=request.method,
        path=raw_path if raw_path.startswith("/") else request.path,
        query=query,
        form=form,
        multipart=multipart,
        files=files,
        body=body,
        authorization=authorization,
        accept_language=_header(request, "Accept-Language"),
        dpop=_header(request, "DPoP"),
        session=request.cookies.get(SESSION_COOKIE, ""),
        basic=_basic(authorization),
    )


def parse_form(text: str, *, strict: bool) -> dict[str, str]:
    """Return the first value of each key of a query or a form; `text` holds bytes as latin-1.

    A part with a broken escape or a semicolon raises BadForm if `strict`, and is left out otherwise.
    """
    values: dict[str, str] = {}
    for part in text.split("&"):
        if not part:
            continue
        if ";" in part or _BAD_ESCAPE.search(part):
            if strict:
                raise BadForm(part)
            continue
        name, _, value = part.partition("=")
        values.setdefault(_decoded(name), _decoded(value))
    return values


def _read_body(
    content_type: str, body: bytes, *, strict: bool
) -> tuple[dict[str, str], dict[str, str], tuple[str, ...] | None]:
    """Return the fields of a urlencoded body, those of a multipart one, its files; raises BadContentType, BadForm."""
    kind, parameters = media_type(content_type)
    if kind == FORM:
        return parse_form(body.decode("latin-1"), strict=strict), {}, None
    return ({}, *_parse_multipart(body, parameters)) if kind == "multipart/form-data" else ({}, {}, None)


def _header(request: Request, name: str) -> str:
    """Return a header's text as UTF-8 without the blanks around it; WSGI hands its bytes over as latin-1."""
    return request.headers.get(name, "").strip(" \t").encode("latin-1", "replace").decode("utf-8", "replace")


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1", "replace")).decode("utf-8", "replace")


def _parse_multipart(body: bytes, parameters: dict[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    from io import BytesIO

    boundary = parameters.get("boundary", "")
    if not boundary:
        raise BadForm("multipart without boundary")
    if f"--{boundary}--".encode() not in body:
        raise BadForm("multipart without its end")
    try:
        fields, files = MultiPartParser().parse(BytesIO(body), boundary.encode(), len(body))
    except (ValueError, HTTPException) as error:
        raise BadForm(str(error)) from error
    for name in files:
        for file in files.getlist(name):
            file.close()
    return {name: fields[name] for name in fields}, tuple(files)


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(":")
    return (user, password) if colon else None
