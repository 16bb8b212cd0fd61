"""Addresses as reports show them, whatever port the system picked."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import urlsplit


class Shown:
    """Replaces addresses by the names under which reports know them."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Take the shown address of each real one."""
        self._pairs = [
            (alias, netloc)
            for real, shown in addresses.items()
            for netloc in [urlsplit(shown).netloc]
            for alias in _aliases(urlsplit(real).netloc)
            if alias != netloc
        ]

    def __call__(self, value: Any) -> Any:
        """Return a value with every address in it replaced, however deep."""
        if not self._pairs:
            return value
        if isinstance(value, str):
            for real, shown in self._pairs:
                value = value.replace(real, shown)
            return value
        if isinstance(value, Mapping):
            return {name: self(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self(one) for one in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{one.name: self(getattr(value, one.name)) for one in fields(value)})
        return value


def _aliases(netloc: str) -> tuple[str, ...]:
    local = "127.0.0.1:"
    return (netloc, f"localhost:{netloc.removeprefix(local)}") if netloc.startswith(local) else (netloc,)
