"""`mockdoor mini-program`: what running a mini program's folder needs."""

import sys

import click

from emulator.cli.options import CANNOT_START, examples


@click.group("mini-program")
def mini_program() -> None:
    """Prepare for running mini programs without DevTools."""


@mini_program.command(epilog=examples("mockdoor mini-program install"))
def install() -> None:
    """Install what mini programs run on, WeChat's own open component core, with npm.

    The versions are locked, and are put into your cache folder, or below MOCKDOOR_HOME, once. It needs Node and npm.
    """
    from emulator.js.installation import NotInstalled
    from emulator.js.installation import install as put_in_place

    try:
        home = put_in_place()
    except NotInstalled as error:
        click.echo(str(error), err=True)
        sys.exit(CANNOT_START)
    click.echo(f"installed in {home}")
