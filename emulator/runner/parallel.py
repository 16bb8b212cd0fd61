"""Steps whose requests are sent at the same moment, and what is expected of them together."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Barrier, Thread
from typing import Any

from emulator.core.json_object import Json
from emulator.journal.redact import redact
from emulator.runner.asking import Ask, Outcome, judge, notes_of, prepare, send_one
from emulator.runner.case import Case
from emulator.runner.expect import compare, show
from emulator.runner.http import ABSENT
from emulator.runner.names import fill
from emulator.runner.results import Mismatch, Received, Sent
from emulator.scenario.parallel import MAX_PARALLEL

#: What a reply draws from a count of the whole world, and so by the order of arrival.
_DRAWN = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}\b"  # rid
    r"|(?<=hint: \[)[0-9A-Za-z]{9}-[0-9A-Za-z]{6}\b"
    r"|(?<=session_id=)[0-9A-Za-z]{4}(?=…)"  # as the journal shows it
)
_NUMBERED = re.compile(r'(in exchange |第 |"exchange": ")([0-9]+)')

Entry = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One request of a group, with what came back."""

    ask: Ask
    row: Mapping[str, Any]
    sent: Sent
    received: Received


def run_parallel(case: Case, step: Mapping[str, Any], _given: object) -> None:
    """Send the requests of a group at once; record the group, then each of its steps in the file's order."""
    expected = fill(step.get("expect", {}), case.names)
    asks = list(_prepared(case, step["parallel"]))
    if len(asks) > MAX_PARALLEL:
        raise ValueError(f"{len(asks)} requests at once, rows included; at most {MAX_PARALLEL} are possible")
    replies = _in_file_order(_sent_together(case, asks))
    new = case.read_group()
    steady = Steady(new, replies)
    replies = [replace(one, received=steady.reply(one.received)) for one in replies]
    entries = steady.entries
    case.journal[len(case.journal) - len(new) :] = entries
    mismatches = tuple(_group_mismatches(expected, [one.received for one in replies]))
    case.record(step, {}, Outcome(status="failed" if mismatches else "passed", mismatches=mismatches))
    left = list(entries)
    for one in replies:
        entry = None if one.ask.app else _entry_of(one, left)
        outcome = judge(case, one.ask, one.sent, one.received, entry)
        case.record(one.ask.step, one.row, outcome)


def _prepared(case: Case, steps: Sequence[Any]) -> Iterator[tuple[Ask, Mapping[str, Any]]]:
    """Yield what is to be sent, a step once for each of its rows; none knows what another one learns."""
    outer = dict(case.names)
    for step in steps:
        for row in step.get("with", [{}]):
            case.names.clear()
            case.names |= outer | row
            if case.is_due(step):
                yield prepare(case, step), row
    last = {name: case.names[name] for name in ("code",) if name in case.names}
    case.names.clear()
    case.names |= outer | last


def _sent_together(case: Case, asks: Sequence[tuple[Ask, Mapping[str, Any]]]) -> list[Reply]:
    """Send every request from a thread of its own, none before all are ready."""
    replies: dict[int, Reply] = {}
    barrier = Barrier(max(len(asks), 1))

    def run(index: int) -> None:
        ask, row = asks[index]
        barrier.wait()
        sent, received = send_one(case, ask)
        replies[index] = Reply(ask=ask, row=row, sent=sent, received=received)

    threads = [Thread(target=run, args=(index,)) for index in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [replies[index] for index in range(len(asks))]


def _in_file_order(replies: Sequence[Reply]) -> list[Reply]:
    """Return the replies so that requests that are the same have theirs in the order of status and body.

    Which of them came first is chance, and a report is the same whatever chance did.
    """
    found = list(replies)
    for request in {_request_key(one): one for one in replies}:
        places = [index for index, one in enumerate(replies) if _request_key(one) == request]
        received = sorted((replies[index].received for index in places), key=_reply_key)
        for index, one in zip(places, received, strict=True):
            found[index] = replace(replies[index], received=one)
    return found


def _request_key(one: Reply) -> tuple[str, ...]:
    return one.sent.method, one.sent.path, one.sent.body, str(sorted(one.ask.request.headers.items()))


def _reply_key(received: Received) -> tuple[Any, ...]:
    return bool(received.failure), received.failure, received.status, _DRAWN.sub("", received.body), received.body


class Steady:
    """The journal's entries of a group in an order, and with numbers, that do not depend on which came first.

    What a world keeps by the order of arrival stays as it came: the ranking of users who sign up in one group.
    """

    def __init__(self, entries: Sequence[Entry], replies: Sequence[Reply]) -> None:
        ordered = sorted(entries, key=_entry_key)
        numbers = sorted(int(str(entry["number"])) for entry in entries)
        self._numbers = {str(entry["number"]): number for entry, number in zip(ordered, numbers, strict=True)}
        texts = [json.dumps(dict(entry), ensure_ascii=False) for entry in ordered]
        seen = [*texts, *(one.received.body for one in replies)]
        drawn = list(dict.fromkeys(found for text in seen for found in _DRAWN.findall(text)))
        self._drawn: dict[str, str] = {}
        for length in {len(one) for one in drawn}:
            alike = [one for one in drawn if len(one) == length]
            self._drawn |= dict(zip(alike, sorted(alike), strict=True))
        self.entries: list[Entry] = [
            json.loads(self._text(text)) | {"number": number} for text, number in zip(texts, numbers, strict=True)
        ]

    def reply(self, received: Received) -> Received:
        """Return a reply with what it drew by the order of arrival put in order."""
        return replace(received, body=self._text(received.body))

    def _text(self, text: str) -> str:
        known = _DRAWN.sub(lambda found: self._drawn.get(found[0], found[0]), text)
        return _NUMBERED.sub(lambda found: f"{found[1]}{self._numbers.get(found[2], found[2])}", known)


def _entry_key(entry: Entry) -> tuple[Any, ...]:
    """Return by what the entries of a group are ordered; the number only where all else is the same."""
    request, response = _mapping(entry.get("request")), _mapping(entry.get("response"))
    asked = [str(part) for part in (entry["method"], entry["path"], entry["query"], request.get("body"))]
    body = _DRAWN.sub("", str(response.get("body", "")))
    return *asked, str(request.get("headers")), str(response.get("status")), body, int(str(entry["number"]))


def _entry_of(one: Reply, left: list[Entry]) -> Entry | None:
    """Take the journal's entry of a request out of those that are left; None when there is none."""
    path, _, query = one.sent.path.partition("?")
    wanted = (one.sent.method, path, redact(query), redact(one.sent.body))
    alike = [entry for entry in left if _asked(entry) == wanted]
    answered = [entry for entry in alike if _mapping(entry["response"]).get("status") == one.received.status]
    said = [entry for entry in answered if _mapping(entry["response"]).get("body") == redact(one.received.body)]
    found = next(iter([*said, *answered, *alike]), None)
    if found is not None:
        left.remove(found)
    return found


def _asked(entry: Entry) -> tuple[Any, ...]:
    return entry["method"], entry["path"], entry["query"], _mapping(entry["request"]).get("body")


def _group_mismatches(expected: Mapping[str, Any], received: Sequence[Received]) -> Iterator[Mismatch]:
    """Yield in what a group differs from what is expected of it together."""
    came = ", ".join(f"{times} × {what}" for what, times in sorted(Counter(map(_shown, received)).items()))
    for how in ("exactly", "at_least", "at_most"):
        for number, one in expected.get(how, {}).items():
            found, wanted = sum(_fits(one, reply) for reply in received), int(number)
            if not {"exactly": found == wanted, "at_least": found >= wanted, "at_most": found <= wanted}[how]:
                said = f"{how.replace('_', ' ')} {wanted} × {show(one)}"
                yield Mismatch(at=f"{how} {number}", expected=said, actual=f"{found} (came: {came})")
    if "all" in expected:
        found = sum(_fits(expected["all"], reply) for reply in received)
        if found != len(received):
            said = f"all {len(received)} × {show(expected['all'])}"
            yield Mismatch(at="all", expected=said, actual=f"{found} (came: {came})")


def _fits(expected: Mapping[str, Any], received: Received) -> bool:
    return received.failure not in ABSENT and not compare(expected, received, notes_of(received))


def _shown(received: Received) -> str:
    """Return a reply in short: its status, and the errcode or error in it."""
    if received.failure:
        return f"no reply ({received.failure})"
    try:
        body = json.loads(received.body)
    except ValueError:
        body = None
    said = (
        next((body[name] for name in ("errcode", "error") if body.get(name)), None) if isinstance(body, dict) else None
    )
    return f"{received.status}{f' {said}' if said else ''}"


def _mapping(value: Any) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
