"""Playing a scenario against a target and an emulator side by side."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any

from emulator.control.comparing import Answer, Difference, Side, differences
from emulator.control.worlds import open_world
from emulator.journal.redact import redact
from emulator.runner import requests
from emulator.runner.asking import ASKS, Outcome, judge, prepare
from emulator.runner.case import Case
from emulator.runner.engine import Engine
from emulator.runner.http import send
from emulator.runner.names import CannotCapture, UnknownName, fill
from emulator.runner.only_requests import LEFT_OUT, NoPlay, secrets_of
from emulator.runner.requests import Request
from emulator.runner.results import Place, Received, Sent, StepResult
from emulator.runner.selection import CannotRun
from emulator.runner.steps import ACTIONS, Action
from emulator.runner.target import Target
from emulator.runner.writes import change_of
from emulator.scenario.model import Scenario
from emulator.scenario.names import kind_of
from emulator.server.listener import Server
from emulator.web.lifecycle import app_state
from emulator.web.world_path import MAIN

#: After so many requests in a row without a reply, nothing more is sent to a target.
MAX_FAILURES = 2
#: Paths of the emulator and of WeChat, which no Casdoor has.
FOREIGN = ("/_emulator", "/sns/", "/cgi-bin/", "/wxa/")
#: Sends a request and returns it with what came back.
SendRequest = Callable[[Request], tuple[Sent, Received]]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One step, once: where the replies differ, or why it was left out."""

    title: str
    kind: str
    place: Place
    differences: tuple[Difference, ...] = ()
    left_out: str = ""
    note: str = ""

    @property
    def is_compared(self) -> bool:
        """Whether both sides were asked."""
        return not self.left_out and self.kind in ASKS


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One scenario, played on both sides."""

    scenario: Scenario
    profile: str
    steps: tuple[Compared, ...]

    @property
    def is_empty(self) -> bool:
        """Whether every step was left out."""
        return not any(step.is_compared for step in self.steps)

    @property
    def differs(self) -> bool:
        """Whether any reply differs."""
        return any(step.differences for step in self.steps)


def compare_scenario(scenario: Scenario, *, target: Target, profile: str, allow_writes: bool) -> Comparison:
    """Play a scenario's steps on a target and on an emulator of a profile.

    The emulator is asked first: what it cannot be asked is not sent to the target. Raises CannotRun where the target
    cannot be asked at all.
    """
    bare = replace(scenario, faults=(), clock=None)
    world = open_world(bare, wall=lambda: datetime.now(UTC), profile=profile)
    with Server(world, port=0) as server:
        app_state(server.app).worlds[MAIN] = world
        steps = _Play(bare, target, server.url, profile, allow_writes=allow_writes).steps()
        return Comparison(scenario=scenario, profile=profile, steps=tuple(steps))


class _Play:
    """Both sides of a scenario, each with the names that its own replies have set."""

    def __init__(self, scenario: Scenario, target: Target, url: str, profile: str, *, allow_writes: bool) -> None:
        self._target = target
        self._scenario = scenario
        self._failures = 0
        emulator = partial(_ask_emulator, url, target.base)
        self._ours = _engine(scenario, target.base, profile, emulator, allow_writes=allow_writes)
        self._theirs = _engine(scenario, target.base, profile, target.ask, allow_writes=allow_writes)
        self._secrets = secrets_of(scenario.variables) | secrets_of(os.environ)

    def steps(self) -> Iterator[Compared]:
        """Play every step, those of `finally` as well; no text of theirs shows a secret."""
        for one in self._played():
            yield replace(
                one, title=self._safe(one.title), left_out=self._safe(one.left_out), note=self._safe(one.note)
            )

    def _safe(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return redact(text)

    def _played(self) -> Iterator[Compared]:
        wrong = [*self._ours.begin(), *self._theirs.begin()]
        if wrong:
            raise CannotRun([f"{wrong[0].place.path}: vars: {wrong[0].message}"])
        for step in (*self._scenario.steps, *self._scenario.cleanup):
            yield from self._step(step)

    def _step(self, step: Any) -> Iterator[Compared]:
        ours = self._ours.play(step)
        if all(one.status == "skipped" for one in ours):
            yield from (_left_out(one, one.message) for one in ours)
            return
        if self._failures >= MAX_FAILURES:
            yield from (_left_out(one, f"the target has not answered {MAX_FAILURES} requests in a row") for one in ours)
            return
        theirs = self._theirs.play(step)
        for here, there in zip_longest(ours, theirs):
            yield self._compared(here, there)

    def _compared(self, here: StepResult | None, there: StepResult | None) -> Compared:
        if here is None or there is None or here.received is None or there.received is None:
            return self._half(here, there)
        self._failures = self._failures + 1 if there.received.failure else 0
        self._secrets |= secrets_of(here.sent) | secrets_of(there.sent)
        ours, theirs = self._sides()
        found = differences(_answer(here.received), _answer(there.received), ours=ours, theirs=theirs)
        return Compared(title=here.title, kind=here.kind, place=here.place, differences=found)

    def _half(self, here: StepResult | None, there: StepResult | None) -> Compared:
        """Return a step that one side or none was asked."""
        one = next(side for side in (here, there) if side is not None)
        asked = [side is not None and side.received is not None for side in (here, there)]
        if not any(asked):
            reason = "" if one.status == "passed" else one.message
            return Compared(title=one.title, kind=one.kind, place=one.place, left_out=reason, note=one.note)
        missing = there if asked[0] else here
        return _left_out(one, missing.message if missing else "an earlier difference leads another way")

    def _sides(self) -> tuple[Side, Side]:
        """Return what is known of each side: values of equal names that differ are taken for the same thing."""
        ours, theirs = self._ours.case.names, self._theirs.case.names
        learned = {
            name
            for name, value in ours.items()
            if isinstance(value, str) and isinstance(theirs.get(name), str) and value != theirs[name]
            if len(value) > 2 and len(theirs[name]) > 2
        }
        origins = tuple(f"{scheme}://{self._target.netloc}" for scheme in ("https", "http"))
        first, second = ({name: side[name] for name in learned} for side in (ours, theirs))
        return (
            Side(origins=origins, captured=first, secrets=self._secrets),
            Side(origins=origins, captured=second, secrets=self._secrets),
        )


def _engine(scenario: Scenario, shown: str, profile: str, ask: SendRequest, *, allow_writes: bool) -> Engine:
    asking: Action = partial(_ask, ask, allow_writes=allow_writes)
    actions = MappingProxyType({**ACTIONS, **dict.fromkeys(ASKS, asking), **LEFT_OUT})
    return Engine(scenario, base=shown, shown_base=shown, control=NoPlay(), profile=profile, actions=actions)


def _ask(ask: SendRequest, case: Case, step: Mapping[str, Any], given: object, *, allow_writes: bool) -> Outcome:
    """Send a step's request, learn and capture from its reply; nothing is expected of it."""
    del given
    if "to" in step.get("request", {}):
        return Outcome(status="skipped", message="asks an app under test, which is not the target")
    try:
        one = prepare(case, {name: value for name, value in step.items() if name != "expect"})
    except (UnknownName, CannotCapture) as error:
        return Outcome(status="skipped", message=str(error))
    why = _refused(one.request, allow_writes=allow_writes)
    if why:
        return Outcome(status="skipped", message=why)
    sent, received = ask(one.request)
    outcome = judge(case, one, sent, received, None)
    # A capture that finds nothing is a difference where the other side has it: the comparison shows that.
    return replace(outcome, status="passed")


def _refused(request: Request, *, allow_writes: bool) -> str:
    if request.path.startswith(FOREIGN):
        return "is no call of Casdoor's"
    change = "" if allow_writes else change_of(request)
    return f"{change}; --allow-writes sends it" if change else ""


def _ask_emulator(url: str, shown: str, request: Request) -> tuple[Sent, Received]:
    return send(
        url, method=request.method, path=request.path, headers=request.headers, body=request.body, shown_base=shown
    )


def _answer(received: Received) -> Answer:
    return Answer(status=received.status, headers=received.headers, body=received.body, failure=received.failure)


def _left_out(one: StepResult, reason: str) -> Compared:
    return Compared(title=one.title, kind=one.kind, place=one.place, left_out=reason or "not played")


def writes_of(scenario: Scenario) -> Iterator[str]:
    """Yield `path:line: message` for each step that would change something on a target."""
    flows: Iterable[Any] = scenario.flows.values()
    steps: list[Any] = [*scenario.steps, *scenario.cleanup, *(step for flow in flows for step in flow["steps"])]
    for step in steps:
        change = _change_of_step(scenario, step)
        if change:
            path = getattr(step, "path", None) or scenario.path or Path(scenario.name)
            yield f"{path}:{getattr(step, 'place', (0, 0))[0] + 1}: {change}"


def _change_of_step(scenario: Scenario, step: Any) -> str:
    """Return what a step would change; one whose names only replies can set is judged when it is sent."""
    kind = kind_of(step)
    if kind == "update_user":
        return "update_user changes a user"
    if kind not in ("login", "request"):
        return ""
    rows: list[Any] = step.get("with", [{}])
    return next(filter(None, (_change_of_row(scenario, kind, step[kind], row) for row in rows)), "")


def _change_of_row(scenario: Scenario, kind: str, value: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    with suppress(UnknownName):
        given = fill(value, {**scenario.variables, **row})
        if kind == "request" and "to" not in given and not given["path"].startswith(FOREIGN):
            return change_of(requests.plain(given))
        if kind == "login" and not ("as" in given and "code" not in given):
            return change_of(requests.login(scenario, {k: v for k, v in given.items() if k != "headers"}))
    return ""
