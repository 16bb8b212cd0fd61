"""A case as messages between three lanes: mini program, Casdoor, WeChat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from emulator.runner.results import CaseResult, StepResult

Lane = Literal["client", "casdoor", "wechat"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One arrow: from lane to lane, with what it says; `bad` where the step failed, `reply` points back."""

    start: Lane
    end: Lane
    text: str
    step: StepResult
    reply: bool = False
    bad: bool = False


def messages(case: CaseResult) -> Iterator[Message]:
    """Yield the arrows of a case in order; steps that send nothing have one from a lane to itself."""
    for step in case.steps:
        if step.sent is None:
            yield Message(start="client", end="client", text=_alone(step), step=step, bad=_is_bad(step))
            continue
        server: Lane = "wechat" if step.sent.path.startswith(("/sns/", "/wxa/", "/cgi-bin/")) else "casdoor"
        path = urlsplit(step.sent.path).path
        yield Message(start="client", end=server, text=f"{step.sent.method} {path}", step=step)
        for inner in _inner(step):
            url = urlsplit(str(inner["url"])).path
            yield Message(start="casdoor", end="wechat", text=f"GET {url}", step=step)
            yield Message(start="wechat", end="casdoor", text=_inner_reply(inner), step=step, reply=True)
        yield Message(start=server, end="client", text=outcome(step), step=step, reply=True, bad=_is_bad(step))


def outcome(step: StepResult) -> str:
    """Return what came back, in a few words: the status and what the body says first."""
    received = step.received
    if received is None:
        return ""
    if received.failure:
        return f"no reply: {received.failure}"
    return f"{received.status} {_gist(received.body)}".strip()


def _inner(step: StepResult) -> list[Mapping[str, Any]]:
    inner = step.entry.get("inner") if step.entry else None
    return [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []


def _inner_reply(inner: Mapping[str, Any]) -> str:
    response = inner.get("response") or {}
    if response.get("failure"):
        return f"no reply: {response['failure']}"
    return _gist(str(response.get("body", "")))


def _gist(body: str) -> str:
    """Return the telling part of a body: an error's text, a user, or its beginning."""
    import json

    try:
        value = json.loads(body)
    except ValueError:
        return " ".join(body.split())[:60]
    if not isinstance(value, dict):
        return body[:60]
    for name in ("error_description", "errmsg", "error", "msg", "user", "name", "openid"):
        if isinstance(value.get(name), str) and value[name]:
            return f"{name}: {value[name]}"[:90]
    if "access_token" in value:
        return "access_token"
    return str(value.get("status", ""))


def _alone(step: StepResult) -> str:
    return step.note or step.title


def _is_bad(step: StepResult) -> bool:
    return step.status in ("failed", "error")
