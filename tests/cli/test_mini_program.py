"""`mockdoor mini-program`."""

import os

import pytest
from click.testing import CliRunner

from emulator.cli.main import main
from emulator.js.installation import dependencies_folder


@pytest.fixture(name="programs")
def fixture_programs(tmp_path, monkeypatch):
    """Put programs of these names, each a line of shell, before all others; the cache folder is a fresh one."""

    def programs(**lines):
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, line in lines.items():
            (folder / name).write_text(f"#!/bin/sh\n{line}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    monkeypatch.setenv("MOCKDOOR_HOME", str(tmp_path))
    return programs


def test_without_node_install_says_what_is_missing(tmp_path):
    done = CliRunner().invoke(main, ["mini-program", "install"], env={"PATH": str(tmp_path)})

    assert (done.exit_code, done.stderr) == (
        3,
        "there is no program 'node' on PATH; install Node 18 or later, then run `mockdoor mini-program install`\n",
    )


def test_an_old_node_is_named_with_its_version(programs):
    programs(node="echo v16.20.0", npm="exit 0")

    done = CliRunner().invoke(main, ["mini-program", "install"])

    assert (done.exit_code, done.stderr.partition("/node is ")[2]) == (3, "v16.20.0; needed is Node 18 or later\n")


def test_what_npm_says_when_it_fails_is_shown_and_nothing_is_left(programs):
    programs(node="echo v20.0.0", npm="echo no such version >&2; exit 1")

    done = CliRunner().invoke(main, ["mini-program", "install"])

    assert (done.exit_code, done.stderr) == (3, "npm ended with exit code 1:\nno such version\n")
    assert [path.suffix for path in dependencies_folder().parent.iterdir()] == [".lock"]


def test_what_is_installed_is_not_installed_again(programs):
    programs(node="echo v20.0.0", npm="mkdir node_modules && echo x >> $MOCKDOOR_HOME/calls")

    first = CliRunner().invoke(main, ["mini-program", "install"])
    again = CliRunner().invoke(main, ["mini-program", "install"])

    home = dependencies_folder()
    assert (first.stdout, again.stdout) == (f"installed in {home}\n", f"installed in {home}\n")
    assert {path.name for path in home.iterdir()} == {".npmrc", "node_modules", "package-lock.json", "package.json"}
    assert (home.parents[2] / "calls").read_text() == "x\n"
