"""How a fault's effect makes or changes a reply, in whichever dialect."""

import json
from collections.abc import Callable
from dataclasses import replace

from emulator.core.reply import Drip, Headers, Reply
from emulator.faults.effects import (
    BrokenConnection,
    DamagedBody,
    DroppedKeys,
    Effect,
    FixedReply,
    StatusOnly,
)

#: Writes JSON in a dialect's own style.
Dumps = Callable[[object], str]


def render(effect: Effect, dumps: Dumps, headers: Headers) -> Reply | None:
    """Return the reply that an effect puts in place of the usual one, None when it leaves or alters that.

    `headers` are the dialect's usual ones. Errors of a dialect are not rendered here.
    """
    match effect:
        case BrokenConnection(kind=kind):
            return Reply(failure=kind)
        case StatusOnly(status=status):
            page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
            return Reply(status=status, headers=(("Content-Type", "text/html"),), body=page.encode())
        case FixedReply() as fixed:
            body = dumps(fixed.json) if fixed.has_json else fixed.text
            given = (("Content-Type", fixed.content_type),) if fixed.content_type else headers
            return Reply(status=fixed.status, headers=given, body=body.encode())
    return None


def alter(effect: Effect, reply: Reply, dumps: Dumps) -> Reply:
    """Return the usual reply as an effect changes it; other effects leave it alone."""
    match effect:
        case DamagedBody(kind="truncated"):
            return replace(reply, failure="truncated")
        case DamagedBody():
            return replace(reply, body=reply.body[: len(reply.body) // 2])
        case Drip():
            return replace(reply, drip=effect)
        case DroppedKeys(keys=keys):
            return replace(reply, body=_without(reply.body, keys, dumps))
    return reply


def _without(body: bytes, keys: tuple[str, ...], dumps: Dumps) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if not isinstance(value, dict):
        return body
    return dumps({name: one for name, one in value.items() if name not in keys}).encode()
