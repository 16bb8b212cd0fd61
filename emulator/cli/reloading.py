"""`mockdoor serve --watch`: the served scenario is read again when it is saved."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from emulator.world.world import World


@contextmanager
def reloading(world: "World", files: tuple[Path, ...], profile: str | None) -> Iterator[None]:
    """Reload what the world plays after each save for the length of a with-statement, and say so on stderr.

    A file with mistakes changes nothing; what is wrong with it is said. Only the given files are read again.
    """
    from emulator.cli.watching import watch_scenarios

    stop = threading.Event()
    reload = _Reload(world, files, profile)
    thread = threading.Thread(
        target=lambda: watch_scenarios([str(path) for path in files], reload, stop=stop), name="watch", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2)


class _Reload:
    """Reads the served file, and lets the world become what it says when that is something else."""

    def __init__(self, world: "World", files: tuple[Path, ...], profile: str | None) -> None:
        self._world = world
        self._files = {path.resolve() for path in files}
        self._profile = profile
        self._problems: tuple[str, ...] = ()

    def __call__(self) -> None:
        from emulator.control.service import ControlService
        from emulator.core.errors import ScenarioError
        from emulator.scenario import load
        from emulator.scenario.model import scenario_of

        served = scenario_of(self._world.state)
        if served.path is None or served.path.resolve() not in self._files:
            return
        try:
            found = load(served.path)
        except ScenarioError as error:
            self._say_once(tuple(str(one) for one in error.problems))
            return
        self._problems = ()
        if found != served:
            ControlService(self._world).load(found, profile=self._profile)
            click.echo(f"mockdoor: {served.path} was saved; the world begins anew with it", err=True)

    def _say_once(self, problems: tuple[str, ...]) -> None:
        if problems == self._problems:
            return
        self._problems = problems
        click.echo("\n".join([*problems, "mockdoor: the last good version goes on"]), err=True)
