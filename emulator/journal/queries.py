"""Counting the exchanges of a journal, and the calls inside them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from emulator.core.json_object import Json

Entries = Iterable[Mapping[str, Json]]


def count(journal: Entries, pattern: str, when: Mapping[str, Any]) -> int:
    """Return how many exchanges and inner calls an operation pattern and the facts of `when` describe."""
    return sum(
        fnmatchcase(name, pattern) and all(_fact(entry, key) == value for key, value in when.items())
        for entry in journal
        for name in _operations(entry)
    )


def seen(journal: Entries) -> str:
    """Return what was called, and how often, in one line."""
    made = Counter(name for entry in journal for name in _operations(entry))
    return ", ".join(f"{name} {times}" for name, times in sorted(made.items())) or "nothing"


def nearest(journal: Entries, pattern: str, when: Mapping[str, Any]) -> list[str]:
    """Return one line for each exchange of the operation whose facts differ: which, and how."""
    lines = []
    for entry in journal:
        differing = {key: _fact(entry, key) for key, value in when.items() if _fact(entry, key) != value}
        if differing and any(fnmatchcase(name, pattern) for name in _operations(entry)):
            facts = ", ".join(f"{key} was {value!r}, not {when[key]!r}" for key, value in differing.items())
            lines.append(f"exchange {entry['number']}: {facts}")
    return lines


def _operations(entry: Mapping[str, Json]) -> Iterator[str]:
    yield str(entry["operation"])
    inner = entry.get("inner")
    for one in inner if isinstance(inner, list) else ():
        if isinstance(one, dict):
            yield str(one["operation"])


def _fact(entry: Mapping[str, Json], key: str) -> Json:
    """Return a fact of an exchange: its persona, or a field of its query or form."""
    if key == "persona":
        return entry.get("persona")
    request = entry.get("request")
    body = request.get("body") if isinstance(request, dict) else ""
    fields = dict(parse_qsl(f"{entry.get('query') or ''}&{body or ''}"))
    return fields.get(key) or (fields.get("js_code") if key == "code" else None)
