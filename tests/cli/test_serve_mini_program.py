"""Promises about `mockdoor serve --mini-program`."""

import pytest
from click.testing import CliRunner

from emulator.cli.serve import serve


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_a_folder_is_shown_to_this_machine_only(tmp_path, host):
    done = CliRunner().invoke(serve, ["--host", host, "--mini-program", str(tmp_path)])

    wrong = "Error: --mini-program goes with a --host of this machine only; others could read the folder"
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, wrong)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    done = CliRunner().invoke(serve, ["--mini-program", str(tmp_path / "no")])

    assert done.exit_code == 2
    assert f"Directory '{tmp_path / 'no'}' does not exist" in done.stderr
