"""`mockdoor audit`: what a login backend does when WeChat and Casdoor fail."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NoReturn

import click

from emulator.cli.audit_door import AuditDoor
from emulator.cli.options import USER_ERROR, examples
from emulator.cli.project import ProjectCommand
from emulator.cli.run import app_addresses

#: What `--watch` takes for the source of an app, where it does not look, and how many files it looks at in all.
_SOURCES = frozenset({".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".java", ".kt", ".php", ".rb", ".cs", ".env"})
_SKIPPED = frozenset({"node_modules", ".venv", "venv", "__pycache__", ".git", "target", "dist"})
_MAX_SOURCES = 2000


@click.command(
    cls=ProjectCommand,
    epilog=examples(
        "mockdoor init --audit                        write an audit file to start from",
        "mockdoor audit login.audit.yaml",
        "mockdoor audit login.audit.yaml --only busy-retried --only retries-bounded",
        'mockdoor audit login.audit.yaml --skip rate-limited="the gateway does it" --html report.html',
        "mockdoor audit login.audit.yaml --app backend=http://127.0.0.1:3000",
        "mockdoor audit --list                        every rule and every trouble",
    ),
)
@click.argument("file", required=False, metavar="FILE", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write a report as one HTML page.")
@click.option("--junit", type=click.Path(dir_okay=False), help="Write a JUnit XML report.")
@click.option("--sarif", type=click.Path(dir_okay=False), help="Write a SARIF 2.1.0 report.")
@click.option("--only", multiple=True, metavar="RULE", help="Examine this rule only; may be given again.")
@click.option(
    "--skip", multiple=True, metavar="RULE=REASON", help="Leave a rule out, with the reason; may be given again."
)
@click.option("--strict", is_flag=True, help="Fail for warnings too.")
@click.option("--hints", is_flag=True, help="Examine also what small apps may do without; a hint fails nothing.")
@click.option("--list", "listing", is_flag=True, help="Show every rule and every trouble, and examine nothing.")
@click.option(
    "--app",
    "apps",
    multiple=True,
    metavar="NAME=URL",
    callback=lambda _context, _option, given: app_addresses(given),
    help="Ask this app at an address where it runs already; may be given again.",
)
@click.option("--rules", multiple=True, metavar="FILE.py", type=click.Path(path_type=Path), help="Add your own rules.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Play WeChat and Casdoor at this port (default: a free one; 8000 for apps that run already).",
)
@click.option("--watch", "watched", is_flag=True, help="Examine again after each save, until Ctrl-C.")
def audit(
    file: Path | None,
    *,
    as_json: bool,
    html: str | None,
    junit: str | None,
    sarif: str | None,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    strict: bool,
    hints: bool,
    listing: bool,
    apps: dict[str, str],
    rules: tuple[Path, ...],
    port: int | None,
    watched: bool,
) -> None:
    """Examine how a login backend behaves while WeChat and Casdoor fail in every way.

    FILE is a scenario file with `apps:` and `audit:`; `mockdoor init --audit` writes one. Without FILE the project's
    mockdoor.yaml is taken. The exit code is 0 when all
    is well, 1 for an error that was found (with --strict a warning too), 2 for a mistake in the file or the command
    line and when not even a plain login works, 3 when the app or the server does not start.

    With --json, stdout holds the result or nothing; what hinders the audit stands on stderr as {"error": …}.
    """
    from emulator.cli.banner import language

    given = AuditDoor(as_json=as_json, language=language())
    reports = {"html": html, "junit": junit, "sarif": sarif}

    def act() -> None:
        asked = _Asked(only=only, skip=skip, strict=strict, hints=hints, listing=listing, port=port, reports=reports)
        _audit_once(given, file, apps, rules, asked)

    if not watched or listing or file is None:
        act()
        return
    from emulator.cli.watching import repeat, watch

    repeat(partial(watch, lambda: _sources(file, rules)), act)


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What an audit is to examine and to write."""

    only: tuple[str, ...]
    skip: tuple[str, ...]
    strict: bool
    hints: bool
    listing: bool
    port: int | None
    reports: Mapping[str, str | None]


def _audit_once(
    given: "AuditDoor", file: Path | None, apps: Mapping[str, str], rules: Sequence[Path], asked: _Asked
) -> NoReturn:
    """Examine once, show and write what came of it, and exit."""
    with given.exits():
        scenario = None if asked.listing and file is None else given.scenario(file, apps)
        with given.own_rules(scenario, rules):
            if asked.listing:
                given.show_list()
                sys.exit(0)
            assert scenario is not None and file is not None  # noqa: S101, PT018  # for mypy
            chosen = given.only(asked.only), given.skip(scenario, asked.skip)
            report = given.audit(scenario, apps, chosen, port=asked.port, hints=asked.hints)
            written = given.write(report, asked.reports, file=file, scenario=scenario, strict=asked.strict)
            given.show(report)
    sys.exit(report.exit_code(strict=asked.strict) or (0 if written else USER_ERROR))


def _sources(file: Path, rules: Sequence[Path]) -> Iterator[Path]:
    """Yield what an audit depends on: its file, rules of one's own, and the sources of the apps that it starts."""
    from emulator.audit.file import app_folders

    yield file
    yield from rules
    for folder in app_folders(file):
        found = (one for one in folder.rglob("*") if one.suffix in _SOURCES and not _SKIPPED & set(one.parts))
        yield from islice(found, _MAX_SOURCES)
