"""A case shown step by step, for a classroom."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.runner.reports.lanes import Lane, asked_apps, messages
from emulator.runner.results import CaseResult, StepResult

_LANES: dict[str, dict[Lane, str]] = {
    "en": {"client": "mini program", "casdoor": "Casdoor", "wechat": "WeChat"},
    "zh": {"client": "小程序", "casdoor": "Casdoor", "wechat": "微信"},
}
_TEXTS = {
    "en": {"why": "why", "note": "note", "fault": "planned fault", "expected": "expected", "actual": "but got"},
    "zh": {"why": "原因", "note": "提示", "fault": "计划的故障", "expected": "期望", "actual": "实际"},
}


def explain(case: CaseResult, *, language: str = "en") -> str:
    """Return who called whom with what, what came back, and what it means; `language` is `en` or `zh`."""
    lines = [f"== {case.name} ({case.profile}) ==", *([case.description, ""] if case.description else [])]
    lanes = {**_LANES[language], "app": ", ".join(asked_apps(case))}
    shown: StepResult | None = None
    for number, message in enumerate(messages(case, language=language), 1):
        if shown is not None and message.step is not shown:
            lines += _meaning(shown, language)
        shown = message.step
        if message.start == message.end:
            lines.append(f"{number:>3}. {message.text}")
            continue
        arrow = "<--" if message.reply else "-->"
        left, right = (message.end, message.start) if message.reply else (message.start, message.end)
        lines.append(f"{number:>3}. {lanes[left]:<13}{arrow} {lanes[right]:<9} {message.text}")
    if shown is not None:
        lines += _meaning(shown, language)
    return "\n".join(lines) + "\n"


def _meaning(step: StepResult, language: str) -> Iterator[str]:
    texts = _TEXTS[language]
    entry: Mapping[str, Any] = step.entry or {}
    if entry.get("faults"):
        yield f"       {texts['fault']}: {', '.join(entry['faults'])}"
    if entry.get("reason"):
        yield f"       {texts['why']}: {entry['reason'][language]}"
    for note in entry.get("notes") or []:
        yield f"       {texts['note']} {note['id']}: {note[language]}"
    if step.message:
        yield f"       ! {step.message}"
    for one in step.mismatches:
        yield f"       ! {one.at}: {texts['expected']} {one.expected}, {texts['actual']} {one.actual}"
