"""Exchanges told to a person: one readable line each."""

import base64
import json

from emulator.core.json_object import JsonObject
from emulator.journal.exchange import Exchange
from emulator.journal.notes import catalogue
from emulator.journal.redact import redact
from emulator.journal.serialize import status_of

_BROKEN = {
    "en": {
        "reset": "connection reset",
        "empty": "connection closed without an answer",
        "hang": "no answer, the connection hangs",
        "truncated": "the reply breaks off half-way",
    },
    "zh": {
        "reset": "连接被重置",
        "empty": "连接已关闭，没有应答",
        "hang": "没有应答，连接挂起",
        "truncated": "应答中途断开",
    },
}
_WORDS = {"en": {"note": "note", "seen": "as above"}, "zh": {"note": "提示", "seen": "同上"}}
_RED, _GREEN, _YELLOW, _DIM = "31", "32", "33", "2"


class ConsoleLog:
    """Tells exchanges as lines: time (UTC), operation, persona, outcome, then the reason or the notes.

    A note's sentence is told the first time it comes up, later only its id. `language` is `en` or `zh`.
    """

    def __init__(self, *, language: str = "en", colour: bool = False) -> None:
        self._language = language
        self._colour = colour
        self._told: set[str] = set()

    def line(self, exchange: Exchange) -> str:
        """Return one line, without control characters and with secrets concealed."""
        outcome, failed = self._outcome(exchange)
        told = [
            self._painted(f"{exchange.at:%H:%M:%S}", _DIM),
            f"{_plain(exchange.operation):<22}",
            f"{_plain(exchange.persona) or '-':<8}",
            self._painted(_plain(redact(outcome)), _RED if failed else _GREEN),
        ]
        if exchange.why:
            told.append(f"· {_plain(redact(exchange.why))}")
        told += [self._painted(f"· {self._note(one)}", _YELLOW) for one in exchange.notes]
        return " ".join(told)

    def _outcome(self, exchange: Exchange) -> tuple[str, bool]:
        reply = exchange.reply
        if reply.failure:
            status = status_of(reply)
            shown = _BROKEN[self._language][reply.failure]
            return (f"{status} {shown}" if status else shown), True
        body = _object(reply.body)
        problem = _problem(body)
        detail = problem or _success(body) or f"{exchange.method} {exchange.path}"
        return f"{reply.status} {detail}", bool(problem) or reply.status >= 400

    def _note(self, note_id: str) -> str:
        words, note = _WORDS[self._language], catalogue().get(note_id)
        if note_id in self._told or note is None:
            return f"{words['note']} {note_id} ({words['seen']})" if note else f"{words['note']} {note_id}"
        self._told.add(note_id)
        return f"{words['note']} {note_id}: {note.zh if self._language == 'zh' else note.en}"

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def _problem(body: JsonObject) -> str:
    """Return what a body of one of the three dialects says went wrong, `""` for nothing."""
    if body.number("errcode"):
        return f"{body.number('errcode'):.0f} {body.text('errmsg').partition(', rid:')[0].partition(' rid:')[0]}"
    if body.text("error"):
        said = body.text("error_description") or body.text("message")
        return f"{body.text('error')}: {said}" if said else body.text("error")
    return body.text("msg") if body.text("status") == "error" else ""


def _success(body: JsonObject) -> str:
    """Return whom a body is about, `""` when it does not say."""
    if body.text("openid"):
        return f"openid {body.text('openid')}"
    if body.text("accessToken") and body.text("user"):
        return f"user {body.text('organization')}/{body.text('user')}"
    shown = _claims(body.text("access_token")) or body.row("data") or body
    return f"user {shown.id}" if shown.owner and shown.name else body.text("status")


def _claims(token: str) -> JsonObject:
    parts = token.split(".")
    if len(parts) != 3:
        return JsonObject()
    try:
        return _object(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return JsonObject()


def _object(body: bytes) -> JsonObject:
    if not body.lstrip().startswith(b"{"):
        return JsonObject()
    try:
        return JsonObject(json.loads(body))
    except (ValueError, RecursionError):
        return JsonObject()


def _plain(text: str) -> str:
    """Return the text on one line, with nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))
