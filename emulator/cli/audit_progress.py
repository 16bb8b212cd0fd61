"""How an audit shows on stderr how far it is."""

import sys
from types import TracebackType
from typing import Self

import click


class Progress:
    """One line for each trouble on a terminal, a dot for each elsewhere; nothing when it is to be quiet."""

    def __init__(self, *, language: str, quiet: bool) -> None:
        self._language = language
        self._quiet = quiet
        self._on_terminal = sys.stderr.isatty()
        self._dots = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._dots:
            click.echo(err=True)

    def server(self, url: str) -> None:
        """Show where WeChat and Casdoor are played."""
        text = f"微信和 Casdoor 在 {url}" if self._language == "zh" else f"WeChat and Casdoor are played at {url}"
        if not self._quiet:
            click.echo(text, err=True)

    def trouble(self, name: str, number: int, count: int) -> None:
        """Show that a trouble is about to be staged."""
        if self._quiet:
            return
        if not self._on_terminal:
            click.echo(".", err=True, nl=False)
            self._dots += 1
            return
        from emulator.audit.reports.words import trouble_title

        place = f"[{number}/{count}] " if count else ""
        click.echo(f"  {place}{trouble_title(name, self._language)}", err=True)
