"""An audit as JUnit XML: a suite for each trouble, a case for each rule (facts/login-rules.md 4)."""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET  # only writes

from emulator.audit.report import Finding, Report
from emulator.audit.reports.terminal import curl_of
from emulator.audit.reports.words import rule_title, trouble_title

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The suite of rules that no trouble told anything of.
_NO_TROUBLE = "not examined"


def write_junit(report: Report, *, file: Path, strict: bool = False) -> str:
    """Return the report; an error is a failure, with `strict` a warning too, which else only says so."""
    root = ET.Element("testsuites", name="mockdoor audit")
    for trouble in _troubles(report):
        suite = ET.SubElement(root, "testsuite", name=trouble_title(trouble, "en"), id=trouble, time="0")
        for one in report.findings:
            if one.trouble == trouble:
                _add_finding(_add_case(suite, one.rule, file), one, strict=strict)
        for rule, troubles in report.passed.items():
            if trouble in troubles:
                _add_case(suite, rule, file)
        _count(suite)
    _add_untold(root, report, file)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _troubles(report: Report) -> Iterable[str]:
    passed = [name for troubles in report.passed.values() for name in troubles]
    return dict.fromkeys([*(one.trouble for one in report.findings), *passed])


def _add_case(suite: ET.Element, rule: str, file: Path) -> ET.Element:
    where = {"classname": str(file), "file": str(file), "time": "0"}
    return ET.SubElement(suite, "testcase", {"name": rule} | where)


def _add_finding(case: ET.Element, one: Finding, *, strict: bool) -> None:
    text = _legal("\n".join(_about(one)))
    if one.severity == "error" or (strict and one.severity == "warning"):
        ET.SubElement(case, "failure", message=_legal(one.message.en), type=one.severity).text = text
    else:
        ET.SubElement(case, "system-out").text = f"{one.severity}: {text}"


def _about(one: Finding) -> Iterable[str]:
    yield f"{rule_title(one.rule, 'en')}: {one.message.en}"
    yield f"why: {one.why.en}"
    yield f"remedy: {one.remedy.en}"
    if one.cause:
        yield f"cause: {one.cause.en}"
    if one.probe:
        yield f"request: {curl_of(one)}"
        yield f"reply after {one.probe.seconds:.1f} s: {one.probe.shown}"


def _add_untold(root: ET.Element, report: Report, file: Path) -> None:
    """Add the rules that were skipped or not examined, each once."""
    if not (report.skipped or report.not_examined):
        return
    suite = ET.SubElement(root, "testsuite", name=_NO_TROUBLE, time="0")
    for one in report.skipped:
        would = " (it would pass)" if one.would_pass else ""
        reason = _legal(f"skipped: {one.reason.en}{would}")
        ET.SubElement(_add_case(suite, one.rule, file), "skipped", message=reason)
    for one in report.not_examined:
        reason = _legal(f"not examined: {one.reason.en}")
        ET.SubElement(_add_case(suite, one.rule, file), "skipped", message=reason)
    _count(suite)


def _count(suite: ET.Element) -> None:
    suite.set("errors", "0")
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))


def _legal(text: str) -> str:
    """Replace what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
