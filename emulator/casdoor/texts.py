"""Casdoor's translated messages."""

import json
import re
from functools import cache

from emulator.casdoor.defaults import data_text

_PLACE = re.compile(r"\{(\w+)\}")


@cache
def _texts() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads(data_text("texts.json"))
    return loaded


def text(key: str, language: str, **values: str) -> str:
    """Return a message in a language (`en`, `zh`, `ja`; others give English) with its places filled in.

    The values stand as they are, braces included. Source: facts/casdoor.md 8.
    """
    entry = _texts()[key]
    return _PLACE.sub(lambda found: values[found[1]], entry.get(language, entry["en"]))


def filter_language(header: str) -> str:
    """Return the language of a filter's message: the header only when it is just two letters (facts/casdoor.md 8)."""
    return header if len(header) == 2 else "en"


def controller_language(header: str) -> str:
    """Return the language of a controller's message: the header's first two characters (facts/casdoor.md 8)."""
    return header[:2] if len(header) >= 2 else "en"
