"""An audit as SARIF 2.1.0, for code scanning (facts/login-rules.md 4)."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from emulator import __version__
from emulator.audit.report import Finding, Report, Untold
from emulator.audit.reports.words import rule_title, trouble_title
from emulator.audit.rules.registry import RULES
from emulator.audit.texts import rule_text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[str, str] = {"error": "error", "warning": "warning", "info": "note"}


def write_sarif(report: Report, *, file: Path, line: int) -> str:
    """Return the report; every result points at the `login:` line of the audit's file, as code scanning demands."""
    where = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        }
    }
    results = [_result(one, where) for one in report.findings] + [_suppressed(one, where) for one in report.skipped]
    names = list(dict.fromkeys([*RULES, *(one["ruleId"] for one in results)]))
    for one in results:
        one["ruleIndex"] = names.index(one["ruleId"])
    run = {
        "tool": {"driver": {"name": "mockdoor", "version": __version__, "rules": [_rule(name) for name in names]}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report)}],
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str) -> dict[str, Any]:
    known = RULES.get(name)
    own = known.texts if known else {}
    why, remedy = (rule_text(name, part, own).en for part in ("why", "remedy"))
    return {
        "id": name,
        "shortDescription": {"text": rule_title(name, "en")},
        "fullDescription": {"text": why},
        "help": {"text": f"Why: {why}\nRemedy: {remedy}", "markdown": f"**Why:** {why}\n\n**Remedy:** {remedy}"},
        "defaultConfiguration": {"level": _LEVELS[known.severity if known else "warning"]},
        "properties": {"tags": ["login"]},
    }


def _result(one: Finding, where: Mapping[str, Any]) -> dict[str, Any]:
    said = f"{trouble_title(one.trouble, 'en')}: {one.message.en}"
    return {
        "ruleId": one.rule,
        "level": _LEVELS[one.severity],
        "message": {"text": f"{said} ({one.cause.en})" if one.cause else said},
        "locations": [where],
        "partialFingerprints": {"ruleAndTrouble/v1": _fingerprint(one.rule, one.trouble)},
        "properties": {"trouble": one.trouble},
    }


def _suppressed(one: Untold, where: Mapping[str, Any]) -> dict[str, Any]:
    known = RULES.get(one.rule)
    would = "it would pass" if one.would_pass else "it would be reported or not examined"
    return {
        "ruleId": one.rule,
        "level": _LEVELS[known.severity if known else "warning"],
        "message": {"text": f"{rule_title(one.rule, 'en')}: skipped; {would}"},
        "locations": [where],
        "partialFingerprints": {"ruleAndTrouble/v1": _fingerprint(one.rule, "skipped")},
        "suppressions": [{"kind": "external", "status": "accepted", "justification": one.reason.en}],
    }


def _notifications(report: Report) -> list[dict[str, Any]]:
    """Return what was not examined, which is no result."""
    return [
        {"level": "note", "message": {"text": f"not examined: {one.reason.en}"}, "associatedRule": {"id": one.rule}}
        for one in report.not_examined
    ]


def _fingerprint(rule: str, trouble: str) -> str:
    return hashlib.sha256(f"{rule}\n{trouble}".encode()).hexdigest()[:32]


def _uri(file: Path) -> str:
    """Return the file's path from the working folder, as a relative URI."""
    return quote(Path(os.path.relpath(file)).as_posix())
