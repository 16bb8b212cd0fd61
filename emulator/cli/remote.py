"""Remote commands: `mockdoor reset`, `state`, `journal`, `clock` and others act on a running emulator."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from emulator.cli.options import CANNOT_START, INTERRUPTED, USER_ERROR, examples

DEFAULT_URL = "http://127.0.0.1:8000"
_NOTES = {"en": "notes", "zh": "提示"}
#: Seconds that one call of `journal --follow` waits for new exchanges.
LONGEST_WAIT = 5

Command = TypeVar("Command", bound=Callable[..., Any])


def _remote_options(command: Command) -> Command:
    """Add the options that say which emulator to call, and whether to print JSON."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the reply of the control API."),
        click.option(
            "--token",
            envvar="MOCKDOOR_TOKEN",
            default="",
            help="The control token that a server off loopback printed at its start.",
        ),
        click.option(
            "--url",
            envvar="MOCKDOOR_URL",
            default=DEFAULT_URL,
            show_default=True,
            help="The address of the emulator, or of one world in it.",
        ),
    ):
        command = option(command)
    return command


@click.command(epilog=examples("mockdoor reset", "mockdoor reset --url http://127.0.0.1:8000/@t1"))
@_remote_options
def reset(*, url: str, token: str, as_json: bool) -> None:
    """Bring a world back to its scenario."""
    reply = _call(url, token, "POST", "reset")
    _print(reply, as_json, f"{reply['world']} is back to scenario {reply['scenario']}")


@click.command(
    epilog=examples(
        "mockdoor journal --persona alice", "mockdoor journal --follow", "mockdoor journal --har > login.har"
    )
)
@click.option("--operation", default="", help="Only exchanges of this operation, or of a pattern such as casdoor.*.")
@click.option("--persona", default="", help="Only exchanges of this persona.")
@click.option("--follow", is_flag=True, help="Keep showing new exchanges until Ctrl-C.")
@click.option("--har", is_flag=True, help="Print a HAR 1.2 log, which browsers and HTTP tools open.")
@_remote_options
def journal(*, operation: str, persona: str, follow: bool, har: bool, url: str, token: str, as_json: bool) -> None:
    """Show requests, replies, and why they failed."""
    from urllib.parse import urlencode

    from emulator.cli.banner import language

    chosen = {name: value for name, value in (("operation", operation), ("persona", persona)) if value}
    if har:
        if follow:
            raise click.UsageError("--har prints what there is; it does not go with --follow")
        log = _call(url, token, "GET", f"journal.har?{urlencode(chosen)}")
        click.echo(json.dumps(log, ensure_ascii=False, indent=1))
        return
    last, epoch = 0, None
    try:
        while True:
            wait = {"wait": LONGEST_WAIT} if follow else {}
            reply = _call(url, token, "GET", f"journal?{urlencode({'after': last, 'limit': 1000} | wait | chosen)}")
            if epoch not in (None, reply["epoch"]):
                last, epoch = 0, None  # the journal began anew
                continue
            for entry in reply["exchanges"]:
                click.echo(json.dumps(entry, ensure_ascii=False) if as_json else _line(entry, language()))
            last, epoch = reply["last"], reply["epoch"]
            if not follow:
                return
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@click.command(
    epilog=examples(
        "mockdoor state > state.json", "mockdoor state --save state.json", "mockdoor state --load state.json"
    )
)
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="Write the state to this file.")
@click.option(
    "--load", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Restore the state from this file."
)
@_remote_options
def state(*, save: Path | None, load: Path | None, url: str, token: str, as_json: bool) -> None:
    """Show, save or restore a world's state.

    The state is everything that the world knows, secrets included.
    """
    if load is not None:
        reply = _call(url, token, "PUT", "state", _json(load.read_text("utf-8", "replace")))
        _print(reply, as_json, f"{reply['world']} is in the state of {load}")
        return
    from emulator.control.snapshot import dump

    text = dump(_call(url, token, "GET", "state"))
    if save is None:
        click.echo(text, nl=False)
        return
    try:
        save.write_text(text, "utf-8")
    except OSError as error:
        click.echo(f"{save}: cannot be written: {error.strerror}", err=True)
        sys.exit(USER_ERROR)
    _print({"saved": str(save)}, as_json, f"wrote {save}")


@click.command(epilog=examples("mockdoor clock", "mockdoor clock --advance 5m", "mockdoor clock --mode frozen"))
@click.option("--advance", "by", default="", metavar="DURATION", help="Let this much time pass, such as 5m.")
@click.option("--at", default="", metavar="INSTANT", help="Move to an instant such as 2026-01-01T08:00:00Z.")
@click.option("--mode", type=click.Choice(["frozen", "running"]), help="Stop the clock, or let it run.")
@_remote_options
def clock(*, by: str, at: str, mode: str | None, url: str, token: str, as_json: bool) -> None:
    """Show or move a world's clock."""
    reply = _call(url, token, "GET", "clock")
    if by:
        reply = _call(url, token, "POST", "clock/advance", {"by": by})
    if at or mode:
        reply = _call(url, token, "PUT", "clock", {name: one for name, one in (("at", at), ("mode", mode)) if one})
    _print(reply, as_json, f"{reply['now']} ({reply['mode']})")


@click.command(
    epilog=examples(
        "mockdoor faults",
        "mockdoor faults --add '{at: wechat.code2session, error: -1, times: 1}'",
        "mockdoor faults --lift fault-1",
    )
)
@click.option("--add", default="", metavar="FAULT", help="Plan a fault, written as in a scenario file.")
@click.option("--lift", default="", metavar="ID", help="Remove one fault.")
@click.option("--clear", is_flag=True, help="Remove every fault.")
@_remote_options
def faults(*, add: str, lift: str, clear: bool, url: str, token: str, as_json: bool) -> None:
    """Show, plan or remove faults."""
    if clear or lift:
        _call(url, token, "DELETE", f"faults/{lift}" if lift else "faults")
    if add:
        _call(url, token, "POST", "faults", _yaml(add))
    reply = _call(url, token, "GET", "faults")
    lines = [_fault_line(fault) for fault in reply["faults"]]
    _print(reply, as_json, "\n".join(lines) or "no faults are planned")


@click.command(
    epilog=examples("mockdoor worlds", "mockdoor worlds --add t1 --scenario quota", "mockdoor worlds --delete t1")
)
@click.option("--add", default="", metavar="NAME", help="Add a world of this name.")
@click.option("--scenario", default="", help="The shipped scenario of the new world; default: the main world's.")
@click.option("--delete", default="", metavar="NAME", help="Delete a world.")
@_remote_options
def worlds(*, add: str, scenario: str, delete: str, url: str, token: str, as_json: bool) -> None:
    """Show, add or delete worlds."""
    if delete:
        _call(url, token, "DELETE", f"worlds/{delete}")
    if add:
        _call(url, token, "POST", "worlds", {"name": add} | ({"scenario": scenario} if scenario else {}))
    reply = _call(url, token, "GET", "worlds")
    lines = [f"{one['name']:<12} {one['url']:<34} {one['scenario']} ({one['profile']})" for one in reply["worlds"]]
    _print(reply, as_json, "\n".join(lines))


REMOTE_COMMANDS = (reset, state, journal, clock, faults, worlds)


def _call(url: str, token: str, method: str, path: str, body: Any = None) -> Any:
    """Return the reply to a control call; print one line and exit when it cannot be made or is refused."""
    from emulator.runner.http import ABSENT, address_of, send

    base = url.rstrip("/")
    try:
        address_of(base)
    except ValueError as error:
        raise click.BadParameter(f"{url!r} is not an address such as {DEFAULT_URL}", param_hint="--url") from error
    headers = {"X-Mockdoor-Token": token} if token else {}
    data = None if body is None else json.dumps(body).encode()
    _, received = send(base, method=method, path=f"/_emulator/{path}", headers=headers, body=data, shown_base=base)
    answer = _json(received.body)
    if received.failure or answer is None:
        why = ABSENT.get(received.failure, received.failure) or "the reply is not JSON"
        click.echo(f"no emulator answers at {url}: {why}; start one with mockdoor serve, or give --url", err=True)
        sys.exit(CANNOT_START)
    if received.status >= 400:
        click.echo(answer.get("message", f"{url} answered {received.status}"), err=True)
        sys.exit(USER_ERROR)
    return answer


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _print(reply: Any, as_json: bool, line: str) -> None:
    click.echo(json.dumps(reply, ensure_ascii=False) if as_json else line)


def _line(entry: Mapping[str, Any], language: str) -> str:
    """Return an exchange in one line: number, time, operation, persona, status, what went wrong, why, notes."""
    from emulator.journal.console_log import plain

    status = str(entry["response"]["status"] or "")
    said = plain(entry["outcome"][language]) if entry["outcome"]["failed"] else ""
    result = f"{status} {said}".strip()
    parts = [
        f"{entry['number']:>4} {entry['at'][11:19]} {entry['operation']:<22} {entry['persona'] or '-':<8} {result}"
    ]
    parts += [plain(entry["reason"][language])] if entry["reason"] else []
    ids = ", ".join(note["id"] for note in entry["notes"])
    parts += [f"{_NOTES[language]} {ids}"] if ids else []
    return " · ".join(parts)


def _fault_line(fault: Mapping[str, Any]) -> str:
    source = {name: value for name, value in fault.items() if name not in ("id", "struck")}
    times = "once" if fault["struck"] == 1 else f"{fault['struck']} times"
    return f"{fault['id']}: {json.dumps(source, ensure_ascii=False)} struck {times}"


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        click.echo(f"--add is not YAML: {' '.join(str(error).split())}", err=True)
        sys.exit(USER_ERROR)
