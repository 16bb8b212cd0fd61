"""Node, and how its test runner takes part: each JavaScript test is one of pytest's."""

import os
import re
import shutil
import subprocess

import pytest


def pytest_generate_tests(metafunc):
    """Give a test that asks for a `promise` each name of its module's JAVASCRIPT_TESTS."""
    if "promise" in metafunc.fixturenames:
        text = metafunc.module.JAVASCRIPT_TESTS.read_text(encoding="utf-8")
        metafunc.parametrize("promise", re.findall(r"^test\('(.+)',", text, flags=re.MULTILINE))


@pytest.fixture(name="node", scope="session")
def fixture_node():
    """Run Node with arguments and an input; returns what it printed, or fails with what it complained about."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed: the JavaScript needs node 18 or later on the PATH")

    def run(*arguments, text="", check=True, **environment):
        done = subprocess.run(
            [program, *map(str, arguments)],
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            env=os.environ | environment,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(name="node_tests", scope="session")
def fixture_node_tests(node):
    """Run a file of JavaScript tests; returns what Node said of each: name -> (passed, report), "" for the whole."""

    def run(path, **environment):
        tap = node("--test", "--test-reporter=tap", path, check=False, **environment)
        reports = re.split(r"^\s*(?=(?:not )?ok \d+ - )", tap, flags=re.MULTILINE)
        heads = [(re.match(r"(not )?ok \d+ - (.+)", report), report) for report in reports]
        return {head[2]: (head[1] is None, report) for head, report in heads if head} | {"": (True, tap)}

    return run
