"""All rules and troubles, as `--list` shows them."""

from typing import Any

import emulator.audit.stagings  # noqa: F401  # registers the troubles
from emulator.audit.reports.words import rule_title, trouble_title, words
from emulator.audit.rules.registry import RULES
from emulator.audit.texts import catalogue
from emulator.audit.troubles import TROUBLES

_HEADS = {
    "en": (
        "Rules: id, severity, what must hold [what it needs]",
        "Troubles: id, whose fault, what happens",
    ),
    "zh": ("规则：编号、级别、应当成立的事 [所需条件]", "情形：编号、谁的错、发生什么"),
}


def list_json(language: str) -> dict[str, Any]:
    """Return every rule and every trouble as JSON."""
    rules = [
        {
            "rule": one.id,
            "severity": one.severity,
            "title": rule_title(one.id, language),
            "troubles": list(one.troubles),
            "needs": list(one.needs),
        }
        for one in RULES.values()
    ]
    troubles = [
        {"trouble": one.id, "kind": one.kind, "title": trouble_title(one.id, language), "needs": list(one.needs)}
        for one in TROUBLES.values()
    ]
    return {"rules": rules, "troubles": troubles}


def show_listing(language: str) -> str:
    """Return every rule and every trouble as a text."""
    say, (rules, troubles) = words(language), _HEADS[language]
    width = max(len(name) for name in (*RULES, *TROUBLES))
    lines = [rules]
    for one in RULES.values():
        needs = f"  [{', '.join(one.needs)}]" if one.needs else ""
        lines.append(f"  {one.id:<{width}}  {say[one.severity]:<8} {rule_title(one.id, language)}{needs}")
    lines += ["", troubles]
    for trouble in TROUBLES.values():
        needs = f"  [{', '.join(trouble.needs)}]" if trouble.needs else ""
        lines.append(f"  {trouble.id:<{width}}  {trouble.kind:<8} {trouble_title(trouble.id, language)}{needs}")
    needs_of = [*(one.needs for one in RULES.values()), *(one.needs for one in TROUBLES.values())]
    used = dict.fromkeys(need for one in needs_of for need in one)
    lines.append("")
    lines += [f"  [{name}]: {_lacking(name, language)}" for name in used]
    return "\n".join(lines)


def _lacking(need: str, language: str) -> str:
    head = "缺少时：" if language == "zh" else "not examined when "
    return head + str(catalogue("needs")[need][language]).format()
