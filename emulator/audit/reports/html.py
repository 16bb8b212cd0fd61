"""An audit as one HTML page, in English and Chinese at once, with a sequence diagram for each finding."""

import json

from emulator.audit.report import Finding, Report
from emulator.audit.reports.diagrams import draw_probe
from emulator.audit.reports.terminal import by_rule, curl_of, gravest
from emulator.audit.reports.words import SEVERITIES, counted, rule_title, trouble_title, words
from emulator.runner.reports.html import template

_LANGUAGES = ("en", "zh")
_HEADINGS = {
    "en": {
        "title": "Audit of {app}",
        "passed": "Passed",
        "skipped": "Skipped",
        "untold": "Not examined",
        "evidence": "request, reply and calls",
        "diagram": "Sequence diagram",
    },
    "zh": {
        "title": "{app} 的审计",
        "passed": "通过",
        "skipped": "跳过",
        "untold": "未审查",
        "evidence": "请求、响应与调用",
        "diagram": "时序图",
    },
}


def write_html(report: Report, *, language: str = "en") -> str:
    """Return the page, which shows `language` first: self-contained, without scripts."""
    return template(__name__.rpartition(".")[0]).render(
        report=report,
        rules=by_rule(report.findings),
        first=language,
        languages=_LANGUAGES,
        say={one: {**words(one), **_HEADINGS[one]} for one in _LANGUAGES},
        summary={one: counted(report, one) or words(one)["no findings"] for one in _LANGUAGES},
        rule_title=rule_title,
        trouble_title=trouble_title,
        gravest=gravest,
        severities=SEVERITIES,
        draw_probe=draw_probe,
        curl=curl_of,
        evidence=_evidence,
    )


def _evidence(finding: Finding) -> str:
    found = finding.probe.evidence() if finding.probe else {}
    return json.dumps(found, ensure_ascii=False, indent=1)
