"""Promises about mockdoor.mjs: its own tests under node:test and Vitest, its types, and the package that npm makes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "emulator/js"
TOOLS = HERE / "vitest"
OPTIONS = {
    "strict": True,
    "noEmit": True,
    "target": "es2022",
    "module": "nodenext",
    "lib": ["es2022"],
    "types": ["node"],
    "typeRoots": [str(TOOLS / "node_modules/@types")],
}
LOGIN = """
import { startMockdoor } from 'mockdoor';
const mock = await startMockdoor();
console.log((await mock.loginCode('alice')).length);
await mock.stop();
"""
MINI_PROGRAM = f"""
import {{ startMockdoor }} from 'mockdoor';
const mock = await startMockdoor();
const app = await mock.miniProgram({json.dumps(str(HERE / "programs/shop"))}, {{ persona: 'alice' }});
const page = await app.currentPage();
await (await page.$('#login')).tap();
console.log((await page.data('code')).length);
await mock.stop();
"""


@pytest.fixture(name="npm", scope="module")
def fixture_npm(run):
    """Run npm; fails with what it complained about."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip("npm is not installed: it makes the package")
    return lambda *arguments, cwd, check=True: run(program, *arguments, cwd=cwd, check=check)


@pytest.fixture(name="run", scope="module")
def fixture_run():
    """Run a program beside the command of this checkout; returns what it did, or fails with what it printed."""
    if shutil.which("node") is None:
        pytest.skip("Node is not installed: the JavaScript needs node 18 or later on the PATH")
    command = json.dumps([sys.executable, "-m", "emulator"])
    given = {name: text for name, text in os.environ.items() if not name.startswith("MOCKDOOR_")}

    def run(*line, cwd, check=True):
        done = subprocess.run(
            line,
            cwd=cwd,
            env=given | {"MOCKDOOR_COMMAND": command, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(name="tools", scope="module")
def fixture_tools(run):
    """The folder into which npm installed Vitest and TypeScript."""
    return _installed(TOOLS, "tests/js/vitest") / "node_modules"


@pytest.fixture(name="packed", scope="module")
def fixture_packed(npm, tmp_path_factory):
    """The archive that npm makes of the package."""
    folder = tmp_path_factory.mktemp("packed")
    npm("pack", "--pack-destination", str(folder), cwd=PACKAGE)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(name="unpacked", scope="module")
def fixture_unpacked(packed, tmp_path_factory):
    """A project whose node_modules hold the package alone, without its dependencies."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    (folder / "node_modules").mkdir()
    (folder / "package").rename(folder / "node_modules/mockdoor")
    return folder


def test_mockdoor_mjs_keeps_its_promises_under_node(run):
    done = run("node", "--test", "--test-reporter=tap", "test/mockdoor.test.mjs", cwd=PACKAGE, check=False)

    _all_passed(done)


def test_mini_programs_keep_the_names_of_automator_under_node(run):
    _installed(PACKAGE, "emulator/js")

    done = run("node", "--test", "--test-reporter=tap", "test/automator.test.mjs", cwd=PACKAGE, check=False)

    _all_passed(done)


def test_vitest_runs_tests_with_await_using(run, tools):
    _installed(PACKAGE, "emulator/js")

    done = run("node", str(tools / "vitest/vitest.mjs"), "run", "--reporter=json", cwd=TOOLS, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["numPassedTests"] == 3


@pytest.mark.parametrize("name", ["mockdoor", "./mockdoor.mjs"], ids=["package", "file"])
def test_a_program_fits_the_types_and_mistakes_do_not(run, tools, unpacked, name):
    shutil.copy(PACKAGE / "mockdoor.mjs", unpacked)
    shutil.copy(PACKAGE / "mockdoor.d.ts", unpacked / "mockdoor.d.mts")
    mistakes = {
        "await startMockdoor({ senario: 'x' });": "'senario' does not exist",
        "await mock.fault('wechat.token');": "'string' is not assignable to parameter of type 'FaultFields",
        "mock.url = '';": "read-only property",
        "(await mock.loginCode('alice')).code;": "Property 'code' does not exist",
        "await (await page.$('a')).tap();": "possibly 'null'",
    }
    head = (HERE / "typed_program.mts").read_text("utf-8").replace("'mockdoor'", f"'{name}'")
    (unpacked / "right.mts").write_text(head)
    (unpacked / "wrong.mts").write_text(f"{head}\n" + "\n".join(mistakes))

    right, wrong = (_compile(run, tools, unpacked, f"{kind}.mts") for kind in ("right", "wrong"))

    assert right == ""
    assert [complaint in wrong for complaint in mistakes.values()] == [True] * len(mistakes), wrong
    assert wrong.count("error TS") == len(mistakes)


def test_the_package_holds_what_it_needs_and_no_more(unpacked):
    held = {path.relative_to(unpacked / "node_modules/mockdoor").as_posix() for path in unpacked.rglob("mockdoor/**/*")}

    sources = {f"src/{path.relative_to(PACKAGE / 'src').as_posix()}" for path in (PACKAGE / "src").rglob("*")}
    assert held == {"package.json", "mockdoor.mjs", "mockdoor.d.ts", "src"} | sources


def test_the_package_logs_in_without_its_dependencies(run, unpacked):
    (unpacked / "login.mjs").write_text(LOGIN)

    assert run("node", "login.mjs", cwd=unpacked).stdout == "32\n"


@pytest.mark.parametrize("source", ["archive", "folder"])
def test_the_installed_package_runs_a_mini_program(run, npm, packed, tmp_path, source):
    given = [str(packed)] if source == "archive" else ["--install-links", str(PACKAGE)]
    (tmp_path / "package.json").write_text(json.dumps({"private": True}))
    options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=0")
    done = npm("install", *options, *given, cwd=tmp_path, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install the dependencies of the package: {done.stderr.strip()[:300]}")
    (tmp_path / "mini.mjs").write_text(MINI_PROGRAM)

    assert run("node", "mini.mjs", cwd=tmp_path).stdout == "32\n"


def test_the_readmes_tests_pass(run, tmp_path):
    (text,) = re.findall(r"```mjs\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    (tmp_path / "login.test.mjs").write_text(text, "utf-8")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/mockdoor").symlink_to(_installed(PACKAGE, "emulator/js"), target_is_directory=True)
    shutil.copytree(HERE / "programs/shop", tmp_path / "miniprogram")

    done = run("node", "--test", "--test-reporter=tap", "login.test.mjs", cwd=tmp_path, check=False)

    _all_passed(done)


def _installed(folder, name):
    if not (folder / "node_modules").is_dir():
        pytest.skip(f"its packages are not installed; run: npm ci --prefix {name}")
    return folder


def _all_passed(done):
    """Assert that a run of node:test had tests, all of which passed and none was skipped."""
    counts = {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", done.stdout, flags=re.MULTILINE)}
    assert (done.returncode, counts.get("fail"), counts.get("skipped")) == (0, 0, 0), done.stdout + done.stderr
    assert counts["pass"] > 0


def _compile(run, tools, folder, name):
    """Compile a file and return what TypeScript complains about."""
    config = folder / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": OPTIONS, "files": [name]}))
    return run("node", str(tools / "typescript/bin/tsc"), "-p", str(config), cwd=folder, check=False).stdout
