"""Scenario files side by side: worker processes, each with a server and apps of its own.

Processes rather than threads: the steps run in each one's main thread, so that an interruption reaches whatever they
wait for, and on two cores they are a little faster, since threads take turns at the interpreter.
"""

import math
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from emulator.runner.results import CaseResult, SuiteResult
from emulator.runner.selection import Chosen

RunFile = Callable[[Chosen], SuiteResult]
#: Opens what runs one file after another; it is sent to the workers, so it is a function of a module.
OpenRunner = Callable[[], AbstractContextManager[RunFile]]


def run_side_by_side(
    chosen: Sequence[Chosen],
    open_runner: OpenRunner,
    *,
    jobs: int,
    given_apps: Mapping[str, str],
    ends_run: Callable[[SuiteResult], bool],
    on_case: Callable[[CaseResult], None],
    in_order: bool,
) -> tuple[tuple[SuiteResult, ...], bool]:
    """Run files in `jobs` workers; return their results in the order of the files, and whether it was interrupted.

    Nothing behind the first result that `ends_run` is returned, as if the files had been run in turn. `on_case` hears
    of each in the order of the files, or when it is done. Files with apps at an address of their own, or at one of
    `given_apps`, share a worker.
    """
    results = _Results(ends_run, on_case, in_order=in_order)
    alone = {index for index, one in enumerate(chosen) if _has_fixed_address(one, given_apps)}
    tasks = (deque(sorted(alone)), deque(index for index in range(len(chosen)) if index not in alone))
    with _workers(chosen, open_runner, min(jobs, len(chosen))) as workers, _interruptible(workers) as interrupted:
        busy = {one.connection for one in workers if _hand_out(one, workers[0], tasks, results, interrupted)}
        while busy:
            for connection in wait(list(busy)):
                worker = next(one for one in workers if one.connection is connection)
                busy.discard(worker.connection)
                try:
                    results.add(*worker.connection.recv())
                except EOFError:
                    if not interrupted.is_set():
                        raise RuntimeError("a worker ended without a result; its traceback is above") from None
                    continue
                if _hand_out(worker, workers[0], tasks, results, interrupted):
                    busy.add(worker.connection)
    return results.in_file_order(), interrupted.is_set()


class _Worker:
    """A process that runs the files whose numbers it is sent."""

    def __init__(self, process: BaseProcess, connection: "Connection[Any, Any]") -> None:
        self.process = process
        self.connection = connection

    def interrupt(self) -> None:
        """Interrupt it as Ctrl-C would; on Windows the console has done so already."""
        if hasattr(os, "setpgrp") and self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGINT)

    def end(self) -> None:
        """Let it go when it is done."""
        with suppress(OSError):
            self.connection.send(None)
        self.process.join()
        self.connection.close()


class _Results:
    """What came back so far, by the number of the file."""

    def __init__(
        self, ends_run: Callable[[SuiteResult], bool], on_case: Callable[[CaseResult], None], *, in_order: bool
    ) -> None:
        self.last = math.inf
        self._ends_run = ends_run
        self._on_case = on_case
        self._in_order = in_order
        self._found: dict[int, SuiteResult] = {}
        self._next = 0

    def add(self, index: int, suite: SuiteResult) -> None:
        """Take a result; let those hear who are to hear of it by now."""
        self._found[index] = suite
        if self._ends_run(suite):
            self.last = min(self.last, index)
        if not self._in_order and index <= self.last:
            self._tell(suite)
        while self._in_order and self._next in self._found and self._next <= self.last:
            self._tell(self._found[self._next])
            self._next += 1

    def in_file_order(self) -> tuple[SuiteResult, ...]:
        """Return what counts; those that nobody has heard of yet, because one before them is missing, are told."""
        counted = sorted(index for index in self._found if index <= self.last)
        for index in counted:
            if self._in_order and index >= self._next:
                self._tell(self._found[index])
        return tuple(self._found[index] for index in counted)

    def _tell(self, suite: SuiteResult) -> None:
        for case in suite.cases:
            self._on_case(case)


def _hand_out(
    worker: _Worker,
    first: _Worker,
    tasks: "tuple[deque[int], deque[int]]",
    results: _Results,
    interrupted: threading.Event,
) -> bool:
    """Send a worker its next file; return whether there was one. The first worker takes those that share it."""
    for queue in tasks if worker is first else tasks[1:]:
        while queue and not interrupted.is_set():
            index = queue.popleft()
            if index <= results.last:
                worker.connection.send(index)
                return True
    return False


def _has_fixed_address(one: Chosen, given_apps: Mapping[str, str]) -> bool:
    """Return whether two workers that run this file, or another one like it, would meet at an app's address."""
    apps = one.scenario.apps.values() if one.scenario else ()
    return any(app.url or app.port or app.ready_port or app.name in given_apps for app in apps)


@contextmanager
def _workers(chosen: Sequence[Chosen], open_runner: OpenRunner, number: int) -> Iterator[list[_Worker]]:
    """Start workers; at the end wait until each has ended."""
    # A fork costs nothing, yet is safe only where no system library has threads of its own, as on macOS.
    context = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
    workers: list[_Worker] = []
    try:
        for _ in range(number):
            ours, theirs = context.Pipe()
            inherited = [one.connection for one in workers] + [ours] if sys.platform == "linux" else []
            process = context.Process(target=_work, args=(chosen, open_runner, theirs, inherited), daemon=True)
            process.start()
            theirs.close()
            workers.append(_Worker(process, ours))
        yield workers
    finally:
        for worker in workers:
            worker.end()


def _work(
    chosen: Sequence[Chosen],
    open_runner: OpenRunner,
    connection: "Connection[Any, Any]",
    inherited: "Sequence[Connection[Any, Any]]",
) -> None:
    """Run the files whose numbers come, until None comes or whoever sends them is gone."""
    for other in inherited:  # or the end of our parent would not end our siblings
        other.close()
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # Ctrl-C reaches us by our parent, once
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt, EOFError, BrokenPipeError), open_runner() as run_file:
        while (index := connection.recv()) is not None:
            connection.send((index, run_file(chosen[index])))


@contextmanager
def _interruptible(workers: Sequence[_Worker]) -> Iterator[threading.Event]:
    """Pass an interruption on to the workers, which end their steps and answer; yields what says that there was one."""
    interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        for worker in workers:
            worker.interrupt()

    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
