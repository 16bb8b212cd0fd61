"""A request to Casdoor as its filters and controllers read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.casdoor.gojson import GoJsonError, decode
from emulator.core.json_object import Json, JsonObject


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """The parts of a request that Casdoor's rules look at; of repeated parameters the first.

    `query` and `form` are apart as Go keeps them (`form` is the urlencoded body, `multipart` the other kind);
    `files` are the names of the files in a multipart body, None for any other body; `path` is as sent, without the
    query. `session` is the cookie's value.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    multipart: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] | None = None
    body: bytes = b""
    authorization: str = ""
    accept_language: str = ""
    dpop: str = ""
    session: str = ""
    basic: tuple[str, str] | None = None

    def value(self, name: str) -> str:
        """Return a parameter as beego does: form before query before multipart."""
        for source in (self.form, self.query, self.multipart):
            if name in source:
                return source[name]
        return ""

    @property
    def route(self) -> str:
        """The path as it is routed: without one trailing slash."""
        return self.path.removesuffix("/") if len(self.path) > 1 else self.path


def json_object(body: bytes) -> JsonObject | None:
    """Return a body that is one JSON object, None for anything else."""
    try:
        value = decode(body)
    except GoJsonError:
        return None
    return JsonObject(value) if isinstance(value, dict) else None


def field_of(row: JsonObject, name: str) -> Json:
    """Return a field whose name matches ignoring case, the last of several, as Go does."""
    found: Json = None
    for key, value in row.items():
        if key.lower() == name.lower() and value is not None:
            found = value
    return found
