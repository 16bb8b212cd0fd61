"""Commands that list what the emulator knows: `mockdoor profiles`, `scenarios` and `notes`."""

import json
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.completion import NOTE_ID
from emulator.cli.options import USER_ERROR, examples

if TYPE_CHECKING:
    from emulator.journal.notes import Note


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
    click.echo("docs@VERSION puts the leniencies of docs on another of these versions, such as docs@v2.100.0")


@click.command(
    epilog=examples("mockdoor scenarios", "mockdoor scenarios --tag retry", "mockdoor serve wechat-busy-once")
)
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag; may be given again for any of them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scenarios(*, tags: tuple[str, ...], as_json: bool) -> None:
    """List the scenarios that come along.

    Each name goes with `serve`, `run`, `exec --scenario` and `extends`.
    """
    known = _shipped()
    every = {tag for one in known for tag in one["tags"]}
    for tag in tags:
        if tag not in every:
            _refuse(f"no scenario has the tag {tag!r}", tag, every)
    chosen = [one for one in known if not tags or set(tags) & set(one["tags"])]
    if as_json:
        click.echo(json.dumps(chosen, ensure_ascii=False))
        return
    width = max(len(one["name"]) for one in chosen)
    for one in chosen:
        click.echo(f"{one['name']:<{width}}  {one['shows']} [{', '.join(one['tags'])}]")


def _shipped() -> list[dict[str, Any]]:
    from emulator.scenario import load, shipped

    found = []
    for name, path in shipped().items():
        scenario = load(path)
        shows = first_sentence(scenario.description)
        about = {"name": name, "folder": path.parent.name, "shows": shows, "tags": list(scenario.tags)}
        found.append(about | {"profile": scenario.profile})
    return found


def first_sentence(text: str) -> str:
    """Return a text up to its first full stop, on one line."""
    joined = " ".join(text.split())
    found = re.match(r".*?(?:[.!?](?=\s|$)|[。！？])", joined)
    return found[0] if found else joined


@click.command(epilog=examples("mockdoor notes", "mockdoor notes persona-code", "mockdoor notes --json"))
@click.argument("note_id", metavar="[ID]", required=False, type=NOTE_ID)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def notes(note_id: str | None, *, as_json: bool) -> None:
    """List where production differs, or show the one note with an ID.

    Each note is a place where WeChat or Casdoor in production does something else than the emulator, or where a
    reply hides a trap.
    """
    from emulator.journal.notes import catalogue

    known = catalogue()
    if note_id is None:
        texts = [_note(one) for one in known.values()]
        click.echo(
            json.dumps([vars(one) for one in known.values()], ensure_ascii=False) if as_json else "\n".join(texts)
        )
        return
    if note_id not in known:
        _refuse(f"there is no note {note_id!r}", note_id, known)
    click.echo(json.dumps(vars(known[note_id]), ensure_ascii=False) if as_json else _note(known[note_id]), nl=as_json)


def _note(one: "Note") -> str:
    return f"{one.id} ({one.kind}; {one.versions})\n  {one.en}\n  {one.zh}\n  {one.source}\n"


def _refuse(message: str, word: str, known: Iterable[str]) -> None:
    """Say that a word is not known, and which one may have been meant; exit 2."""
    from emulator.scenario.document import suggest

    click.echo(message + suggest(word, known), err=True)
    sys.exit(USER_ERROR)
