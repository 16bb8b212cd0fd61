"""What a `run` step does: a program, its end, and what it wrote."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from emulator.core.durations import parse_duration
from emulator.core.patterns import compile_pattern
from emulator.runner.expect import match
from emulator.runner.names import CannotCapture, find
from emulator.runner.output import Output, last_lines
from emulator.runner.processes import running
from emulator.runner.results import Mismatch

_TIMEOUT = "30s"
_SHOWN_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a program ended: its exit code (128 and the number for a signal), None when it ran too long."""

    exit: int | None
    stdout: str
    stderr: str
    elapsed: timedelta

    @property
    def output(self) -> str:
        """What it wrote, as a report shows it."""
        streams = (("stdout", self.stdout), ("stderr", self.stderr))
        return "\n".join(f"{name}:\n{last_lines(text, _SHOWN_LINES)}" for name, text in streams if text)


def run_command(given: Mapping[str, Any], *, folder: Path, environment: Mapping[str, str]) -> Finished:
    """Run a step's program without a shell, its whole process group ended with it; raises CannotStart."""
    stdout, stderr = Output(), Output()
    begun = time.monotonic()
    with running(
        [str(word) for word in given["command"]],
        cwd=folder / str(given.get("cwd", ".")),
        environment={**os.environ, **environment, **{name: str(one) for name, one in given.get("env", {}).items()}},
        outputs=(stdout, stderr),
    ) as process:
        code = process.wait(parse_duration(given.get("timeout", _TIMEOUT)).total_seconds())
        elapsed = timedelta(seconds=time.monotonic() - begun)
    if code is not None and code < 0:
        code = 128 - code
    return Finished(exit=code, stdout=_text(stdout), stderr=_text(stderr), elapsed=elapsed)


def compare_finished(expected: Mapping[str, Any], given: Mapping[str, Any], finished: Finished) -> Iterator[Mismatch]:
    """Yield everything in which a program's end differs from an `expect`."""
    if finished.exit is None:
        yield Mismatch(at="time", expected=f"an end within {given.get('timeout', _TIMEOUT)}", actual="longer")
        return
    yield from match(expected.get("exit", 0), finished.exit, "exit")
    for name, text in (("stdout", finished.stdout), ("stderr", finished.stderr)):
        if name in expected:
            yield from match(expected[name], text, name)
    if "within" in expected and finished.elapsed > parse_duration(expected["within"]):
        yield Mismatch(at="time", expected=f"within {expected['within']}", actual="longer")


def capture_from(where: str, finished: Finished) -> Any:
    """Return what a capture finds: `stdout`, `stderr`, `stdout:PATTERN` (its first group, else all), or a JSON path.

    Raises CannotCapture.
    """
    name, colon, pattern = where.partition(":")
    texts = {"stdout": finished.stdout, "stderr": finished.stderr}
    if name not in texts:
        try:
            body = json.loads(finished.stdout)
        except ValueError as error:
            raise CannotCapture(f"stdout is not JSON: {finished.stdout[:80]!r}") from error
        return find(where, body)
    if not colon:
        return texts[name]
    try:
        found: Any = compile_pattern(pattern.strip()).search(texts[name])
    except ValueError as error:
        raise CannotCapture(str(error)) from error
    if found is None:
        raise CannotCapture(f"{name} holds nothing that matches {pattern.strip()}")
    return found[1] if found.groups() else found[0]


def _text(output: Output) -> str:
    return output.since().rstrip("\r\n")
