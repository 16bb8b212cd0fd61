"""Rows from a CSV file, and what a text from elsewhere may not read."""

import pytest

from emulator.core.errors import ScenarioError
from emulator.scenario import load, parse_closed

STEPS = 'version: 1\nsteps:\n  - login: {as: alice, username: "${nick}"}\n    with: {file: rows.csv}\n'


@pytest.fixture(name="read")
def fixture_read(tmp_path):
    """Load a scenario beside a table of these bytes."""

    def read(table, text=STEPS):
        (tmp_path / "x.scenario.yaml").write_text(text)
        (tmp_path / "rows.csv").write_bytes(table)
        return load(tmp_path / "x.scenario.yaml")

    return read


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_rows_of_a_file_are_rows_of_the_step(read, mark):
    scenario = read(mark + 'nick,note\n小明,"a, b"\n\nBob,\n'.encode())

    assert scenario.steps[0]["with"] == [{"nick": "小明", "note": "a, b"}, {"nick": "Bob", "note": ""}]


@pytest.mark.parametrize(
    ("table", "problems"),
    [
        (b"", ["rows.csv:1: the file has no rows; the first line names the columns, each line after it is a row"]),
        (
            b"nick\n",
            ["rows.csv:1: the file has no rows; the first line names the columns, each line after it is a row"],
        ),
        (b"nick,nick\na,b\n", ["rows.csv:1: two columns are named 'nick'"]),
        (b"nick,\na,b\n", ["rows.csv:1: a column without a name; the first line names the columns"]),
        (
            b"nick,b\na\n1,2,3\n",
            [f"rows.csv:{n}: {many} values for 2 columns: nick, b" for n, many in ((2, 1), (3, 3))],
        ),
        (b'nick\n"a\n', ["rows.csv:2: this is not CSV: unexpected end of data"]),
        (b"name\na\n", ["x.scenario.yaml:3:34: unknown name ${nick}; allowed: name"]),
        (b"nick\n\xff\n", ["rows.csv: not UTF-8: byte 0xff at offset 5"]),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(read, table, problems):
    with pytest.raises(ScenarioError) as refused:
        read(table)

    assert [shown(one) for one in refused.value.problems] == problems


def shown(problem):
    place = f":{problem.line}" if problem.line else ""
    column = f":{problem.column}" if problem.path.suffix == ".yaml" else ""
    return f"{problem.path.name}{place}{column}: {problem.message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STEPS, "4:11: a scenario sent here can name no file; write the rows out"),
        (
            'version: 1\nfinally:\n  - note: "${env.HOME}"\n',
            "3:11: a scenario sent here cannot read the environment; write the value out",
        ),
        (
            'version: 1\nvars: {a: {b: ["${env.HOME}"]}}\n',
            "2:16: a scenario sent here cannot read the environment; write the value out",
        ),
    ],
)
def test_a_text_from_elsewhere_reads_nothing_of_this_machine(text, message):
    with pytest.raises(ScenarioError) as refused:
        parse_closed(text)

    assert [f"{one.line}:{one.column}: {one.message}" for one in refused.value.problems] == [message]
