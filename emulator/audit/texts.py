"""The sentences of an audit in English and Chinese, kept as tables in `data/audit/`."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from emulator.audit.report import Text
from emulator.core.tables import table_folder

#: The parts of a rule that are sentences.
RULE_PARTS = ("title", "why", "remedy")


@cache
def catalogue(kind: str) -> Mapping[str, Any]:
    """Return the entries of a kind, such as `rules`, `seen` or `troubles`, of all tables by their ids."""
    found: dict[str, Any] = {}
    for path in sorted(table_folder("audit").iterdir(), key=lambda one: one.name):
        if path.name.endswith(".json"):
            found |= json.loads(path.read_text("utf-8")).get(kind, {})
    return found


def text(kind: str, name: str, /, **params: str) -> Text:
    """Return a sentence with its places filled in; raises KeyError for an unknown one."""
    both = catalogue(kind)[name]
    return Text(en=both["en"].format_map(params), zh=both["zh"].format_map(params))


def rule_text(rule_id: str, part: str, own: Mapping[str, Any]) -> Text:
    """Return the title, why or remedy of a rule; `own` are the texts that a user's rule brings."""
    given = own.get(part, "") if own else catalogue("rules")[rule_id][part]
    return Text(**given) if isinstance(given, Mapping) else Text(en=str(given), zh=str(given))
