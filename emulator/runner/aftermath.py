"""What a failed step shows of the apps: what they wrote, and whether they called anything here."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from emulator.runner.apps import SHOWN_LINES, RunningApp
from emulator.runner.asking import Outcome
from emulator.runner.case import Case
from emulator.runner.control import NoControl
from emulator.runner.output import last_lines

#: Seconds that an app has from its last socket to its exit code.
_DYING = 0.5
#: The variables that lead an app to the emulator.
_ADDRESSES = ("WECHAT_API_BASE", "CASDOOR_ENDPOINT", "CASDOOR_HOSTNAME", "MOCKDOOR_URL", "HTTPS_PROXY")


def mark_output(apps: Mapping[str, RunningApp]) -> dict[str, int]:
    """Return where the output of each app stands."""
    return {name: app.output.mark() for name, app in apps.items()}


def with_aftermath(case: Case, kind: str, outcome: Outcome, marks: Mapping[str, int]) -> Outcome:
    """Return a failed step's outcome with what the apps wrote since the marks, and what that step has to know."""
    if outcome.status not in ("failed", "error") or not case.apps:
        return outcome
    if outcome.app and outcome.received is not None and outcome.received.failure:
        _wait_for_death(case.apps[outcome.app])
    output = "\n".join(filter(None, [outcome.output, *_written(case.apps, marks)]))
    remarks = [outcome.message, *_ended(case.apps)]
    if outcome.app or kind == "verify":
        remarks += _never_called(case)
    return replace(outcome, output=output, message="; ".join(filter(None, remarks)))


def _wait_for_death(app: RunningApp) -> None:
    """Give an app whose connection broke a moment to have ended: its sockets close before its exit code is there."""
    if app.process is not None:
        app.process.wait(_DYING)


def _written(apps: Mapping[str, RunningApp], marks: Mapping[str, int]) -> Iterator[str]:
    for name, app in apps.items():
        if app.process is None:
            continue
        app.output.settle()
        text = last_lines(app.output.since(marks.get(name, 0)).rstrip(), SHOWN_LINES)
        if text:
            yield f"{name} wrote:\n{text}"


def _ended(apps: Mapping[str, RunningApp]) -> Iterator[str]:
    for name, app in apps.items():
        if not app.is_running:
            yield f"{name} has ended with exit code {app.exit_code}"


def _never_called(case: Case) -> Iterator[str]:
    """Yield a remark for each app, if nobody has called anything since the case began."""
    if not getattr(case.control, "available", True):
        return  # a server without a journal cannot say so
    with suppress(NoControl):
        case.read_journal()
    if case.journal:
        return
    for name, app in case.apps.items():
        given = [f"{one}={app.environment[one]}" for one in _addresses_of(app, case.base)]
        told = f"it was given {', '.join(given)}" if given else "it runs elsewhere and was given no address from here"
        yield f"{name} has called nothing here; {told}"


def _addresses_of(app: RunningApp, base: str) -> list[str]:
    own = [name for name, value in app.environment.items() if value.startswith(base) and name not in _ADDRESSES]
    return [*(name for name in _ADDRESSES if name in app.environment), *own]
