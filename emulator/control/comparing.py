"""Where two replies to one request differ, their volatile parts put aside."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from emulator.control.volatile import ASIDE_HEADERS, VOLATILE_KEYS, Origins, is_secret_key, steady_cookie, steady_text
from emulator.core.json_object import Json
from emulator.core.reply import Headers
from emulator.journal.redact import redact
from emulator.journal.tokens import parts_of

#: How many differences of one reply are named; how deep a reply is looked into; how long a value is shown.
MAX_DIFFERENCES, MAX_DEPTH, MAX_SHOWN = 100, 60, 200
NOTHING = "nothing there"
_HIDDEN = "***"
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one side answered: a reply, or with `failure` none."""

    status: int = 0
    headers: Headers = ()
    body: str = ""
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs: `at` is a JSON path, `status`, `header NAME`, `text`, `body` or `connection`."""

    at: str
    emulator: str
    target: str


@dataclass(kw_only=True)
class Side:
    """What is known of one side: the addresses that are its own, and the values that steps captured from it by name.

    `secrets` are texts that are never shown.
    """

    origins: Origins = ()
    captured: Mapping[str, str] = field(default_factory=dict)
    secrets: Iterable[str] = ()

    def steady(self, text: str) -> str:
        """Return a text without what belongs to this side and this moment only."""
        for name, value in sorted(self.captured.items(), key=lambda one: -len(one[1])):
            text = text.replace(value, f"${{{name}}}")
        return steady_text(text, self.origins)


def differences(emulator: Answer, target: Answer, *, ours: Side, theirs: Side) -> tuple[Difference, ...]:
    """Return where a target's reply differs from the emulator's: at most 100 places, and one that says of more."""
    found = _Comparer(ours, theirs).replies(emulator, target)
    shown = list(islice(found, MAX_DIFFERENCES))
    if next(found, None) is not None:
        shown.append(Difference(at="further places", emulator="not shown", target="not shown"))
    return tuple(shown)


def printable(text: str) -> str:
    """Return a text from elsewhere in which nothing steers a terminal, and that any file can hold."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


class _Comparer:
    def __init__(self, ours: Side, theirs: Side) -> None:
        self._ours = ours
        self._theirs = theirs
        self._secrets = sorted({*ours.secrets, *theirs.secrets}, key=len, reverse=True)

    def replies(self, emulator: Answer, target: Answer) -> Iterator[Difference]:
        if emulator.failure or target.failure:
            if emulator.failure != target.failure:
                yield self._differing("connection", emulator.failure or "a reply", target.failure or "a reply")
            return
        if emulator.status != target.status:
            yield self._differing("status", str(emulator.status), str(target.status))
        yield from self._headers(emulator.headers, target.headers)
        yield from self._bodies(emulator.body, target.body)

    def _headers(self, emulator: Headers, target: Headers) -> Iterator[Difference]:
        ours, theirs = _by_name(emulator, self._ours), _by_name(target, self._theirs)
        for name in dict.fromkeys((*ours, *theirs)):
            if ours.get(name) != theirs.get(name):
                shown = [", ".join(side[name]) if name in side else NOTHING for side in (ours, theirs)]
                yield self._differing(f"header {name}", *shown)

    def _bodies(self, emulator: str, target: str) -> Iterator[Difference]:
        ours, theirs = _parsed(emulator), _parsed(target)
        if ours is not None and theirs is not None:
            yield from self._values("$", ours[0], theirs[0], key="", depth=0)
        elif ours is not None or theirs is not None:
            yield self._differing(
                "body", *(_described(one, value) for one, value in ((emulator, ours), (target, theirs)))
            )
        elif (one := self._ours.steady(emulator)) != (other := self._theirs.steady(target)):
            yield self._differing("text", *_from_first_difference(one, other))

    def _values(self, at: str, one: Json, other: Json, *, key: str, depth: int) -> Iterator[Difference]:
        if depth > MAX_DEPTH:
            yield self._differing(at, f"more than {MAX_DEPTH} levels, not compared", "not compared")
        elif isinstance(one, dict) and isinstance(other, dict):
            yield from self._objects(at, one, other, depth)
        elif isinstance(one, list) and isinstance(other, list):
            yield from self._lists(at, one, other, key=key, depth=depth)
        elif isinstance(one, str) and isinstance(other, str):
            yield from self._texts(at, one, other, key=key, depth=depth)
        elif type(one) is not type(other) or (one != other and key not in VOLATILE_KEYS):
            yield self._differing(at, self._shown(one, key), self._shown(other, key))

    def _lists(self, at: str, one: list[Json], other: list[Json], *, key: str, depth: int) -> Iterator[Difference]:
        """Compare two lists: items with names by these, so that one more does not move all others."""
        ours, theirs = _named(one), _named(other)
        if not ours.keys() & theirs.keys():
            for index, (here, there) in enumerate(zip(one, other, strict=False)):
                yield from self._values(f"{at}[{index}]", here, there, key=key, depth=depth + 1)
            if len(one) != len(other):
                yield self._differing(f"length of {at}", str(len(one)), str(len(other)))
            return
        for name in dict.fromkeys((*ours, *theirs)):
            place = f"{at}[?@.name=={name!r}]"
            if name in ours and name in theirs:
                yield from self._values(place, ours[name], theirs[name], key=key, depth=depth + 1)
            else:
                yield self._differing(
                    place, *(self._shown(side[name], key) if name in side else NOTHING for side in (ours, theirs))
                )
        orders = [[name for name in side if name in ours and name in theirs] for side in (ours, theirs)]
        if orders[0] != orders[1]:
            yield self._differing(f"order of {at}", *(", ".join(order) for order in orders))

    def _objects(self, at: str, one: Mapping[str, Json], other: Mapping[str, Json], depth: int) -> Iterator[Difference]:
        for key in dict.fromkeys((*one, *other)):
            place = f"{at}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{at}[{redact(key)!r}]"
            if key in one and key in other:
                yield from self._values(place, one[key], other[key], key=key, depth=depth + 1)
            else:
                shown = [self._shown(side[key], key) if key in side else NOTHING for side in (one, other)]
                yield self._differing(place, *shown)

    def _texts(self, at: str, one: str, other: str, *, key: str, depth: int) -> Iterator[Difference]:
        if _JWT.fullmatch(one) and _JWT.fullmatch(other):
            ours, theirs = parts_of(one), parts_of(other)
            if ours and theirs:
                for part, here, there in zip(("head", "claims"), ours, theirs, strict=True):
                    inner = self._values("$", here, there, key="", depth=depth + 1)
                    yield from (
                        Difference(at=f"{part} of {at}: {d.at}", emulator=d.emulator, target=d.target) for d in inner
                    )
                return
        if key in VOLATILE_KEYS or is_secret_key(key):
            if bool(one) != bool(other):
                yield self._differing(at, *(self._shown(side, key) if side else '""' for side in (one, other)))
            return
        ours_, theirs_ = self._ours.steady(one), self._theirs.steady(other)
        if ours_ != theirs_:
            yield self._differing(at, self._shown(ours_, key), self._shown(theirs_, key))

    def _differing(self, at: str, emulator: str, target: str) -> Difference:
        return Difference(at=self._safe(at), emulator=self._safe(emulator), target=self._safe(target))

    def _safe(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        text = redact(text)
        return printable(text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…")

    def _shown(self, value: Json, key: str) -> str:
        return redact(json.dumps(_masked(value, key, 0), ensure_ascii=False))


def _masked(value: Json, key: str, depth: int) -> Json:
    """Return a value with every secret in it hidden; what lies too deep is not shown."""
    # Of a login's reply, `code` is the session_key that WeChat gave the target.
    if (is_secret_key(key) or key == "code") and value not in ("", None, False):
        return value if isinstance(value, bool | int | float) else _HIDDEN
    if depth > MAX_DEPTH and isinstance(value, dict | list):
        return "…"
    if isinstance(value, dict):
        return {name: _masked(one, name, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, key, depth + 1) for one in value]
    return value


def _named(items: list[Json]) -> dict[str, Json]:
    """Return the items of a list by their names; nothing unless each has one of its own."""
    found: dict[str, Json] = {}
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            found[str(item["name"])] = item
    return found if len(found) == len(items) else {}


def _by_name(headers: Headers, side: Side) -> dict[str, list[str]]:
    """Return the values of the headers that say something, by their names in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        lowered = name.lower()
        if lowered not in ASIDE_HEADERS and not lowered.startswith(("x-mockdoor", "x-ratelimit")):
            value = steady_cookie(value) if lowered == "set-cookie" else value
            found.setdefault(lowered, []).append(side.steady(value))
    return {name: sorted(values) for name, values in found.items()}


def _parsed(text: str) -> tuple[Json] | None:
    """Return a body's JSON, alone in a tuple; None for what is not JSON, or nested beyond what can be read."""
    try:
        return (json.loads(text),)
    except (ValueError, RecursionError):
        return None


def _described(text: str, value: tuple[Json] | None) -> str:
    if value is not None:
        return "JSON"
    return f"no JSON: {text[:80]!r}" if text else "empty"


def _from_first_difference(one: str, other: str) -> tuple[str, str]:
    """Return two texts from a little before the place where they part."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    begin = max(0, at - 20)
    return one[begin : begin + MAX_SHOWN] or "empty", other[begin : begin + MAX_SHOWN] or "empty"
