"""Casdoor's translated messages."""

from emulator.casdoor.versions import version_of
from emulator.world.transaction import Transaction


def text(tx: Transaction, key: str, **values: str) -> str:
    """Return a message of the version played in the request's language, its places filled in (facts/casdoor.md 8)."""
    return version_of(tx).text(key, tx.language, **values)


def filter_language(header: str) -> str:
    """Return the language of a filter's message: the header only when it is just two letters (facts/casdoor.md 8)."""
    return header if len(header) == 2 else "en"


def controller_language(header: str) -> str:
    """Return the language of a controller's message: the header's first two characters (facts/casdoor.md 8)."""
    return header[:2] if len(header) >= 2 else "en"
