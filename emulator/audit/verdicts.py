"""From what was seen to the verdict on each rule."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb

from emulator.audit.evidence import Evidence
from emulator.audit.needs import Circumstances, missing
from emulator.audit.report import Finding, Text, Untold
from emulator.audit.rules.registry import NotExamined, Rule, Seen
from emulator.audit.texts import catalogue, rule_text, text


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The verdicts on all rules."""

    findings: tuple[Finding, ...]
    passed: Mapping[str, tuple[str, ...]]
    skipped: tuple[Untold, ...]
    not_examined: tuple[Untold, ...]


def judge(
    rules: Iterable[Rule],
    evidence: Evidence,
    circumstances: Circumstances,
    *,
    skip: Mapping[str, str],
    hinted: Collection[str] = (),
    hints: bool = True,
) -> Verdicts:
    """Hold everything that was seen against rules; `skip` are ids with reasons.

    Without `hints` what is of severity `info` is left out; rules that are `hinted` were not examined therefore.
    """
    found: list[tuple[Rule, Seen]] = []
    passed: dict[str, tuple[str, ...]] = {}
    skipped: list[Untold] = []
    untold: list[Untold] = []
    for rule in rules:
        if rule.id in hinted and rule.id not in skip:
            untold.append(Untold(rule=rule.id, reason=text("needs", "hint")))
            continue
        seen = _seen(rule, evidence, circumstances)
        if not isinstance(seen, Text) and not hints:
            seen = [one for one in seen if (one.severity or rule.severity) != "info"]
        if rule.id in skip:
            reason = Text(en=skip[rule.id], zh=skip[rule.id])
            skipped.append(Untold(rule=rule.id, reason=reason, would_pass=seen == []))
        elif isinstance(seen, Text):
            untold.append(Untold(rule=rule.id, reason=seen))
        elif seen:
            found += [(rule, one) for one in seen]
        else:
            passed[rule.id] = tuple(one for one in evidence.staged if evidence.concerns(rule.troubles, one))
    findings = _once(found)
    return Verdicts(findings=tuple(findings), passed=passed, skipped=tuple(skipped), not_examined=tuple(untold))


def _seen(rule: Rule, evidence: Evidence, circumstances: Circumstances) -> list[Seen] | Text:
    """Return what a rule forbids and was seen, or why it was not examined."""
    need = missing(rule.needs, circumstances)
    if need:
        return text("needs", need)
    if not evidence.probes(*rule.troubles):
        return text("needs", "no-probe")
    try:
        seen = list(rule.check(evidence))
        if rule.texts:
            [_finding(rule, one) for one in seen]  # an own rule may yield what cannot be shown
    except NotExamined as error:
        reason = str(error)
        return text("needs", reason) if reason in catalogue("needs") else Text(en=reason, zh=reason)
    except Exception as error:
        if not rule.texts:
            raise
        return _broken(error)
    return seen


def _broken(error: Exception) -> Text:
    """Say that an own rule raised, what and where."""
    package = str(Path(__file__).parent)
    frames = [one for one in extract_tb(error.__traceback__) if not one.filename.startswith(package)]
    own = [one for one in frames if one.filename == frames[0].filename]
    where = f" ({own[-1].filename}:{own[-1].lineno})" if own else ""
    said = f"{type(error).__name__}: {' '.join(str(error).split())}".removesuffix(": ")
    return text("needs", "raised", said=said, where=where)


def _once(found: list[tuple[Rule, Seen]]) -> list[Finding]:
    """Return the findings, one for each rule and trouble, without those that another rule's finding covers."""
    covered = {(name, id(seen.probe)) for rule, seen in found if seen.probe for name in rule.covers}
    findings: dict[tuple[str, str], Finding] = {}
    for rule, seen in found:
        if (rule.id, id(seen.probe)) in covered:
            continue
        one = _finding(rule, seen)
        kept = findings.setdefault((one.rule, one.trouble), one)
        if kept.severity != "error" and one.severity == "error":
            findings[one.rule, one.trouble] = one
    return list(findings.values())


def _finding(rule: Rule, seen: Seen) -> Finding:
    own = rule.texts
    message = text("seen", seen.key, **seen.params) if not own else _own_message(seen)
    return Finding(
        rule=rule.id,
        severity=seen.severity or rule.severity,
        trouble=seen.trouble or (seen.probe.trouble if seen.probe else ""),
        message=message,
        why=rule_text(rule.id, "why", own),
        remedy=rule_text(rule.id, "remedy", own),
        cause=text("causes", seen.cause) if seen.cause else None,
        probe=seen.probe,
    )


def _own_message(seen: Seen) -> Text:
    """Return the message of a user's own rule, which writes it out instead of naming a sentence."""
    return Text(en=seen.key.format_map(seen.params), zh=seen.key.format_map(seen.params))
