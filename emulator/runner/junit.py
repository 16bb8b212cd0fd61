"""A run as JUnit XML."""

import re
from xml.etree import ElementTree as ET  # only writes

from emulator.runner.results import CaseResult, RunResult, SuiteResult
from emulator.runner.terminal import show_failure

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(run: RunResult) -> str:
    """Return the report: a suite for each file, a case for each run of it; no times, so that runs compare equal."""
    root = ET.Element("testsuites", name="mockdoor")
    for suite in run.suites:
        _add_suite(root, run, suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_suite(root: ET.Element, run: RunResult, suite: SuiteResult) -> None:
    failures = sum(run.failed(case) for case in suite.cases)
    skipped = sum(case.status == "skipped" and not run.failed(case) for case in suite.cases)
    tests = len(suite.cases) + bool(suite.problems)
    counts = {"tests": tests, "failures": failures, "errors": int(bool(suite.problems)), "skipped": skipped}
    shown = {name: str(number) for name, number in counts.items()}
    element = ET.SubElement(root, "testsuite", {"name": str(suite.path), "time": "0"} | shown)
    if suite.problems:
        case = ET.SubElement(
            element, "testcase", name="load", classname=str(suite.path), file=str(suite.path), line="1"
        )
        error = ET.SubElement(case, "error", message="the file has mistakes")
        error.text = _legal("\n".join(suite.problems))
    for one in suite.cases:
        _add_case(element, run, suite, one)


def _add_case(parent: ET.Element, run: RunResult, suite: SuiteResult, case: CaseResult) -> None:
    bad = next((step for step in case.steps if step.status in ("failed", "error")), None)
    place = bad.place if bad else case.place
    element = ET.SubElement(
        parent,
        "testcase",
        name=_legal(case.name),
        classname=str(suite.path),
        file=str(place.path),
        line=str(place.line),
        time="0",
    )
    if bad is not None:
        differs = bad.message or "; ".join(
            f"{one.at}: expected {one.expected}, got {one.actual}" for one in bad.mismatches
        )
        failure = ET.SubElement(element, "failure", message=_legal(f"{bad.title}: {differs}"))
        failure.text = _legal("\n".join(show_failure(bad)))
    elif case.interrupted:
        ET.SubElement(element, "failure", message="interrupted")
    elif run.failed(case):
        ET.SubElement(element, "failure", message=_legal(f"never struck: {', '.join(case.idle_faults)}"))
    elif case.status == "skipped":
        ET.SubElement(element, "skipped", message=_legal(case.steps[0].message))


def _legal(text: str) -> str:
    """Replace what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
