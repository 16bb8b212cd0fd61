"""What stands in `${…}`: names of vars and captures, the environment, and invented values."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from emulator.scenario.document import suggest

ENVIRONMENT = "env."
INVENTED = "faker."
#: The variable that chooses the language of invented values, and the one they have without it.
LOCALE_VARIABLE = "faker_locale"
LOCALE = "zh_CN"

#: `$${` stands for a `${` that is none.
TOKEN = re.compile(r"\$\$\{|\$\{(?P<name>[^{}]*)\}|\$\{")
_NAME = re.compile(r"[\w.-]+")


def names_in(text: str) -> list[str]:
    """Return the names that a text looks up, in order."""
    return [found["name"] for found in TOKEN.finditer(text) if found["name"] and _NAME.fullmatch(found["name"])]


def look_alikes(text: str) -> Iterator[str]:
    """Yield what is wrong with each `${` that looks nothing up and is not written `$${`."""
    for found in TOKEN.finditer(text):
        name = found["name"]
        if found[0] == "${":
            yield "'${' without its '}'; write ${name}, or $${ for the characters themselves"
        elif name is not None and not _NAME.fullmatch(name):
            inside = name.strip()
            hint = f"did you mean ${{{inside}}}?" if _NAME.fullmatch(inside) else "write ${name}"
            what = f"${{{name}}} is no name" if inside else f"${{{name}}} names nothing"
            yield f"{what}; {hint}"


def name_problem(name: str, known: Iterable[str], *, locale: str) -> str:
    """Return what is wrong with a name that a text looks up, empty when nothing is."""
    if name.startswith(ENVIRONMENT) and name != ENVIRONMENT:
        return ""
    if name.startswith(INVENTED):
        provider, allowed = name.removeprefix(INVENTED), providers(locale)
        return "" if provider in allowed else f"faker has no provider {provider!r}{suggest(provider, allowed)}"
    if name in known:
        return ""
    if name in ("env", "faker"):
        return f"unknown name ${{{name}}}; write ${{{name}.{'HOME' if name == 'env' else 'name'}}}"
    return f"unknown name ${{{name}}}{suggest(name, known)}"


@cache
def providers(locale: str) -> frozenset[str]:
    """Return the invented values that take no arguments, none for an unknown locale; imports faker."""
    from inspect import Parameter, signature

    if not locale_exists(locale):
        return frozenset()
    from faker import Faker

    def is_free(provider: Any, name: str) -> bool:
        method = getattr(provider, name, None)
        if name.startswith("_") or not callable(method) or isinstance(method, type):
            return False
        free = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
        return all(one.default is not one.empty or one.kind in free for one in signature(method).parameters.values())

    found = {name for one in Faker(locale).get_providers() for name in dir(one) if is_free(one, name)}
    return frozenset(found - {"generator", "enum"})


def locale_exists(locale: str) -> bool:
    """Return whether faker speaks a language such as zh_CN."""
    from faker.config import AVAILABLE_LOCALES

    return locale in AVAILABLE_LOCALES
