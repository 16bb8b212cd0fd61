"""Writes the README's list of scenarios from the files: `python tests/readme.py`; `--check` only compares."""

import sys
from itertools import groupby
from pathlib import Path

from emulator.scenario import load, shipped

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- scenarios: begin -->\n", "<!-- scenarios: end -->\n"


def table() -> str:
    """Return the list as Markdown tables, one for each folder: name, what it shows, tags."""
    lines: list[str] = []
    for folder, entries in groupby(shipped().items(), key=lambda entry: entry[1].parent.name):
        lines += [f"**{folder}/**", "", "| scenario | shows | tags |", "|---|---|---|"]
        for name, path in entries:
            scenario = load(path)
            first = scenario.description.split(". ")[0].rstrip(".")
            lines.append(f"| `{name}` | {first}. | {', '.join(scenario.tags)} |")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Compare or write; exit 1 when the README is stale."""
    text = README.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    fresh = head + BEGIN + table() + END + tail
    if "--check" in sys.argv:
        return int(fresh != text)
    README.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
