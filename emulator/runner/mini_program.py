"""A mini program that runs in a process of its own: commands to it, and how it stands after each."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Any

from emulator.js.installation import NotInstalled, find_node, find_runtime
from emulator.runner.names import fill
from emulator.runner.output import Output, last_lines
from emulator.runner.processes import CannotStart, Process, running
from emulator.scenario.apps import App
from emulator.web.console import wx_script

#: Seconds that a command may take beyond its limit, until the process says nothing more.
_BEYOND = 3.0
_LOOK = 0.2
#: Seconds between SIGTERM and SIGKILL: the process keeps nothing that could be lost.
_GRACE = 0.5
_SHOWN_LINES = 20


class Refusal(Exception):
    """A command that a mini program did not carry out; `more` is what its process says beside the message."""

    def __init__(self, message: str, more: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.more = more


class _Answers(Output):
    """The lines of JSON that the process writes."""

    def __init__(self) -> None:
        super().__init__(kept=0)
        self.lines: Queue[bytes] = Queue()
        self._begun = b""

    def add(self, chunk: bytes) -> None:
        """Take what was written, line by line."""
        *whole, self._begun = (self._begun + chunk).split(b"\n")
        for line in whole:
            self.lines.put(line)


class MiniProgram:
    """The mini program of an app, started with the first command; each command has `limit` seconds."""

    def __init__(self, app: App, *, base: str, names: Mapping[str, Any]) -> None:
        self.app = app
        self.limit = app.patience.total_seconds()
        self._privacy = "agreed"
        self._is_open = False
        self._base = base
        self._replace = {start: str(fill(address, names)) for start, address in app.replace.items()}
        self._stack = ExitStack()
        self._process: Process | None = None
        self._answers = _Answers()
        self._errors = Output()
        self._input = -1
        self._number = 0

    def expect_questions(self, what: Iterable[str]) -> None:
        """Note what steps answer; the question of privacy is asked only where one of them does. Raises ValueError."""
        if "privacy" in what:
            if self._is_open:
                raise ValueError("privacy is answered before the mini program opens; put this step before its `open`")
            self._privacy = "needed"

    def command(self, what: str, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Carry out a command and return how the mini program stands then, None before it is open.

        Raises Refusal, and CannotStart when Node or its parts are missing.
        """
        if self._process is None:
            self._start()
        if what == "open":
            given = {**self._setting(), **given}
        self._number += 1
        line = json.dumps({"id": self._number, "do": what, "limit": round(self.limit * 1000), **given})
        try:
            os.write(self._input, line.encode() + b"\n")
        except BrokenPipeError:
            raise self._gone() from None
        state = self._answer(monotonic() + self.limit + _BEYOND)
        self._is_open = self._is_open or what == "open"
        return state

    def close(self) -> None:
        """End the process."""
        self._process, self._is_open = None, False
        self._stack.close()

    def _setting(self) -> dict[str, Any]:
        """Return what `open` says where its step says nothing else; the process keeps it from the first one on."""
        own = {} if self._is_open else {"page": self.app.page, "persona": self.app.persona}
        return {
            "folder": str(self.app.mini_program),
            "base": self._base,
            "wx": wx_script(),
            "replace": self._replace,
            "privacy": self._privacy,
            **{name: value for name, value in own.items() if value},
        }

    def _start(self) -> None:
        try:
            node, runtime = find_node(), find_runtime()
        except NotInstalled as error:
            raise CannotStart(str(error)) from error
        self._answers, self._errors = _Answers(), Output()
        theirs, self._input = os.pipe()
        self._stack.callback(os.close, self._input)
        try:
            self._process = self._stack.enter_context(
                running(
                    [node, str(runtime / "src" / "host.mjs")],
                    cwd=Path(self.app.mini_program or "."),
                    environment=os.environ,
                    outputs=(self._answers, self._errors),
                    grace=_GRACE,
                    stdin=theirs,
                )
            )
        finally:
            os.close(theirs)

    def _answer(self, end: float) -> Mapping[str, Any] | None:
        while True:
            try:
                answer = json.loads(self._answers.lines.get(timeout=_LOOK))
            except Empty:
                if self._process is not None and self._process.exit_code is not None and self._answers.lines.empty():
                    raise self._gone() from None
                if monotonic() > end:
                    raise self._stuck("it is busy without an end") from None
                continue
            if answer["id"] == self._number:
                return self._judged(answer)

    def _judged(self, answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
        error = answer.get("error")
        if error is None:
            return answer.get("state")
        if error.get("stuck"):
            raise self._stuck(error["message"])
        raise Refusal(error["message"], error)

    def _stuck(self, message: str) -> Refusal:
        """End a process that answers nothing more."""
        self.close()
        return Refusal(f"{message}; it was ended after {self.limit:g}s, its `patience`", {})

    def _gone(self) -> Refusal:
        code = self._process.wait(1) if self._process else None
        self._errors.settle()
        text = last_lines(self._errors.since().rstrip(), _SHOWN_LINES)
        self.close()
        return Refusal(f"its process has ended with exit code {code}" + (f":\n{text}" if text else ""), {})


class MiniPrograms:
    """The mini programs of one case: each is started when a step first needs it, all end with the case."""

    def __init__(self) -> None:
        self._known: dict[str, MiniProgram] = {}

    def of(self, app: App, *, base: str, names: Mapping[str, Any]) -> MiniProgram:
        """Return the mini program of an app; `names` are what its addresses may name."""
        if app.name not in self._known:
            self._known[app.name] = MiniProgram(app, base=base, names=names)
        return self._known[app.name]

    def close(self) -> None:
        """End those that run."""
        for one in self._known.values():
            one.close()
        self._known = {}
