"""The benchmark's table: its rows, the machine, and its place in the README."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was measured, as text: the emulator's number, the baseline's, and the first divided by the second."""

    emulator: str
    beside: str = ""
    ratio: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    target: str
    found: Found


def table(rows):
    """Return the Markdown of the rows, with the machine below."""
    lines = ["| measured | mockdoor | beside it | ratio | target |", "|---|---|---|---|---|"]
    lines += [_line(row.what, row.found.emulator, row.found.beside, row.found.ratio, row.target) for row in rows]
    return "\n".join((*lines, "", f"Medians of one run of `python tests/bench/bench.py` on {machine()}."))


def ratio(ours, theirs):
    """Return the first number divided by the second, as text that is never cut to 0."""
    return f"{ours / theirs:.2f}" if ours / theirs >= 0.01 else f"{ours / theirs:.1g}"


def machine():
    """Describe the machine: processor, cores, Python."""
    described = Path("/proc/cpuinfo")
    models = described.read_text("utf-8").split("\n") if described.exists() else []
    model = next((line.partition(":")[2].strip() for line in models if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}"
    return f"{model or platform.processor() or 'an unknown processor'}, {cores} cores, {system}, {_python()}"


def write(text, path):
    """Put the text between the markers of a README."""
    before, after = _around(path)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def check_markers(path):
    """Stop when a README has no place for the table, before minutes are spent on measuring."""
    _around(path)


def _around(path):
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{path}: the markers {BEGIN} and {END} are missing")
    return before, after


def _line(*cells):
    return f"| {' | '.join(cells)} |"


def _python():
    return f"{platform.python_implementation()} {platform.python_version()}"
