"""What happened in a world since its reset, as a scenario file that replays it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from emulator.casdoor.views import Application
from emulator.control.events import ControlEvent, ControlEvents
from emulator.core.errors import ScenarioError
from emulator.core.json_object import Json, JsonObject
from emulator.journal.bodies import decoded_text
from emulator.journal.exchange import Exchange
from emulator.journal.journal import Journal
from emulator.journal.serialize import instant, status_of
from emulator.journal.tokens import claims_of
from emulator.scenario import parse_closed
from emulator.scenario.model import Scenario, scenario_of
from emulator.wechat.personas import Personas
from emulator.world.world import World

_LOGIN = "/api/login/oauth/access_token"
_FORM = "application/x-www-form-urlencoded"
#: Headers that a client library adds by itself, or that only fit the connection of then.
_DROPPED_HEADERS = frozenset(
    {
        *("accept", "accept-encoding", "accept-charset", "connection", "content-length", "content-type", "host"),
        *("keep-alive", "priority", "referer", "te", "transfer-encoding", "upgrade-insecure-requests", "user-agent"),
    }
)
#: What a reply says of its outcome; all else is left to the steps of those who want to know.
_COMPARED_KEYS = ("error", "error_description", "errcode", "errmsg", "status", "msg", "name", "openid", "unionid")
_TOKEN_KEYS = ("access_token", "accessToken", "refresh_token", "refreshToken", "id_token")
#: From here on a text differs from run to run: a request id, an instant.
_VARYING = re.compile(r",? ?rid:|\d{4}-\d\d-\d\d[T ]")
_HERE = re.compile(r"(127\.|localhost|\[::1\])")
_SHORTEST_TOKEN = 16


class CannotRecord(Exception):
    """What happened cannot be written as a scenario; the text says why and what helps."""


def record(world: World) -> str:
    """Return a scenario file, YAML, that begins as the world did and repeats its exchanges and what was done to it.

    Raises CannotRecord.
    """
    state = world.state
    scenario = scenario_of(state)
    with state.lock:
        journal, events = state.get(Journal).exchanges(), state.get(ControlEvents).events()
        last, people = state.settled, state.get(Personas).all()
    added = {one.name: one for one in people if one != scenario.personas.get(one.name)}
    if not journal:
        raise CannotRecord("nothing has happened yet; make a request first")
    if journal[0].number != 1 or len(journal) != last:
        raise CannotRecord("the journal no longer begins at the reset; reset, repeat, and save before it is cleared")
    begin = scenario.clock or journal[0].at.replace(microsecond=0)
    base: dict[str, Any] = dict(scenario.document)
    document: dict[str, Any] = {
        "version": 1,
        "name": "recorded",
        "description": f"{len(journal)} exchanges recorded in scenario {scenario.name}.",
        **{name: value for name, value in base.items() if name not in ("version", "name", "description", "tags")},
        "tags": ["recorded"],
        "profile": state.profile,
        "clock": instant(begin),
    }
    if added:
        document["personas"] = {
            **document.get("personas", {}),
            **{name: _persona(vars(one)) for name, one in added.items()},
        }
    recorder = _Recorder(scenario, journal, now=begin)
    document["steps"] = list(recorder.steps(events))
    return _checked(document)


def _checked(document: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
    try:
        parse_closed(text)
    except ScenarioError as error:
        raise CannotRecord(f"the scenario would not pass mockdoor check: {error.problems[0].message}") from error
    return text


def _persona(fields: Mapping[str, Any]) -> dict[str, Json]:
    persona = {name: fields[name] for name in ("openid", "unionid", "nickname", "phone", "city") if fields[name]}
    return persona if fields["has_unionid"] else persona | {"unionid": None}


class _Recorder:
    """Turns exchanges and what was done to it into steps, in the order in which they happened."""

    def __init__(self, scenario: Scenario, journal: list[Exchange], *, now: datetime) -> None:
        self._scenario = scenario
        self._journal = journal
        self._now = now
        #: What steps gave out last, by the name that a step sets: codes, the numbers of a payment.
        self._given: dict[str, str] = {}
        #: What was done last, and the names that its step has set.
        self._last_event: ControlEvent | None = None
        self._named_by_last: set[str] = set()
        self._first_persona = next(iter(scenario.personas), "")
        self._client_id = Application(scenario.applications[0]).client_id if scenario.applications else ""
        #: Tokens by their text, with the name under which a step captures each that comes again later.
        self._tokens: dict[str, str] = {}

    def steps(self, events: list[ControlEvent]) -> Iterator[dict[str, Any]]:
        """Yield the steps; raises CannotRecord for what no step can do."""
        waiting = list(events)
        for exchange in self._journal:
            while waiting and waiting[0].after < exchange.number:
                yield from self._event(waiting.pop(0))
            yield from self._pass_time(exchange.at)
            yield self._exchange(exchange)
        for event in waiting:
            yield from self._event(event)

    def _event(self, event: ControlEvent) -> Iterator[dict[str, Any]]:
        if event.in_head and event.after == 0:
            return  # done before anything happened, so that the file's beginning covers it
        if not event.step:
            raise CannotRecord(f"{event.what} after exchange {event.after}, which no step can do; reset and repeat")
        yield from self._pass_time(event.at)
        if not self._belongs_to_last(event):
            yield dict(event.step)
            self._named_by_last = set()
        self._last_event = event
        self._named_by_last |= event.names.keys()
        self._given |= event.names

    def _belongs_to_last(self, event: ControlEvent) -> bool:
        """Return whether the last step did this too: a tap on the phone button brings a code, then encrypted data."""
        last, new = self._last_event, bool(event.names) and self._named_by_last.isdisjoint(event.names)
        return new and last is not None and (last.after, last.step) == (event.after, event.step)

    def _pass_time(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Yield the step that lets the time until an instant pass; a running clock moves in whole seconds."""
        if self._scenario.clock is None:
            at = at.replace(microsecond=0)
        milliseconds = (at - self._now) // timedelta(milliseconds=1)
        if milliseconds > 0:
            self._now = at
            whole, rest = divmod(milliseconds, 1000)
            yield {"advance": f"{milliseconds}ms" if rest else f"{whole}s"}

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        if exchange.cut:
            raise CannotRecord(f"exchange {exchange.number} has a body too long for the journal")
        step = self._request(exchange)
        step["expect"] = _expected(exchange)
        captures = self._captures(exchange)
        if captures:
            step["capture"] = captures
        return step

    def _request(self, exchange: Exchange) -> dict[str, Any]:
        headers: dict[str, str | None] = {name: self._filled(value) for name, value in _kept_headers(exchange)}
        sent_type = dict(exchange.request_headers).get("Content-Type", "")
        body = _text(exchange)
        plain = not headers and not exchange.query and exchange.signed_in == self._first_persona
        if plain and exchange.path == _LOGIN and exchange.method == "POST" and sent_type.startswith(_FORM):
            form = dict(parse_qsl(body, keep_blank_values=True))
            if _is_form(body, form) and not {"as", "appid", "content_type"} & set(form):
                usual = {"tag": "wechat_miniprogram", "client_id": self._client_id}
                given = {name: self._filled(value) for name, value in form.items() if usual.get(name) != value}
                return {"login": {**given, **{name: None for name in usual if name not in form}}}
        request: dict[str, Any] = {"method": exchange.method, "path": self._path(exchange)}
        kind = sent_type.partition(";")[0].strip().lower()
        form = dict(parse_qsl(body, keep_blank_values=True))
        if kind == _FORM and _is_form(body, form):
            request["form"] = {name: self._filled(value) for name, value in form.items()}
        elif kind == "application/json" and _json(body) is not None:
            request["json"] = self._filled_json(_json(body))
        elif body:
            request["text"] = self._filled(body)
            request["headers"] = headers = {"Content-Type": sent_type or None, **headers}
        if headers:
            request["headers"] = headers
        return {"request": request}

    def _path(self, exchange: Exchange) -> str:
        prefix = "" if exchange.signed_in == self._first_persona else f"/as/{exchange.signed_in}"
        return prefix + exchange.path + (f"?{self._filled(exchange.query)}" if exchange.query else "")

    def _filled(self, text: str) -> str:
        """Return a text with the tokens and whatever else earlier steps brought replaced by their names."""
        if "${" in text:
            raise CannotRecord("a request holds '${', which a scenario would take for a name")
        for token, name in sorted(self._tokens.items(), key=lambda one: -len(one[0])):
            text = text.replace(token, f"${{{name}}}")
        for name, given in self._given.items():
            text = text.replace(given, f"${{{name}}}")
        return text

    def _filled_json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._filled(value)
        if isinstance(value, list):
            return [self._filled_json(one) for one in value]
        if isinstance(value, dict):
            return {name: self._filled_json(one) for name, one in value.items()}
        return value

    def _captures(self, exchange: Exchange) -> dict[str, str]:
        body = _json(decoded_text(exchange.reply)) if exchange.reply.failure is None else None
        captures: dict[str, str] = {}
        for key in _TOKEN_KEYS if isinstance(body, dict) else ():
            token = body[key] if isinstance(body, dict) and key in body else None
            if not isinstance(token, str) or len(token) < _SHORTEST_TOKEN or token in self._tokens:
                continue
            if self._comes_again(token, after=exchange.number):
                name = f"{'refresh' if key.startswith('refresh') else 'access'}_token_{exchange.number}"
                self._tokens[token] = name
                captures[name] = f"$.{key}"
        return captures

    def _comes_again(self, token: str, *, after: int) -> bool:
        wanted = token.encode()
        return any(
            wanted in one.request_body or token in one.query or any(token in value for _, value in one.request_headers)
            for one in self._journal[after:]
        )


def _expected(exchange: Exchange) -> dict[str, Any]:
    """Return what to expect of a reply: how it ended, in the parts that do not differ from run to run."""
    failure = exchange.reply.failure
    if failure == "hang":
        return {"connection": "timeout", "within": "500ms"}
    expected: dict[str, Any] = {"connection": failure} if failure else {"status": status_of(exchange.reply)}
    body = _json(decoded_text(exchange.reply)) if failure is None else None
    if isinstance(body, dict):
        shown = {key: _steady(body[key]) for key in _COMPARED_KEYS if isinstance(body.get(key), str | int)}
        if shown:
            expected["json"] = shown
        user = _user_of(JsonObject(body))
        if user:
            expected["jwt"] = {"owner": user[0], "name": user[1]}
    return expected


def _steady(value: Json) -> Json:
    """Return a value, or of a text that differs from run to run the part before that."""
    if not isinstance(value, str):
        return value
    found = _VARYING.search(value)
    if found is None:
        return value
    return {"$contains": value[: found.start()].rstrip()}


def _user_of(body: JsonObject) -> tuple[str, str] | None:
    claims = JsonObject(claims_of(body.text("access_token") or body.text("accessToken")) or {})
    return (claims.owner, claims.name) if claims.owner and claims.name else None


def _kept_headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield the headers that say something.

    A Host of this machine and an Origin that was this very server would name another port next time.
    """
    own = "//" + dict(exchange.request_headers).get("Host", "")
    for name, value in exchange.request_headers:
        lowered = name.lower()
        if lowered == "host" and not _HERE.match(value):
            yield name, value
        if lowered in _DROPPED_HEADERS or lowered.startswith(("sec-", "x-forwarded", "x-mockdoor")):
            continue
        if lowered != "origin" or not value.endswith(own):
            yield name, value


def _is_form(body: str, form: Mapping[str, str]) -> bool:
    """Return whether a body is a form that a mapping can hold: each name once."""
    return bool(form) and len(parse_qsl(body, keep_blank_values=True)) == len(form)


def _text(exchange: Exchange) -> str:
    try:
        return exchange.request_body.decode()
    except UnicodeDecodeError as error:
        raise CannotRecord(f"exchange {exchange.number} has a body that is not UTF-8 text") from error


def _json(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
