"""What `mockdoor init --audit` promises."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.audit_starter import SHAPES
from emulator.cli.main import main

SHAPES_PY = Path(__file__).parents[1] / "backends" / "shapes.py"


def mockdoor(*arguments):
    return CliRunner().invoke(main, arguments, env={"LC_ALL": "C"})


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_describes_a_backend_that_answers_so(tmp_path, shape):
    path = tmp_path / "login.audit.yaml"
    mockdoor("init", "--audit", str(path), "--shape", shape)
    start = json.dumps([sys.executable, str(SHAPES_PY), shape])
    path.write_text(path.read_text("utf-8").replace("[python, server.py]", start), "utf-8")

    checked = mockdoor("check", str(path))
    done = mockdoor("audit", str(path), "--only", "code-exchanged-once", "--json")

    assert checked.exit_code == 0
    assert done.exit_code == 0, done.stderr
    assert [one["rule"] for one in json.loads(done.stdout)["passed"]] == ["code-exchanged-once"]


def test_a_file_that_is_there_is_overwritten_by_force_only(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")

    refused = mockdoor("init", "--audit", str(path))
    kept = path.read_text()
    forced = mockdoor("init", "--audit", str(path), "--force")

    assert (refused.exit_code, kept, forced.exit_code) == (2, "mine", 0)
    assert refused.stderr == f"{path} already exists; name another file, or write over it with --force\n"
    assert "audit:" in path.read_text("utf-8")


def test_a_shape_without_audit_is_a_mistake(tmp_path):
    done = mockdoor("init", str(tmp_path / "x.yaml"), "--shape", "token")

    assert done.exit_code == 2
    assert "give --audit as well" in done.stderr
