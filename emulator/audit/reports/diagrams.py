"""A finding as a sequence diagram: client, backend, Casdoor, WeChat, with the seconds since the request."""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.audit.observer import Call
from emulator.audit.probe import Probe
from emulator.runner.reports.html import ROW, TOP, Arrow, Diagram, shortened
from emulator.world.trace import InnerCall

_HEADS = {"client": "client 客户端", "backend": "backend 后端", "casdoor": "Casdoor", "wechat": "WeChat 微信"}
_X3 = {"client": 90, "backend": 390, "wechat": 690}
_X3_CASDOOR = {"client": 90, "backend": 390, "casdoor": 690}
_X4 = {"client": 90, "backend": 290, "casdoor": 490, "wechat": 690}
_BROKEN = {
    "reset": "✂ connection reset",
    "empty": "✂ closed without a byte",
    "hang": "… no answer",
    "truncated": "✂ cut short",
}
#: So many calls are drawn.
_CALLS = 20


class _Message(NamedTuple):
    start: str
    end: str
    text: str
    reply: bool = False
    bad: bool = False


def draw_probe(probe: Probe) -> Diagram:
    """Return what a request of an audit caused, one row for each message."""
    messages = list(_messages(probe))
    named = {lane for one in messages for lane in (one.start, one.end)}
    lanes = _X4 if {"casdoor", "wechat"} <= named else _X3_CASDOOR if "casdoor" in named else _X3
    width = 26 if lanes is _X4 else 38
    arrows = tuple(
        Arrow(
            x1=lanes[one.start],
            x2=lanes[one.end],
            y=TOP + ROW * row,
            text=shortened(one.text, width),
            reply=one.reply,
            bad=one.bad,
            alone=one.start == one.end,
        )
        for row, one in enumerate(messages)
    )
    heads = {lane: _HEADS[lane] for lane in lanes}
    return Diagram(arrows=arrows, height=TOP + ROW * len(arrows) + 10, lanes=lanes, heads=heads)


def _messages(probe: Probe) -> Iterator[_Message]:
    yield _Message("client", "backend", f"{probe.sent.method} {probe.sent.path}")
    calls = sorted(probe.calls, key=lambda one: one.at)[:_CALLS]
    for one in calls:
        if one.at <= probe.ended:
            yield from _call(one, probe)
    answer = f"{probe.seconds:.1f} s · {probe.shown}"
    yield _Message("backend", "client", answer, reply=True, bad=True)
    for one in calls:
        if one.at > probe.ended:
            yield from _call(one, probe)
    left_out = len(probe.calls) - len(calls)
    if left_out > 0:
        yield _Message("backend", "backend", f"… {left_out} ×")


def _call(call: Call, probe: Probe) -> Iterator[_Message]:
    lane = "casdoor" if call.operation.startswith("casdoor.") else "wechat"
    at = f"{call.at - probe.began:.1f} s"
    yield _Message("backend", lane, f"{at} · {call.operation.partition('.')[2]}")
    for inner in call.exchange.inner:
        yield _Message("casdoor", "wechat", inner.operation.partition(".")[2])
        yield _Message("wechat", "casdoor", _said(inner.reply.failure, inner.reply.status, _text(inner)), reply=True)
    said = _said(call.reply.failure, call.reply.status, call.text)
    if call.gone_at is not None:
        said = f"{said} · backend left {call.gone_at - probe.began:.1f} s"
    yield _Message(lane, "backend", said, reply=True)


def _said(failure: str | None, status: int, body: str) -> str:
    if failure:
        return _BROKEN.get(failure, failure)
    return f"{status} {' '.join(body.split())}".strip()


def _text(inner: InnerCall) -> str:
    return inner.reply.body.decode("utf-8", "replace")
