"""What arrived at WeChat and Casdoor while a backend was examined, with the moments at which it did."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask

from emulator.core.reply import Reply
from emulator.journal.bodies import decoded_text
from emulator.journal.exchange import Exchange
from emulator.web.lifecycle import app_state

#: What a backend calls to exchange a login code: WeChat itself, or Casdoor in front of it.
EXCHANGES = ("wechat.code2session", "casdoor.login")


@dataclass(kw_only=True)
class Call:
    """One call that WeChat or Casdoor received; `at` and `gone_at` are seconds of the monotonic clock.

    `gone_at` is when the caller left before it had the whole reply, None when it did not.
    """

    at: float
    exchange: Exchange
    gone_at: float | None = None

    @property
    def number(self) -> int:
        """The number of its entry in the journal."""
        return self.exchange.number

    @property
    def operation(self) -> str:
        """What was called, such as `wechat.code2session`."""
        return self.exchange.operation

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields of its query, form or JSON body."""
        return _fields(self.exchange)

    @property
    def code(self) -> str:
        """The login or phone code that it carried, empty without one."""
        fields = self.fields
        return fields.get("js_code") or fields.get("code") or ""

    @property
    def is_exchange(self) -> bool:
        """Whether it exchanged a login code."""
        return self.operation in EXCHANGES

    @property
    def reply(self) -> Reply:
        """What was answered, or would have been."""
        return self.exchange.reply

    @property
    def text(self) -> str:
        """The body that was answered."""
        return decoded_text(self.exchange.reply)

    @property
    def json(self) -> Mapping[str, Any]:
        """The object that was answered, empty when it was none."""
        import json

        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def authorization(self) -> str:
        """The credentials in its head, such as `Bearer …`."""
        found = (value for name, value in self.exchange.request_headers if name.lower() == "authorization")
        return next(found, "")

    @property
    def token(self) -> str:
        """The access token of Casdoor's that was answered, empty without one."""
        if not self.operation.startswith("casdoor."):
            return ""
        found = self.json.get("access_token") or self.json.get("accessToken")
        return found if isinstance(found, str) else ""

    @property
    def is_denied(self) -> bool:
        """Whether the answer says no in words: an errcode of WeChat's, an `error` or `status: error` of Casdoor's."""
        found = self.json
        return bool(found.get("errcode") or found.get("error")) or found.get("status") == "error"

    @property
    def names_somebody(self) -> bool:
        """Whether WeChat named a person in a whole answer, or in the one that Casdoor had from it meanwhile."""
        if self.reply.failure is not None:
            return False
        if self.operation != "casdoor.login":
            return bool(self.json.get("openid"))
        return bool(self.token) and any('"openid"' in decoded_text(one.reply) for one in self.exchange.inner)

    @property
    def is_final(self) -> bool:
        """Whether the answer was complete, and one that no repetition of the call can change."""
        whole = self.reply.failure is None and self.gone_at is None
        return whole and self.reply.status < 500 and bool(self.json) and self.json.get("errcode") not in (-1, 45011)


class Observer:
    """Keeps every call that an application receives from the moment that it is made."""

    def __init__(self, app: Flask) -> None:
        self.calls: list[Call] = []
        self._news = threading.Condition()
        state = app_state(app)
        state.listeners.append(self._arrived)
        state.departures.append(self._left)

    def mark(self) -> int:
        """Return how many calls there were so far."""
        return len(self.calls)

    def since(self, mark: int) -> list[Call]:
        """Return the calls after a mark."""
        return self.calls[mark:]

    def wait_until_quiet(self, mark: int, *, quiet: float, longest: float) -> None:
        """Wait until no call has come for `quiet` seconds, or for longer than any gap since the mark.

        Waits `longest` seconds at most.
        """
        begun = time.monotonic()
        with self._news:
            while True:
                moments = [one.at for one in self.calls[mark:]]
                gaps = [later - former for former, later in pairwise(moments)]
                span = max([quiet, *(1.2 * gap for gap in gaps)])
                left = min(max([begun, *moments]) + span, begun + longest) - time.monotonic()
                if left <= 0:
                    return
                self._news.wait(left)

    def _arrived(self, exchange: Exchange) -> None:
        with self._news:
            self.calls.append(Call(at=time.monotonic(), exchange=exchange))
            self._news.notify_all()

    def _left(self, exchange: Exchange) -> None:
        with self._news:
            for one in reversed(self.calls):
                if one.exchange is exchange:
                    one.gone_at = time.monotonic()
            self._news.notify_all()


def _fields(exchange: Exchange) -> Mapping[str, str]:
    import json

    body = exchange.request_body.decode("utf-8", "replace")
    fields = dict(parse_qsl(exchange.query, keep_blank_values=True))
    try:
        given = json.loads(body) if body.lstrip().startswith("{") else None
    except ValueError:
        given = None
    if isinstance(given, dict):
        return fields | {name: str(value) for name, value in given.items()}
    return fields | dict(parse_qsl(body, keep_blank_values=True))
