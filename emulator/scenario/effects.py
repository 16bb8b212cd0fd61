"""Faults and codes: from a file's fields to values."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from emulator.core.durations import parse_duration
from emulator.core.reply import Drip
from emulator.faults.effects import (
    ApiFailure,
    BrokenConnection,
    DamagedBody,
    Delay,
    DroppedKeys,
    Effect,
    Fault,
    FixedReply,
    Limit,
    StatusOnly,
    TamperedToken,
    TokenFailure,
    WechatFailure,
)
from emulator.scenario.document import Trail, suggest

#: Longer durations are slips of the pen, and the operating system cannot wait for them.
_LONGEST = timedelta(days=3650)

#: Notes a problem at a trail; `at_key` points at the key.
Report = Callable[..., None]

#: What people call an operation that has another name.
_MEANT = {"wechat.login": "wechat.code2session", "wechat.jscode2session": "wechat.code2session"}

EFFECTS = ("error", "http", "reply", "connection", "body", "drip", "limit", "token", "drop")


@cache
def operations() -> tuple[str, ...]:
    """Return the names of all operations."""
    return tuple(_data("operations.json"))


@cache
def errcodes() -> frozenset[int]:
    """Return the errcodes of WeChat's catalogue."""
    return frozenset(int(errcode) for errcode in _data("errcodes.json"))


def unknown_operation(pattern: str) -> str:
    """Return what to say of a pattern that no operation matches."""
    near = f"; did you mean {_MEANT[pattern]!r}?" if pattern in _MEANT else suggest(pattern, operations())
    return f"unknown operation {pattern!r}{near}"


def _data(name: str) -> Any:
    return json.loads(resources.files("emulator").joinpath("data", name).read_text("utf-8"))


def build_effect(value: Mapping[str, Any], trail: Trail, report: Report) -> Effect | None:
    """Return the one effect of a fault or a code, None when it has none; more than one is a problem."""
    given = [name for name in EFFECTS if name in value]
    if len(given) > 1:
        second = max(given, key=list(value).index)
        report((*trail, second), f"one effect is allowed, got {' and '.join(given)}", at_key=True)
    if not given:
        return None
    name = given[0]
    inner = value[name]
    match name:
        case "error":
            return _failure(inner, (*trail, name), report)
        case "http":
            return StatusOnly(status=inner)
        case "reply":
            return _reply(inner, (*trail, name), report)
        case "connection":
            return BrokenConnection(kind=inner)
        case "body":
            return DamagedBody(kind=inner)
        case "drip":
            return Drip(size=inner["bytes"], every=build_duration(inner["every"], (*trail, name, "every"), report))
        case "limit":
            failure = _failure(inner["error"], (*trail, name, "error"), report)
            per = build_duration(inner["per"], (*trail, name, "per"), report)
            return Limit(requests=inner["requests"], per=per, failure=failure)
        case "token":
            return TamperedToken(kind=inner)
    return DroppedKeys(keys=tuple(inner))


def build_fault(value: Mapping[str, Any], trail: Trail, report: Report, *, number: int) -> Fault:
    """Return a planned fault; `number` names it when it has no id."""
    effect, delay = build_effect(value, trail, report), _delay(value.get("delay"), (*trail, "delay"), report)
    if effect is None and delay is None:
        report(trail, f"a fault needs an effect: {', '.join(EFFECTS)} or delay")
    _check_operation(value["at"], effect, trail, report)
    return Fault(
        id=value.get("id", f"fault-{number}"),
        at=value["at"],
        when=_when(value.get("when", {})),
        after=value.get("after", 0),
        times=value.get("times"),
        every=value.get("every", 1),
        span=build_duration(value["for"], (*trail, "for"), report) if "for" in value else None,
        chance=value.get("chance"),
        effect=effect,
        delay=delay,
        source=dict(value),
    )


def _failure(value: Any, trail: Trail, report: Report) -> WechatFailure | TokenFailure | ApiFailure:
    if isinstance(value, int):
        if value not in errcodes():
            known = ", ".join(str(errcode) for errcode in sorted(errcodes()))
            report(trail, f"unknown errcode {value}; allowed: {known}")
        return WechatFailure(errcode=value)
    if "msg" in value and "error" in value:
        report(trail, "error and msg belong to different families; give one of them")
    if "msg" in value:
        return ApiFailure(msg=value["msg"])
    if "error" not in value:
        report(trail, "missing key 'error'")
    return TokenFailure(error=value.get("error", ""), description=value.get("error_description", ""))


def _reply(value: Mapping[str, Any], trail: Trail, report: Report) -> FixedReply:
    if "json" in value and "text" in value:
        report(trail, "json and text exclude each other")
    return FixedReply(
        status=value.get("status", 200),
        content_type=value.get("content_type"),
        json=value.get("json"),
        has_json="json" in value,
        text=value.get("text", ""),
    )


def _delay(value: Any, trail: Trail, report: Report) -> Delay | None:
    if value is None:
        return None
    if isinstance(value, str):
        always = build_duration(value, trail, report)
        return Delay(shortest=always, longest=always)
    shortest, longest = (build_duration(value[name], (*trail, name), report) for name in ("from", "to"))
    if shortest > longest:
        report((*trail, "from"), f"from ({value['from']}) is longer than to ({value['to']})")
    return Delay(shortest=shortest, longest=longest)


def build_duration(text: str, trail: Trail, report: Report) -> timedelta:
    """Return a duration of the schema's shape; one beyond ten years is a problem."""
    try:
        span = parse_duration(text)
    except ValueError:
        span = timedelta.max
    if span > _LONGEST:
        report(trail, f"{text!r} is too long; allowed: at most {_LONGEST.days}d")
        return _LONGEST
    return span


def _when(value: Mapping[str, Any]) -> dict[str, str]:
    facts = {name: one for name, one in value.items() if name not in ("header", "body")}
    facts |= {f"header.{name.lower()}": one for name, one in value.get("header", {}).items()}
    return facts | {f"body.{name}": one for name, one in value.get("body", {}).items()}


def _check_operation(pattern: str, effect: Effect | None, trail: Trail, report: Report) -> None:
    matched = [name for name in operations() if fnmatchcase(name, pattern)]
    if not matched:
        report((*trail, "at"), unknown_operation(pattern))
        return
    failure, at = _failure_at(effect, trail)
    wechat = [name for name in matched if name.startswith("wechat.")]
    if isinstance(failure, WechatFailure) and len(wechat) < len(matched):
        report(at, f"an errcode is WeChat's; {pattern} answers with {{error, error_description}} or {{msg}}")
    if isinstance(failure, TokenFailure | ApiFailure | TamperedToken) and wechat:
        what = "a tampered token" if isinstance(failure, TamperedToken) else "this error"
        report(at, f"{what} is Casdoor's; {pattern} answers with an errcode such as 40029")


def _failure_at(effect: Effect | None, trail: Trail) -> tuple[Effect | None, Trail]:
    """Return the effect that is or holds an error, and its trail."""
    if isinstance(effect, Limit):
        return effect.failure, (*trail, "limit", "error")
    return effect, (*trail, "token" if isinstance(effect, TamperedToken) else "error")


def check_code_effect(effect: Effect | None, trail: Trail, report: Report) -> None:
    """Refuse an effect that WeChat cannot have: a code is always traded at WeChat."""
    failure, at = _failure_at(effect, trail)
    if isinstance(failure, TokenFailure | ApiFailure | TamperedToken):
        report(at, "a code is traded at WeChat; its error is an errcode such as 40029")
