"""The words that all reports of an audit share, in English and Chinese."""

from collections.abc import Mapping

from emulator.audit.report import Report
from emulator.audit.rules.registry import RULES
from emulator.audit.texts import catalogue, rule_text

#: From the gravest on.
SEVERITIES = ("error", "warning", "info")
_EN = {
    "error": "error",
    "warning": "warning",
    "info": "info",
    "troubles": "when",
    "seen": "seen",
    "why": "why",
    "remedy": "remedy",
    "cause": "cause",
    "request": "request",
    "more": "… and {count} more",
    "counts": "rules: {passed} passed, {skipped} skipped, {not_examined} not examined",
    "skipped": "skipped",
    "would pass": "(it would pass)",
    "not examined": "not examined",
    "no findings": "no findings",
    "tail": "{probes} requests to {app} in {seconds} s",
}
_ZH = {
    "error": "错误",
    "warning": "警告",
    "info": "提示",
    "errors": "个错误",
    "warnings": "个警告",
    "infos": "个提示",
    "troubles": "情形",
    "seen": "现象",
    "why": "原因",
    "remedy": "办法",
    "cause": "来源",
    "request": "请求",
    "more": "……以及另外 {count} 条",
    "counts": "规则：{passed} 条通过，{skipped} 条跳过，{not_examined} 条未审查",
    "skipped": "跳过",
    "would pass": "（本会通过）",
    "not examined": "未审查",
    "no findings": "没有发现问题",
    "tail": "{seconds} 秒内向 {app} 发出 {probes} 个请求",
}


def words(language: str) -> Mapping[str, str]:
    """Return the words of a language, `en` or `zh`."""
    return _ZH if language == "zh" else _EN


def counted(report: Report, language: str) -> str:
    """Return how many findings of each severity there are, such as `2 errors, 1 warning`."""
    counts = [(one, sum(found.severity == one for found in report.findings)) for one in SEVERITIES]
    if language == "zh":
        return "，".join(f"{count} {_ZH[f'{name}s']}" for name, count in counts if count)
    names = {"error": "error", "warning": "warning", "info": "note"}
    return ", ".join(f"{count} {names[name]}{'s' if count > 1 else ''}" for name, count in counts if count)


def rule_title(rule_id: str, language: str) -> str:
    """Return the title of a rule, also of a user's own while it is registered."""
    known = RULES.get(rule_id)
    return rule_text(rule_id, "title", known.texts if known else {}).in_language(language)


def trouble_title(trouble_id: str, language: str) -> str:
    """Return the title of a trouble."""
    title = catalogue("troubles").get(trouble_id)
    return str(title[language]) if title else trouble_id


def printable(text: str) -> str:
    """Return a text that changes nothing on a terminal: what an app says may hold its control characters."""
    return "".join(one if one.isprintable() or one in "\n\t" else "\ufffd" for one in text)
