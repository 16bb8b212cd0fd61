"""The command line: one group, whose commands live by family in the modules next to this one."""

import sys

import click

from emulator import __version__
from emulator.cli.audit import audit
from emulator.cli.catalogue import notes, profiles, scenarios
from emulator.cli.check import check, schema
from emulator.cli.compare import compare
from emulator.cli.completion import completion
from emulator.cli.exec import execute
from emulator.cli.hosts import ca
from emulator.cli.init import init
from emulator.cli.mini_program import mini_program
from emulator.cli.options import examples
from emulator.cli.remote import REMOTE_COMMANDS
from emulator.cli.run import run
from emulator.cli.serve import serve


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "mockdoor serve                        the docs page's snippets work at http://127.0.0.1:8000",
        "mockdoor serve invalid-code           every login fails as with a wrong code",
        "mockdoor run scenarios/               run scenarios as tests",
        "mockdoor check my.scenario.yaml       find every mistake in a scenario file",
    ),
)
@click.version_option(__version__, prog_name="mockdoor")
def main() -> None:
    """Play WeChat's code2session and Casdoor's login API on this machine."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for _command in (
    serve,
    run,
    audit,
    compare,
    check,
    init,
    schema,
    execute,
    ca,
    mini_program,
    profiles,
    scenarios,
    notes,
    completion,
    *REMOTE_COMMANDS,
):
    main.add_command(_command)
