"""The notes: places where production differs from what the emulator just did."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, kw_only=True)
class Note:
    """One difference: a sentence in English and in Chinese, the versions it is about, and a source.

    `kind` is `leniency` (the emulator allowed what production refuses) or `trap` (production does
    this too, and it surprises).
    """

    id: str
    kind: str
    en: str
    zh: str
    versions: str
    source: str


@cache
def catalogue() -> dict[str, Note]:
    """Return every note by its id, in the order of the data file."""
    text = resources.files("emulator").joinpath("data/notes.json").read_text("utf-8")
    return {entry["id"]: Note(**entry) for entry in json.loads(text)}
