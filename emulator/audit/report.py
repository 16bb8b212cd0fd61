"""The result of an audit: findings, and what came of every other rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.audit.probe import Probe
from emulator.audit.rules.registry import Severity


@dataclass(frozen=True, kw_only=True)
class Text:
    """A sentence in both languages."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return it in `en` or `zh`."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a backend broke in a trouble, and where that was seen."""

    rule: str
    severity: Severity
    trouble: str
    message: Text
    why: Text
    remedy: Text
    cause: Text | None = None
    probe: Probe | None = None

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as `--json` shows it."""
        shown: dict[str, Any] = {
            "rule": self.rule,
            "severity": self.severity,
            "trouble": self.trouble,
            "message": self.message.in_language(language),
            "why": self.why.in_language(language),
            "remedy": self.remedy.in_language(language),
            "evidence": dict(self.probe.evidence()) if self.probe else {},
        }
        return shown | ({"cause": self.cause.in_language(language)} if self.cause else {})


@dataclass(frozen=True, kw_only=True)
class Untold:
    """A rule that was skipped or not examined, with the reason; `would_pass` when a skipped one found nothing."""

    rule: str
    reason: Text
    would_pass: bool = False

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as `--json` shows it."""
        shown: dict[str, Any] = {"rule": self.rule, "reason": self.reason.in_language(language)}
        return shown | ({"would_pass": True} if self.would_pass else {})


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that came of an audit; `passed` names the troubles in which each rule was examined.

    `seconds` is how long the audit took, `probes` how many requests it made.
    """

    app: str
    findings: tuple[Finding, ...] = ()
    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: tuple[Untold, ...] = ()
    not_examined: tuple[Untold, ...] = ()
    seconds: float = 0.0
    probes: int = 0
    through_casdoor: bool = False

    def exit_code(self, *, strict: bool = False) -> int:
        """Return 1 when a finding is an error (with `strict` a warning too), else 0."""
        bad = ("error", "warning") if strict else ("error",)
        return int(any(one.severity in bad for one in self.findings))

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "findings": [one.as_json(language) for one in self.findings],
            "passed": [{"rule": name, "troubles": list(troubles)} for name, troubles in self.passed.items()],
            "skipped": [one.as_json(language) for one in self.skipped],
            "not_examined": [one.as_json(language) for one in self.not_examined],
        }
