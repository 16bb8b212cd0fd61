"""Sentences in English and Chinese with places to fill in, kept as tables in `data/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property

#: A value is kept up to this many characters: requests choose some, and no bound of the journal counts them.
MAX_VALUE = 1000


class _Values(dict[str, str]):
    """The values of a sentence's places; one that an older state file does not have is shown as `?`."""

    def __missing__(self, name: str) -> str:
        return "?"


@dataclass(frozen=True)
class Phrase:
    """One sentence in both languages; `{name}` is a place, `{name!r}` one whose value is shown in quotes."""

    en: str
    zh: str

    @cached_property
    def places(self) -> frozenset[str]:
        """The names of the places to fill in."""
        return places_of(self.en)

    def filled(self, values: Mapping[str, str], language: str) -> str:
        """Return the sentence in `en` or `zh` with its places filled in."""
        return (self.zh if language == "zh" else self.en).format_map(_Values(values))


@cache
def phrases(table: str) -> Mapping[str, Phrase]:
    """Return the sentences of `data/TABLE.json` by their ids; read when first asked for."""
    import json
    from importlib import resources

    text = resources.files("emulator").joinpath(f"data/{table}.json").read_text("utf-8")
    return {name: Phrase(**both) for name, both in json.loads(text).items()}


def places_of(template: str) -> frozenset[str]:
    """Return the names of the places in a sentence."""
    from string import Formatter

    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def fitting(value: str) -> str:
    """Return a value as a sentence can hold it: not too long, and without half characters, which JSON cannot send."""
    whole = value.encode("utf-8", "replace").decode()
    return whole if len(whole) <= MAX_VALUE else whole[: MAX_VALUE - 1] + "…"


def time_of_day(at: datetime) -> str:
    """Show a moment whose day is plain, such as 09:30:00."""
    return at.strftime("%H:%M:%S")


def date_and_time(at: datetime) -> str:
    """Show a moment that may be days away, such as 2026-03-02 09:30:00."""
    return at.strftime("%Y-%m-%d %H:%M:%S")
