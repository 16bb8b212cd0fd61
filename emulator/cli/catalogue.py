"""Commands that list what the emulator knows: `mockdoor profiles` and `notes`."""

import json

import click

from emulator.cli.options import examples


@click.command(epilog=examples("mockdoor profiles", "mockdoor serve --profile classic"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def profiles(*, as_json: bool) -> None:
    """List the versions of Casdoor to play."""
    from emulator.casdoor.versions import PROFILES

    known = list(PROFILES.values())
    if as_json:
        listed = [{"name": one.name, "version": one.version.name, "en": one.en, "zh": one.zh} for one in known]
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for one in known:
        click.echo(f"{one.name:<8} {one.version.name:<9} {one.en}\n{'':<18} {one.zh}")


@click.command(epilog=examples("mockdoor notes", "mockdoor notes --json"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def notes(*, as_json: bool) -> None:
    """List where production differs.

    Each note is a place where WeChat or Casdoor in production does something else than the emulator, or where a
    reply hides a trap.
    """
    from emulator.journal.notes import catalogue

    known = list(catalogue().values())
    if as_json:
        click.echo(json.dumps([vars(one) for one in known], ensure_ascii=False))
        return
    for one in known:
        click.echo(f"{one.id} ({one.kind}; {one.versions})\n  {one.en}\n  {one.zh}\n  {one.source}\n")
