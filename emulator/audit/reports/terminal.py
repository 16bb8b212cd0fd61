"""An audit as text for a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from emulator.audit.report import Finding, Report, Untold
from emulator.audit.reports.words import SEVERITIES, counted, printable, rule_title, trouble_title, words
from emulator.core.curl import curl_line

_COLOURS = {"error": "31", "warning": "33", "info": "36", "good": "32", "dim": "2"}
#: So many things that were seen are shown for one rule.
_SEEN = 3


def show_report(report: Report, *, language: str = "en", colour: bool = False) -> str:
    """Return the findings by rule, gravest first, and what came of every other rule; without a newline at the end."""
    say = words(language)
    blocks = [
        "\n".join(_rule(name, found, language, colour=colour)) for name, found in by_rule(report.findings).items()
    ]
    blocks.append("\n".join(_others(report, language, colour=colour)))
    verdict = counted(report, language) if report.findings else _paint(say["no findings"], "good", on=colour)
    tail = say["tail"].format(seconds=f"{report.seconds:.1f}", probes=report.probes, app=report.app)
    return "\n\n".join([*blocks, f"{verdict} · {tail}"])


def by_rule(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    """Return the findings of each rule, the rules with the gravest first."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.rule, []).append(one)
    return dict(sorted(found.items(), key=lambda entry: SEVERITIES.index(gravest(entry[1]))))


def gravest(findings: Iterable[Finding]) -> str:
    """Return the gravest severity of some findings."""
    return min((one.severity for one in findings), key=SEVERITIES.index)


def _rule(name: str, found: Sequence[Finding], language: str, *, colour: bool) -> Iterator[str]:
    say, severity = words(language), gravest(found)
    yield f"{_paint(say[severity], severity, on=colour)}  {name}  {rule_title(name, language)}"
    troubles = dict.fromkeys(trouble_title(one.trouble, language) for one in found)
    yield from _field(say["troubles"], ["; ".join(troubles)])
    seen = list(dict.fromkeys(one.message.in_language(language) for one in found))
    more = [say["more"].format(count=len(seen) - _SEEN)] if len(seen) > _SEEN else []
    yield from _field(say["seen"], [*seen[:_SEEN], *more])
    yield from _field(say["why"], [found[0].why.in_language(language)])
    yield from _field(say["remedy"], [found[0].remedy.in_language(language)])
    causes = dict.fromkeys(one.cause.in_language(language) for one in found if one.cause)
    yield from _field(say["cause"], list(causes))
    lines = [line for one in found[:1] if (line := curl_of(one))]
    yield from _field(say["request"], lines)


def curl_of(finding: Finding) -> str:
    """Return a line that repeats the request of a finding, empty when it has none."""
    if finding.probe is None:
        return ""
    sent = finding.probe.sent
    line = curl_line(sent.method, sent.url, headers=sent.headers, body=sent.body)
    return line if len(line) <= 2000 else f"{line[:1999]}…"


def _field(name: str, lines: Sequence[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        shown = printable(" ".join(line.split()))
        yield f"  {name if index == 0 else '':<10}{shown}"


def _others(report: Report, language: str, *, colour: bool) -> Iterator[str]:
    say = words(language)
    yield say["counts"].format(
        passed=len(report.passed), skipped=len(report.skipped), not_examined=len(report.not_examined)
    )
    for one in report.skipped:
        would = f" {say['would pass']}" if one.would_pass else ""
        yield _paint(f"  {say['skipped']} {one.rule}: {one.reason.in_language(language)}{would}", "dim", on=colour)
    for reason, rules in _by_reason(report.not_examined, language).items():
        yield _paint(f"  {say['not examined']} {', '.join(rules)}: {reason}", "dim", on=colour)


def _by_reason(untold: Iterable[Untold], language: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in untold:
        found.setdefault(one.reason.in_language(language), []).append(one.rule)
    return found


def _paint(text: str, kind: str, *, on: bool) -> str:
    return f"\033[{_COLOURS[kind]}m{text}\033[0m" if on else text
