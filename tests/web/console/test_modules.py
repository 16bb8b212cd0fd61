"""The pages' modules that need no document, run by Node."""

import json
import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "emulator/web/console/static"
JAVASCRIPT_TESTS = HERE / "pages.test.mjs"


@pytest.fixture(name="outcomes", scope="module")
def fixture_outcomes(node_tests, tmp_path_factory):
    """What Node's test runner said of each JavaScript test; Node wants to be told that the files are modules."""
    folder = tmp_path_factory.mktemp("static")
    for path in STATIC.glob("*.js"):
        shutil.copy(path, folder)
    (folder / "package.json").write_text(json.dumps({"type": "module"}))
    return node_tests(JAVASCRIPT_TESTS, MOCKDOOR_STATIC=str(folder))


def test_it_holds_in_node(outcomes, promise):
    passed, report = outcomes.get(promise, (False, outcomes[""][1]))

    assert passed, report
