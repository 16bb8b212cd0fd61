"""Reading encryptedData as a mini program's backend does, and how that fails."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from emulator.wechat.crypto import decrypt


class CannotDecrypt(Exception):
    """Data that a backend cannot use: `kind` is `base64`, `padding`, `text` or `watermark`; the text says more."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def through_form(data: str) -> str:
    """Return what a backend reads from a form into which data were pasted without percent-encoding."""
    return unquote_plus(data)


def read_encrypted(data: str, *, session_key: str, iv: str, appid: str) -> Mapping[str, Any]:
    """Return the JSON object in encryptedData after every check of facts/wechat.md 3; raises CannotDecrypt."""
    _check_base64(data)
    try:
        text = decrypt(data, session_key=session_key, iv=iv)
    except UnicodeDecodeError as error:
        raise CannotDecrypt("text", f"what comes out is not UTF-8, as with another session_key: {error}") from error
    except ValueError as error:
        raise CannotDecrypt("padding", f"it does not fit the session_key and iv: {error}") from error
    value = _object(text)
    marked = value.get("watermark")
    owner = marked.get("appid") if isinstance(marked, dict) else None
    if owner != appid:
        raise CannotDecrypt("watermark", f"the watermark is that of {owner}, not of {appid}")
    return value


def _check_base64(data: str) -> None:
    try:
        base64.b64decode(data, validate=True)
    except ValueError as error:
        space = "; there is a space in it, where base64 has a +" if " " in data else ""
        raise CannotDecrypt("base64", f"the data are not base64: {error}{space}") from error


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CannotDecrypt("text", f"what comes out is not JSON, as with another session_key: {error}") from error
    if not isinstance(value, dict):
        raise CannotDecrypt("text", f"what comes out is not a JSON object, but {text[:40]!r}")
    return value
