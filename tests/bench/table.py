"""The benchmark's table: its rows, the machine, and its place in the README."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table, as text."""

    what: str
    emulator: str
    beside: str
    ratio: str
    target: str


def table(rows):
    """Return the Markdown of the rows, with the machine below."""
    lines = ["| measured | mockdoor | beside it | ratio | target |", "|---|---|---|---|---|"]
    lines += [f"| {row.what} | {row.emulator} | {row.beside} | {row.ratio} | {row.target} |" for row in rows]
    return "\n".join((*lines, "", f"Medians of one run of `python tests/bench/bench.py` on {machine()}."))


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
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{path}: the markers {BEGIN} and {END} are missing")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _python():
    return f"{platform.python_implementation()} {platform.python_version()}"
