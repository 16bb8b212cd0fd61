"""Rows for `with` from a CSV file."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.core.errors import Problem, ScenarioError
from emulator.scenario.document import Document, Entry, is_there, read_text


def read_tables(document: Document, merged: Mapping[str, Any]) -> None:
    """Put the rows of every `with: {file: …}` in its place, and note what is wrong with a file in the document.

    A table that cannot be read stays as it is, so that nobody misses its columns too.
    """
    flows = [flow.get("steps", []) for flow in merged.get("flows", {}).values() if isinstance(flow, dict)]
    for step in _steps(
        [*merged.get("steps", []), *merged.get("finally", []), *(one for steps in flows for one in steps)]
    ):
        table = step.get("with")
        if isinstance(table, Mapping):
            step["with"] = _rows(document, table) or table


def _steps(steps: Iterable[Any]) -> Iterator[Any]:
    for step in steps:
        yield step
        yield from _steps(step.get("parallel", []))


def _rows(document: Document, table: Any) -> list[dict[str, str]]:
    holder = next((one for one in document.chain() if isinstance(table, Entry) and one.path == table.path), document)
    path = holder.path.parent / table["file"]
    if not table["file"] or not is_there(path):
        place = table.places.get("file", table.place) if isinstance(table, Entry) else (0, 0)
        holder.report_at(place, f"there is no file {table['file']!r} beside {holder.path.name}")
        return []
    try:
        return parse_table(read_text(path), path)
    except ScenarioError as error:
        document.problems += error.problems
        return []


def parse_table(text: str, path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV text by the names in its first line; raises ScenarioError with every problem."""
    lines, problems, rows = text.splitlines(), [], []

    def report(line: int, message: str) -> None:
        source = lines[line - 1] if line <= len(lines) else ""
        problems.append(Problem(path=path, line=line, column=1, message=message, source=source[:200]))

    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if header is None and cells:
                header = [cell.strip() for cell in cells]
                for message in _header_problems(header):
                    report(reader.line_num, message)
            elif header is not None and cells:
                if len(cells) != len(header):
                    report(reader.line_num, f"{len(cells)} values for {len(header)} columns: {', '.join(header)}")
                else:
                    rows.append(dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        report(reader.line_num, f"this is not CSV: {error}")
    if not rows and not problems:
        report(1, "the file has no rows; the first line names the columns, each line after it is a row")
    if problems:
        raise ScenarioError(tuple(problems))
    return rows


def _header_problems(header: list[str]) -> Iterator[str]:
    for name in dict.fromkeys(header):
        if not name:
            yield "a column without a name; the first line names the columns"
        elif header.count(name) > 1:
            yield f"two columns are named {name!r}"
