"""A call to WeChat as its operations read it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from emulator.core.json_object import Json, JsonObject
from emulator.journal.reasons import reason
from emulator.wechat.catalogue import wechat_error


@dataclass(frozen=True, kw_only=True, slots=True)
class WechatCall:
    """The parts of a request that WeChat's rules look at; of repeated parameters the first.

    `params` come from the query, then from a form. `headers` have lower-case names.
    """

    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    address: str = ""

    def value(self, name: str) -> str:
        """Return a parameter, empty when there is none."""
        return self.params.get(name, "")

    def either(self, name: str) -> str:
        """Return a parameter, else the text of that name in a JSON body, empty when there is neither."""
        return self.params.get(name) or _object_in(self.body).text(name)

    def json(self) -> JsonObject:
        """Return the body's JSON object.

        Raises WechatError: 44002 for an empty body, 47001 for one that is not a JSON object (facts/wechat.md 0.1).
        """
        if not self.body.strip():
            raise wechat_error(44002, why=reason("body-empty"))
        value = _read(self.body)
        if value is None:
            raise wechat_error(47001, why=reason("body-not-json"))
        if not isinstance(value, dict):
            raise wechat_error(47001, why=reason("body-not-object"))
        return JsonObject(value)


def _read(body: bytes) -> Json:
    """Return what JSON says, None for what is not JSON; half a character, which nothing could say again, is not."""
    try:
        value: Json = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value


def _object_in(body: bytes) -> JsonObject:
    value = _read(body) if body else None
    return JsonObject(value if isinstance(value, dict) else {})
