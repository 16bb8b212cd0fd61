"""Completing words in a shell: `mockdoor completion`, and the words that are completed."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from emulator.cli.options import examples

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType  # not generic in earlier versions of click


class Word(_TextType):
    """A text that a shell completes from names, which are looked up only then; with `files`, from paths as well."""

    #: Between the words of a variable that holds several, as in PATH; a blank can be part of a path.
    envvar_list_splitter = os.pathsep

    def __init__(self, name: str, names: Callable[[], Iterable[str]], *, files: bool = False) -> None:
        self.name = name
        self._names = names
        self._files = files

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":  # noqa: ARG002  # click's
        """Complete a name, or a path."""
        from click.shell_completion import CompletionItem

        # The file stands first: bash forgets what came before it, and takes files where no name is left.
        paths = [CompletionItem(incomplete, type="file")] if self._files else []
        return [*paths, *(CompletionItem(one) for one in self._names() if one.startswith(incomplete))]


def scenario_names() -> Iterable[str]:
    """Return the names of the scenarios that come along."""
    from emulator.scenario import shipped

    return shipped()


def note_ids() -> Iterable[str]:
    """Return the ids of the notes."""
    from emulator.journal.notes import catalogue

    return catalogue()


#: A scenario by its name or path, and a note by its id.
SCENARIO = Word("scenario", scenario_names, files=True)
NOTE_ID = Word("id", note_ids)

_LINES = {
    "bash": "mockdoor completion bash >> ~/.bashrc",
    "zsh": "mockdoor completion zsh >> ~/.zshrc",
    "fish": "mockdoor completion fish > ~/.config/fish/completions/mockdoor.fish",
}


@click.command(epilog=examples(*_LINES.values(), 'eval "$(mockdoor completion bash)"     for this shell only'))
@click.argument("shell", type=click.Choice(list(_LINES)))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands, options, and names of scenarios, profiles and notes."""
    from click.shell_completion import get_completion_class

    from emulator.cli.main import main

    made = get_completion_class(shell)
    if made is None:  # all three are click's own
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(made(main, {}, "mockdoor", "_MOCKDOOR_COMPLETE").source())
