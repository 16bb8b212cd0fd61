"""The scopes that an application defines, and what a request may ask of them."""

import re

from emulator.casdoor.views import Application
from emulator.core.patterns import search

_PATTERN = re.compile(r"[.*+?^${}()|\[\]\\]")


def expand_scope(application: Application, asked: str) -> str | None:
    """Return the scope of a token, None for one that the application does not define.

    An application without scopes takes any. A word with pattern characters stands for all scopes that it matches.
    Source: object/token_oauth_util.go in v3.158.0, IsScopeValidAndExpand.
    """
    defined = [row.name for row in application.rows("scopes")]
    if not defined or not asked:
        return asked
    expanded: dict[str, None] = {}
    for word in asked.split():
        found = [word] if word in defined else _matching(word, defined)
        if not found:
            return None
        expanded |= dict.fromkeys(found)
    return " ".join(expanded)


def _matching(word: str, defined: list[str]) -> list[str]:
    if not _PATTERN.search(word):
        return []
    try:
        return [name for name in defined if search(f"^{word}$", name)]
    except ValueError:
        return []
