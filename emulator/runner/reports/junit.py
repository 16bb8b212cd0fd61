"""A run as JUnit XML."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET  # only writes

from emulator.runner.reports.terminal import show_failure
from emulator.runner.results import CaseResult, Place, RunResult, StepResult, SuiteResult

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(run: RunResult, *, times: bool = False) -> str:
    """Return the report: a suite for each file, a case for each run of it.

    Without `times` every `time` is 0, so that the reports of two runs compare equal; with them it is wall time in
    seconds: a scenario's whole run, its world's making left out, and for a table's row the wait for its reply.
    """
    root = ET.Element("testsuites", name="mockdoor")
    for suite in run.suites:
        _add_suite(root, run, suite)
    if times:
        _add_times(root, run)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_suite(root: ET.Element, run: RunResult, suite: SuiteResult) -> None:
    element = ET.SubElement(root, "testsuite", name=str(suite.path), time="0")
    if suite.problems:
        place = Place(path=suite.path, line=1)
        error = ET.SubElement(_add_case(element, suite, "load", place), "error", message="the file has mistakes")
        error.text = _legal("\n".join(suite.problems))
    for case in suite.cases:
        _add_run(element, run, suite, case)
        for step in case.steps:
            if step.is_row:
                _add_outcome(_add_case(element, suite, f"{case.name}: {step.title}", step.place), step)
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))


def _add_times(root: ET.Element, run: RunResult) -> None:
    """Replace the zeros by wall times, in the order in which the cases were added."""
    for element, suite in zip(root, run.suites, strict=True):
        waits = [timedelta(0)] if suite.problems else []
        for case in suite.cases:
            waits.append(case.elapsed)
            waits += [step.received.elapsed if step.received else timedelta(0) for step in case.steps if step.is_row]
        for shown, wait in zip(element, waits, strict=True):
            shown.set("time", _seconds(wait))
        element.set("time", _seconds(sum((case.elapsed for case in suite.cases), timedelta(0))))
    root.set("time", _seconds(sum((case.elapsed for suite in run.suites for case in suite.cases), timedelta(0))))


def _seconds(wait: timedelta) -> str:
    return f"{wait.total_seconds():.3f}"


def _add_run(parent: ET.Element, run: RunResult, suite: SuiteResult, case: CaseResult) -> None:
    """Add the case of a scenario; a table's rows have cases of their own."""
    bad = next((step for step in case.steps if step.status in ("failed", "error")), None)
    element = _add_case(parent, suite, case.name, bad.place if bad else case.place)
    if bad is not None:
        _add_outcome(element, bad)
    elif case.interrupted:
        ET.SubElement(element, "failure", message="interrupted")
    elif run.failed(case):
        ET.SubElement(
            element, "failure", message=_legal(f"planned faults that never struck: {', '.join(case.idle_faults)}")
        )
    elif case.status == "skipped":
        _add_outcome(element, case.steps[0])


def _add_case(parent: ET.Element, suite: SuiteResult, name: str, place: Place) -> ET.Element:
    where = {"classname": str(suite.path), "file": str(place.path), "line": str(place.line), "time": "0"}
    return ET.SubElement(parent, "testcase", {"name": _legal(name)} | where)


def _add_outcome(element: ET.Element, step: StepResult) -> None:
    """Add how a step ended, unless it passed."""
    if step.status == "skipped":
        ET.SubElement(element, "skipped", message=_legal(step.message))
    elif step.status != "passed":
        wrong = [f"{one.at}: expected {one.expected}, got {one.actual}" for one in step.mismatches]
        failure = ET.SubElement(element, "failure", message=_legal(f"{step.title}: {step.message or '; '.join(wrong)}"))
        failure.text = _legal("\n".join(show_failure(step)))


def _legal(text: str) -> str:
    """Replace what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
