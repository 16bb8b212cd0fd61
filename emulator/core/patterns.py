"""Regular expressions that other people write, matched in linear time as Go matches them.

Python's `re` backtracks, so one pattern of a scenario could hold a thread for ever; RE2 reads the same syntax as Go's
`regexp`, which Casdoor uses, and never takes longer than the text is long.
"""

import re
from typing import Protocol

# Go refuses such a repetition; RE2 takes braces with more than eight digits for plain text.
_ENDLESS = re.compile(r"(?<!\\)\{(?:[0-9]{9,}|[0-9]+,[0-9]{9,})")
_LINEAR = "look-around, back references and possessive repetition are not supported, because matching is linear"
_NEVER_LINEAR = ("invalid perl operator", "invalid escape sequence", "bad repetition operator")


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> object | None:
        """Return the first match in a text without lone surrogates, None when there is none."""


def compile_pattern(text: str) -> Pattern:
    """Return a compiled pattern of RE2's syntax, which is Go's.

    Raises ValueError with what is wrong.
    """
    import re2

    options = re2.Options()
    options.log_errors = False  # RE2 writes to stderr by itself otherwise
    if _ENDLESS.search(text):
        raise ValueError(f"{text!r} is not a regular expression: the repetition number is too large")
    try:
        compiled: Pattern = re2.compile(_sound(text), options)
    except re2.error as error:
        why = error.args[0].decode("utf-8", "replace")
        hint = f"; {_LINEAR}" if why.startswith(_NEVER_LINEAR) else ""
        raise ValueError(f"{text!r} is not a regular expression: {why}{hint}") from error
    return compiled


def search(pattern: str, text: str) -> bool:
    """Return whether a pattern matches anywhere in a text.

    Raises ValueError with what is wrong with the pattern.
    """
    return compile_pattern(pattern).search(_sound(text)) is not None


def _sound(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot say."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
