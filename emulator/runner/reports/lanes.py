"""A case as messages between lanes: mini program, the apps under test, Casdoor, WeChat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from emulator.journal.outcome import outcome_of
from emulator.runner.results import CaseResult, StepResult, made_by_mini_program

Lane = Literal["client", "app", "casdoor", "wechat"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One arrow: from lane to lane, with what it says; `bad` where the step failed, `reply` points back."""

    start: Lane
    end: Lane
    text: str
    step: StepResult
    reply: bool = False
    bad: bool = False


def messages(case: CaseResult, *, language: str = "en") -> Iterator[Message]:
    """Yield the arrows of a case in order; steps that send nothing have one from a lane to itself.

    Steps that were not run have none.
    """
    for step in case.steps:
        if step.not_run:
            continue
        if step.sent is None:
            yield Message(start="client", end="client", text=_alone(step), step=step, bad=_is_bad(step))
            for call in step.calls:
                yield from _called(step, call, language, by="client" if made_by_mini_program(call) else "app")
            continue
        server: Lane = "app" if step.app else _server(step.sent.path)
        path = urlsplit(step.sent.path).path
        yield Message(start="client", end=server, text=f"{step.sent.method} {path}", step=step)
        yield from _inside(step, step.entry or {}, language)
        for call in step.calls:
            yield from _called(step, call, language)
        text = outcome(step, language=language)
        yield Message(start=server, end="client", text=text, step=step, reply=True, bad=_is_bad(step))


def outcome(step: StepResult, *, language: str = "en") -> str:
    """Return what came back, in short: the status and what the reply says.

    The journal says it, unless the connection broke, which only the client saw, or there is no entry.
    """
    sent, received = step.sent, step.received
    if sent is None or received is None:
        return ""
    entry: Mapping[str, Any] = step.entry or {}
    if entry and not received.failure:
        return f"{received.status} {_said(entry['outcome'], received.body, language)}".strip()
    seen = outcome_of(
        status=received.status or None,
        failure=received.failure,
        headers=(),
        body=received.body.encode("utf-8", "replace"),
        method=sent.method,
        path=urlsplit(sent.path).path,
    )
    said = _said(seen.as_json(), received.body, language)
    return f"{seen.status} {said}".strip() if seen.status else said


def asked_apps(case: CaseResult) -> tuple[str, ...]:
    """Return the names of the apps under test that a case's steps asked, in order."""
    return tuple(dict.fromkeys(step.app for step in case.steps if step.app))


def _server(path: str) -> Lane:
    return "wechat" if path.startswith(("/sns/", "/wxa/", "/cgi-bin/")) else "casdoor"


def _called(step: StepResult, entry: Mapping[str, Any], language: str, *, by: Lane = "app") -> Iterator[Message]:
    """Yield the arrows of a call that an app, or else the mini program, made."""
    server, reply = _server(str(entry["path"])), entry["response"]
    yield Message(start=by, end=server, text=f"{entry['method']} {entry['path']}", step=step)
    yield from _inside(step, entry, language)
    text = f"{reply['status'] or ''} {_said(entry['outcome'], str(reply.get('body', '')), language)}".strip()
    yield Message(start=server, end=by, text=text, step=step, reply=True)


def _inside(step: StepResult, entry: Mapping[str, Any], language: str) -> Iterator[Message]:
    """Yield the arrows of the calls that Casdoor made to WeChat inside an exchange."""
    for inner in _inner(entry):
        url = urlsplit(str(inner["url"])).path
        yield Message(start="casdoor", end="wechat", text=f"GET {url}", step=step)
        text = _said(inner["outcome"], str(inner["response"]["body"]), language)
        yield Message(start="wechat", end="casdoor", text=text, step=step, reply=True)


def _inner(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = entry.get("inner")
    return [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []


def _said(outcome: Mapping[str, Any], body: str, language: str) -> str:
    """Return what a reply says: its outcome, or the body's beginning where that would only repeat the request."""
    if outcome["id"] in ("answered", "http-error"):
        return " ".join(body.split())[:60]
    return str(outcome[language])[:90]


def _alone(step: StepResult) -> str:
    return step.note or step.title


def _is_bad(step: StepResult) -> bool:
    return step.status in ("failed", "error")
