"""What a person who asks for an audit at the command line is told, and how it ends."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from emulator.cli.audit_progress import Progress
from emulator.cli.options import CANNOT_START, INTERRUPTED, USER_ERROR
from emulator.cli.project import overlay

if TYPE_CHECKING:
    from emulator.audit.report import Report
    from emulator.scenario.model import Scenario


class AuditDoor:
    """What an audit is asked on the command line, and how it speaks."""

    def __init__(self, *, as_json: bool, language: str) -> None:
        self.as_json = as_json
        self.language = language

    def fail(self, message: str, code: int = USER_ERROR) -> NoReturn:
        """Say what is wrong on stderr and exit."""
        click.echo(json.dumps({"error": message}, ensure_ascii=False) if self.as_json else message, err=True)
        sys.exit(code)

    @contextmanager
    def exits(self) -> Iterator[None]:
        """Turn what hinders an audit into a message and an exit code, after everything has been ended."""
        from emulator.audit.reports.words import printable
        from emulator.audit.rules.own import OwnRuleError
        from emulator.audit.run import Stopped
        from emulator.core.errors import ScenarioError
        from emulator.runner.environment import NoEnvironment
        from emulator.runner.processes import CannotStart

        try:
            yield
        except (ScenarioError, OwnRuleError) as error:
            self.fail(str(error))
        except Stopped as error:
            why = error.why.zh if self.language == "zh" else error.why.en
            self.fail(printable(why + self._last(error.output)))
        except (CannotStart, NoEnvironment) as error:
            self.fail(printable(f"mockdoor: {error}"), CANNOT_START)
        except KeyboardInterrupt:
            self.fail("interrupted", INTERRUPTED)

    def _last(self, output: str) -> str:
        head = "应用最后的输出：" if self.language == "zh" else "its last output:"
        return f"\n{head}\n{output}" if output else ""

    def scenario(self, file: Path | None, apps: Mapping[str, str]) -> "Scenario":
        """Return the checked scenario of a file; exit 2 with its problems."""
        if file is None:
            self.fail("name a file with audit: and apps:, or --list; mockdoor init --audit writes one to start from")
        from emulator.audit.file import load_audit

        return load_audit(file, addresses=apps, overlay=overlay())

    @contextmanager
    def own_rules(self, scenario: "Scenario | None", more: Sequence[Path]) -> Iterator[None]:
        """Register the rules of the file's and the command line's Python files."""
        from emulator.audit.file import rule_files
        from emulator.audit.rules.own import own_rules

        with own_rules([*(rule_files(scenario) if scenario else ()), *more]):
            yield

    def only(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return known rules; exit 2 for an unknown one."""
        for name in names:
            self._check_rule("--only", name)
        return tuple(names)

    def skip(self, scenario: "Scenario", given: Sequence[str]) -> dict[str, str]:
        """Return the rules to skip with their reasons, the file's and the command line's."""
        from emulator.audit.file import check_skipped

        found = dict(check_skipped(scenario))
        for one in given:
            name, _, reason = one.partition("=")
            self._check_rule("--skip", name)
            if not reason.strip():
                self.fail(f"--skip {one}: a rule is skipped for a reason; write --skip {name}=REASON")
            found[name] = reason.strip()
        return found

    def _check_rule(self, option: str, name: str) -> None:
        from emulator.audit.rules.registry import RULES
        from emulator.scenario.document import suggest

        if name not in RULES:
            self.fail(f"{option}: unknown rule {name!r}{suggest(name, RULES)}; mockdoor audit --list shows all")

    def audit(
        self,
        scenario: "Scenario",
        apps: Mapping[str, str],
        chosen: tuple[tuple[str, ...], dict[str, str]],
        *,
        port: int | None,
        hints: bool,
    ) -> "Report":
        """Examine the app, with progress on stderr."""
        from emulator.audit.run import run_audit

        with Progress(language=self.language, quiet=self.as_json) as progress:
            try:
                return run_audit(
                    scenario,
                    addresses=apps,
                    only=chosen[0],
                    skip=chosen[1],
                    hints=hints,
                    port=port,
                    on_server=progress.server,
                    on_progress=progress.trouble,
                )
            except OSError as error:
                if error.errno is None:
                    raise
                where = f"port {port if port is not None else 8000}"
                self.fail(f"mockdoor: cannot listen on {where}: {error.strerror}; --port names another", CANNOT_START)

    def write(
        self, report: "Report", paths: Mapping[str, str | None], *, file: Path, scenario: "Scenario", strict: bool
    ) -> bool:
        """Write the reports that were asked for; say which could not be written."""
        written = True
        for kind, path in paths.items():
            if path is None:
                continue
            try:
                Path(path).write_text(_WRITERS[kind](report, file, scenario, strict), "utf-8")
            except OSError as error:
                click.echo(f"{path}: the report cannot be written: {error.strerror}", err=True)
                written = False
        return written

    def show(self, report: "Report") -> None:
        """Show the result on stdout."""
        if self.as_json:
            click.echo(json.dumps(report.as_json(self.language), ensure_ascii=False, indent=2))
            return
        from emulator.audit.reports.terminal import show_report

        colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        click.echo(show_report(report, language=self.language, colour=colour))

    def show_list(self) -> None:
        """Show every rule and every trouble on stdout."""
        from emulator.audit.reports.listing import list_json, show_listing

        if self.as_json:
            click.echo(json.dumps(list_json(self.language), ensure_ascii=False, indent=2))
        else:
            click.echo(show_listing(self.language))


def _html(report: "Report", _file: Path, _scenario: "Scenario", _strict: bool) -> str:
    from emulator.audit.reports.html import write_html
    from emulator.cli.banner import language

    return write_html(report, language=language())


def _junit(report: "Report", file: Path, _scenario: "Scenario", strict: bool) -> str:
    from emulator.audit.reports.junit import write_junit

    return write_junit(report, file=file, strict=strict)


def _sarif(report: "Report", file: Path, scenario: "Scenario", _strict: bool) -> str:
    from emulator.audit.file import login_line
    from emulator.audit.reports.sarif import write_sarif

    return write_sarif(report, file=file, line=login_line(scenario))


_WRITERS: Mapping[str, Callable[[Any, Path, Any, bool], str]] = {"html": _html, "junit": _junit, "sarif": _sarif}
