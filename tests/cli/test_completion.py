"""Promises about completing words in a shell."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli.main import main
from emulator.journal.notes import catalogue
from emulator.scenario import shipped
from emulator.scenario.profile_names import every_profile_name

ROOT = Path(__file__).parents[2]

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")


@pytest.fixture(name="complete")
def fixture_complete(tmp_path):
    """Complete the last of some words in a bash that read `mockdoor completion bash`."""
    command = tmp_path / "mockdoor"
    command.write_text(f"#!{sys.executable}\nfrom emulator.cli.main import main\n\nmain()\n")
    command.chmod(0o755)

    def complete(*words):
        script = (
            'eval "$(mockdoor completion bash)"; '
            f"COMP_WORDS=({shlex.join(('mockdoor', *words))}); COMP_CWORD={len(words)}; "
            '_mockdoor_completion mockdoor; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        environ = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        done = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, check=False)
        return done.stdout.split()

    return complete


@needs_bash
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("scenar",), {"scenarios"}),
        (("serve", "wechat-busy-o"), {"wechat-busy-once"}),
        (("run", "wechat-busy-o"), {"wechat-busy-once"}),
        (("exec", "--scenario", ""), set(shipped())),
        (("serve", "--profile", ""), set(every_profile_name())),
        (("notes", "persona-"), {one for one in catalogue() if one.startswith("persona-")}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_bash_completes(complete, words, completed):
    assert set(complete(*words)) == completed


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "_mockdoor_completion_setup() {"),
        ("zsh", "#compdef mockdoor"),
        ("fish", "function _mockdoor_completion;"),
    ],
)
def test_each_shell_gets_its_own_lines(shell, line):
    done = CliRunner().invoke(main, ["completion", shell])

    assert (done.exit_code, line in done.stdout.splitlines()) == (0, True)


def test_another_shell_is_refused_with_those_there_are():
    done = CliRunner().invoke(main, ["completion", "tcsh"])

    assert (done.exit_code, "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr) == (2, True)
