"""Exchanges as lines that a person reads."""

from emulator.journal.exchange import Exchange
from emulator.journal.notes import catalogue
from emulator.journal.outcome import outcome_of_reply
from emulator.journal.reasons import render

_TEXTS = {"en": {"note": "note", "seen": "as above"}, "zh": {"note": "提示", "seen": "同上"}}
_RED, _GREEN, _YELLOW, _DIM = "31", "32", "33", "2"


class ConsoleLog:
    """Shows exchanges as lines: time (UTC), operation, persona, outcome, then the reason or the notes.

    A note's sentence is shown the first time it comes up, later only its id. `language` is `en` or `zh`.
    """

    def __init__(self, *, language: str = "en", colour: bool = False) -> None:
        self._language = language
        self._colour = colour
        self._explained: set[str] = set()

    def line(self, exchange: Exchange) -> str:
        """Return one line, without control characters and with secrets redacted."""
        outcome = outcome_of_reply(exchange.reply, method=exchange.method, path=exchange.path)
        said = plain(outcome.line(self._language))
        parts = [
            self._painted(f"{exchange.at:%H:%M:%S}", _DIM),
            f"{plain(exchange.operation):<22}",
            f"{plain(exchange.persona) or '-':<8}",
            self._painted(said, _RED if outcome.failed else _GREEN),
        ]
        why = plain(render(exchange.why, self._language)) if exchange.why else ""
        if why not in said:  # the emulator's own refusals give their reason in the reply
            parts.append(f"· {why}")
        parts += [self._painted(f"· {self._note(one)}", _YELLOW) for one in exchange.notes]
        return " ".join(parts)

    def _note(self, note_id: str) -> str:
        texts, note = _TEXTS[self._language], catalogue().get(note_id)
        if note_id in self._explained or note is None:
            return f"{texts['note']} {note_id} ({texts['seen']})" if note else f"{texts['note']} {note_id}"
        self._explained.add(note_id)
        return f"{texts['note']} {note_id}: {note.zh if self._language == 'zh' else note.en}"

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def plain(text: str) -> str:
    """Return a text on one line, with nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))
