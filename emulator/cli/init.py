"""`mockdoor init`: the files with which a project starts."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.options import USER_ERROR, examples

if TYPE_CHECKING:
    from emulator.cli.detect import Backend, Found

STARTER = """\
# yaml-language-server: $schema={schema}
version: 1
description: >-
  Say what goes wrong here, what a reader should look at, and what helps.
tags: [example]

# Everything that is not said comes from the built-in world: organization test, one application with the docs
# page's client_id, one mini program, the personas visitor, alice, bob and carol. Names below merge over it.
profile: {profile}            # {profiles}
clock: 2026-01-01T08:00:00Z   # time stands still here; steps advance it

personas:
  dora: {{nickname: 朵拉}}

# What goes wrong: an operation, a window, one effect. `mockdoor schema` lists them all.
faults:
  - {{at: wechat.code2session, error: -1, times: 1}}

# What a client does, for `mockdoor run` and pytest; `mockdoor serve` leaves the steps out.
steps:
  - name: WeChat is busy
    login: {{as: dora}}
    expect: {{status: 400, json: {{error: invalid_grant, error_description: {{$contains: system error}}}}}}
  - name: a second try works
    login: {{as: dora, username: Dora}}
    expect: {{status: 200}}
  - get_account: {{}}
    expect: {{json: {{status: ok, name: Dora}}}}
"""

PROJECT = """\
# What mockdoor run, serve and exec take when they are told nothing. Found here: {found}.

# What run runs: files, folders, names that `mockdoor scenarios` lists.
scenarios: [{scenarios}]

# What serve and exec play; without it the built-in world.
# scenario: wechat-busy-once

# Which Casdoor to play, whatever a scenario says: {profiles}.
# profile: {profile}

# What each run writes.
# reports: {{junit: report.xml, html: report.html, json: report.json}}
"""
FIRST = "first.scenario.yaml"
SCHEMA = "mockdoor.schema.json"


@click.command(
    epilog=examples(
        "mockdoor init",
        "mockdoor run",
        "mockdoor init login.scenario.yaml",
        "mockdoor init --audit                     login.audit.yaml, for mockdoor audit",
        "mockdoor init --audit --shape envelope    status 200 always, with {code, message, data}",
        "mockdoor init --force",
    )
)
@click.argument("path", required=False, type=click.Path(dir_okay=False))
@click.option("--audit", "is_audit", is_flag=True, help="Write a file for mockdoor audit (login.audit.yaml).")
@click.option(
    "--shape",
    type=click.Choice(["token", "envelope", "cookie"]),
    help="How the audited login answers: JSON with a token (default), {code, message, data}, or a cookie.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(path: str | None, *, is_audit: bool, shape: str | None, force: bool) -> None:
    """Write mockdoor.yaml for this folder, and a first scenario, with comments.

    It looks for a backend (Flask, FastAPI, Django, Express and its like, Spring, Go) and for a mini program, here and
    in the folders in this one, and guesses how the backend is started. Where there are scenarios already, none is
    written. With a PATH only a scenario is written there. The schema that editors use is written next to a scenario.
    """
    if shape and not is_audit:
        raise click.UsageError("--shape is about audited logins; give --audit as well")
    if is_audit:
        target = Path(path or "login.audit.yaml")
        click.echo(f"{_write_audit(target, shape or 'token', force=force)}; next: mockdoor audit {target}")
        return
    if path is not None:
        wrote = _write_scenario(Path(path), force=force)
        click.echo(f"{wrote}; next: mockdoor run {path}")
        return
    from emulator.cli.detect import detect
    from emulator.scenario.project import NAME

    target = Path(NAME)
    if target.exists() and not force:
        _refuse(f"{NAME} already exists; --force writes over it")
    found = detect(Path())
    for line in _findings(found):
        click.echo(line)
    scenarios = _scenarios()
    if not Path(scenarios).exists():
        click.echo(_write_scenario(Path(FIRST), force=False))
    _write(target, project_text(found, scenarios))
    click.echo(f"wrote {NAME}; next: mockdoor run")
    if found.backends:
        click.echo(f"or, beside the emulator: mockdoor exec -- {_in_shell(found.backends[0])}")


def project_text(found: "Found", scenarios: str) -> str:
    """Return a project's file for what was found; what this version cannot use of it stands in a comment."""
    from emulator.casdoor.versions import PROFILES, newest

    profiles = list(PROFILES)
    names = [f"{one.kind} ({one.evidence})" for one in found.backends]
    names += [f"a mini program ({one}/)" for one in found.mini_programs]
    text = PROJECT.format(
        found=", ".join(names) or "nothing that mockdoor knows",
        scenarios=_word(scenarios),
        profiles=", ".join(profiles),
        profile=next(one.name for one in PROFILES.values() if one.version is newest() and not one.leniencies),
    )
    return text + "".join(f"{line}\n" for line in _apps(found))


def _apps(found: "Found") -> Iterator[str]:
    """Yield the lines about apps under test; `${PORT}` is where each is to listen."""
    from emulator.scenario import schema

    whole = schema()
    known = whole["$defs"].get("app", {}).get("properties", {}) if "apps" in whole["properties"] else {}
    lines: list[tuple[str, str]] = []
    for number, one in enumerate(found.backends):
        name = "backend" if number == 0 else f"backend-{number + 1}"
        lines += [("start", f"  {name}:"), ("start", f"    start: [{', '.join(map(_word, one.start))}]")]
        lines += [("start", f"    cwd: {_word(str(one.folder))}")] if one.folder != Path() else []
    for number, folder in enumerate(found.mini_programs):
        name = "shop" if number == 0 else f"shop-{number + 1}"
        lines.append(("mini_program", f"  {name}: {{mini_program: {_word(str(folder))}}}"))
    if lines:
        yield ""
        yield "# The apps under test. The start is a guess: put yours there; ${PORT} is where it is to listen."
        yield "apps:" if any(key in known for key, _ in lines) else "# apps:"
    for key, line in lines:
        yield line if key in known else f"# {line}"


def _findings(found: "Found") -> Iterator[str]:
    for one in found.backends:
        yield f"found {one.kind} in {one.evidence}; started by: {_in_shell(one)}"
    for folder in found.mini_programs:
        yield f"found a mini program in {folder}/"
    if not found.backends and not found.mini_programs:
        yield "found no backend and no mini program that mockdoor knows"


def _in_shell(one: "Backend") -> str:
    """Return the words that start a backend, as they are typed in this folder."""
    words = shlex.join(one.start).replace("'${PORT}'", "${PORT}").replace("${PORT}", "3000")
    return words if one.folder == Path() else shlex.join(["sh", "-c", f"cd {shlex.quote(str(one.folder))} && {words}"])


def _word(text: str) -> str:
    """Return a text as it stands in a list of YAML."""
    return text if re.fullmatch(r"[\w.-][\w./-]*", text) else json.dumps(text, ensure_ascii=False)


def _scenarios() -> str:
    """Return where this folder's scenarios are; the name of the first one when there is none."""
    if Path("scenarios").is_dir() and next(Path("scenarios").rglob("*.yaml"), None):
        return "scenarios"
    return "." if next((one for one in Path().glob("*.scenario.yaml") if one.name != FIRST), None) else FIRST


def _write_scenario(target: Path, *, force: bool) -> str:
    """Write a first scenario and the schema next to it; return a sentence about it."""
    return _write_with_schema(target, _starter(SCHEMA), force=force)


def _write_audit(target: Path, shape: str, *, force: bool) -> str:
    """Write a first audit file and the schema next to it; return a sentence about it."""
    from emulator.cli.audit_starter import audit_starter

    return _write_with_schema(target, audit_starter(shape, file=target.name, schema=SCHEMA), force=force)


def _write_with_schema(target: Path, text: str, *, force: bool) -> str:
    from emulator.scenario import schema as whole

    if target.exists() and not force:
        _refuse(f"{target} already exists; name another file, or write over it with --force")
    schema = target.parent / SCHEMA
    _write(target, text)
    _write(schema, json.dumps(whole(), ensure_ascii=False, indent=1) + "\n")
    return f"wrote {target} and {schema}"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        _refuse(f"{path}: cannot be written: {error.strerror}")


def _refuse(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(USER_ERROR)


def _starter(schema: str) -> str:
    """Return a first scenario; its comment lists the profiles, each with the version that it plays as recorded."""
    from emulator.casdoor.versions import PROFILES

    names = [one.name if one.leniencies else f"{one.name} ({one.version.name})" for one in PROFILES.values()]
    return STARTER.format(schema=schema, profile=next(iter(PROFILES)), profiles=" | ".join(names))
