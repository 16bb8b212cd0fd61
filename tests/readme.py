"""Writes the README's list of scenarios from the files: `python tests/readme.py`; `--check` only compares."""

import sys
from pathlib import Path

from emulator.scenario import load, shipped

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- scenarios: begin -->\n", "<!-- scenarios: end -->\n"


def table() -> str:
    """Return the list as a Markdown table: name, tags, first sentence of the description."""
    lines = ["| scenario | shows |", "|---|---|"]
    for name, path in shipped().items():
        first = load(path).description.split(". ")[0].rstrip(".")
        lines.append(f"| `{name}` | {first}. |")
    return "\n".join(lines) + "\n"


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
