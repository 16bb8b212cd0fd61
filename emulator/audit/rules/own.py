"""A user's own rules: Python files that register them as the built-in ones are."""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from emulator.audit.needs import NEEDS
from emulator.audit.rules.registry import RULES, Rule, Severity, forget
from emulator.audit.texts import RULE_PARTS
from emulator.audit.troubles import TROUBLES
from emulator.scenario.document import suggest

_KINDS = ("every", "none", "client", "server", "other")


class OwnRuleError(Exception):
    """A file of own rules that cannot be used; the text begins with the file and the line."""


@contextmanager
def own_rules(paths: Sequence[Path]) -> Iterator[tuple[str, ...]]:
    """Register the rules of files for the length of a with-statement, and return their ids; raises OwnRuleError."""
    before = set(RULES)
    try:
        for path in paths:
            _load(path)
        yield tuple(name for name in RULES if name not in before)
    finally:
        forget(name for name in tuple(RULES) if name not in before)


def place_in(error: BaseException, paths: Sequence[Path]) -> str:
    """Return the place nearest to an error that lies in one of these files, as `file:line`; else its last place."""
    names = {str(one) for one in paths}
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if one.filename in names] or frames
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def _load(path: Path) -> None:
    try:
        source = path.read_text("utf-8")
    except FileNotFoundError:
        raise OwnRuleError(f"{path}: there is no such file; --rules and audit: rules name Python files") from None
    except (OSError, ValueError) as error:
        raise OwnRuleError(f"{path}: the file cannot be read: {error}") from error
    before = set(RULES)
    _run(path, source)
    added = [RULES[name] for name in RULES if name not in before]
    if not added:
        raise OwnRuleError(f"{path}:1: the file registers no rule; it needs a function under @rule(id, severity, …)")
    for one in added:
        wrong = _mistake(one)
        if wrong:
            raise OwnRuleError(f"{path}:{_line(one.check)}: the rule {one.id!r} {wrong}")


def _run(path: Path, source: str) -> None:
    names = {"__name__": f"mockdoor_rules_{path.stem}", "__file__": str(path)}
    try:
        exec(compile(source, str(path), "exec"), names)  # noqa: S102  # the user's own file
    except SyntaxError as error:
        raise OwnRuleError(f"{error.filename or path}:{error.lineno}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        where = place_in(error, [path]) or f"{path}:1"
        raise OwnRuleError(f"{where}: {said(error)}") from error


def said(error: BaseException) -> str:
    """Return an exception in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")


def _mistake(one: Rule) -> str:
    """Return what is wrong with an own rule, empty when nothing is."""
    if one.severity not in get_args(Severity):
        return f"has the severity {one.severity!r}; allowed: {', '.join(get_args(Severity))}"
    for name in one.troubles:
        if name not in TROUBLES and name not in _KINDS:
            return f"names the unknown trouble {name!r}{suggest(str(name), {*TROUBLES, *_KINDS})}"
    for name in one.needs:
        if name not in NEEDS:
            return f"names the unknown need {name!r}{suggest(str(name), NEEDS)}"
    for part in one.texts:
        if part not in RULE_PARTS:
            return f"has the unknown text {part!r}{suggest(part, RULE_PARTS)}"
    for part in RULE_PARTS:
        if not _is_text(one.texts.get(part)):
            return f"has no {part}; give {part}= a text, or one in each language as {{'en': …, 'zh': …}}"
    return ""


def _is_text(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"en", "zh"} and all(isinstance(one, str) for one in value.values())
    return isinstance(value, str) and bool(value)


def _line(check: Callable[..., Any]) -> int:
    code = getattr(check, "__code__", None)
    return code.co_firstlineno if code else 1
