"""What a server that is only asked cannot do: the steps that need more, and why they are left out."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from emulator.control.volatile import is_secret_key
from emulator.core.json_object import Json
from emulator.runner.asking import Outcome
from emulator.runner.case import Case
from emulator.runner.control import NoControl
from emulator.runner.results import Sent
from emulator.runner.steps import Action
from emulator.scenario.apps import MINI_STEPS

_CONTROL = "no control API on a real server, which this step needs"
_WHY = {
    **dict.fromkeys(("advance", "fault", "clear_faults", "reset"), _CONTROL),
    "verify": "asks the emulator's journal, which a real server does not have",
    "code2session": "asks WeChat, which is not the target",
    "decrypt": "opens what only the emulator's WeChat hands out",
    "parallel": "sends requests at once, whose replies come in any order",
    "run": "runs a program of this machine",
    **dict.fromkeys(MINI_STEPS, "plays a mini program, whose calls are not the scenario's"),
}
#: Texts shorter than this are no secrets worth hiding: each place with such a letter would be.
_SHORTEST = 4


def _leave_out(kind: str) -> Action:
    def act(_case: Case, _step: Mapping[str, Any], _given: object) -> Outcome:
        return Outcome(status="skipped", message=_WHY[kind])

    return act


#: What is done for each kind of step that is left out.
LEFT_OUT: Mapping[str, Action] = MappingProxyType({kind: _leave_out(kind) for kind in _WHY})


class NoPlay:
    """The control of a server that has none: every step that needs it is skipped."""

    def login_code(self, persona: str | None, appid: str | None) -> str:
        """Refuse."""
        _refuse(persona, appid)

    def phone_code(self, persona: str | None, appid: str | None) -> str:
        """Refuse."""
        _refuse(persona, appid)

    def user_info(self, kind: str, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Refuse."""
        _refuse(kind, persona, appid)

    def permit(self, persona: str | None, appid: str | None, template: str) -> None:
        """Refuse."""
        _refuse(persona, appid, template)

    def pay(self, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Refuse."""
        _refuse(persona, appid)

    def advance(self, by: str) -> None:
        """Refuse."""
        _refuse(by)

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Refuse."""
        _refuse(fault)

    def clear_faults(self, fault_id: str = "") -> None:
        """Refuse."""
        _refuse(fault_id)

    def reset(self) -> None:
        """Refuse."""
        _refuse()

    def struck(self) -> dict[str, int]:
        """Return nothing: no fault is planned."""
        return {}

    def journal(self, after: int) -> list[Mapping[str, Json]]:  # noqa: ARG002  # of the protocol
        """Return nothing: there is no journal."""
        return []


def _refuse(*_given: object) -> NoReturn:
    raise NoControl(_CONTROL)


def secrets_of(value: object) -> set[str]:
    """Return the secrets in variables, or in a request: its credentials, and the fields whose names say so."""
    if isinstance(value, Sent):
        return set(_secrets_sent(value))
    return {text for name, text in _leaves(value, "") if is_secret_key(name) and len(text) >= _SHORTEST}


def _secrets_sent(sent: Sent) -> Iterator[str]:
    pairs = [*parse_qsl(urlsplit(sent.path).query), *parse_qsl(sent.body), *sent.headers]
    yield from (value for name, value in pairs if is_secret_key(name) and len(value) >= _SHORTEST)
    yield from (value.partition(" ")[2] for name, value in pairs if name.lower() == "authorization" and " " in value)
    try:
        yield from secrets_of(json.loads(sent.body))
    except (ValueError, RecursionError):
        return


def _leaves(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a value, each with the name it stands under."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, str(key))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one, name)
