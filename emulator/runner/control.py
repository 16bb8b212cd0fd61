"""How a run controls the emulator: in this process, or over its control API."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote

from emulator.control.service import ControlService, Refused
from emulator.core.json_object import Json
from emulator.journal.serialize import LazyEntry
from emulator.runner.http import send
from emulator.wechat.user_info import NOBODYS_PICTURE
from emulator.world.world import World

#: What a step's user info holds by the names that a step sets, and by WeChat's.
USER_INFO_NAMES = {"encrypted_data": "encryptedData", "iv": "iv", "raw_data": "rawData", "signature": "signature"}


class NoControl(Exception):
    """The target has no control API, or it refused."""


class Control(Protocol):
    """What steps need beyond plain requests; each raises NoControl where it cannot be done."""

    def login_code(self, persona: str | None, appid: str | None) -> str:
        """Play wx.login."""

    def phone_code(self, persona: str | None, appid: str | None) -> str:
        """Play the getPhoneNumber button."""

    def user_info(self, kind: str, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.getUserInfo or its like; return what is handed out by the names that a step sets."""

    def permit(self, persona: str | None, appid: str | None, template: str) -> None:
        """Play wx.requestSubscribeMessage accepted."""

    def pay(self, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.requestPayment; return the payment's numbers by the names that a step sets."""

    def advance(self, by: str) -> None:
        """Move the clock forward."""

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Plan a fault."""

    def clear_faults(self, fault_id: str = "") -> None:
        """Lift one fault, without an id every one."""

    def reset(self) -> None:
        """Go back to the scenario."""

    def struck(self) -> dict[str, int]:
        """Return how often each planned fault has struck."""

    def journal(self, after: int) -> list[Mapping[str, Json]]:
        """Return the exchanges behind a number, oldest first."""


class Embedded:
    """The emulator in this process."""

    def __init__(self, world: World) -> None:
        self.service = ControlService(world)

    def login_code(self, persona: str | None, appid: str | None) -> str:
        """Play wx.login; by default for the persona signed in and the first mini program."""
        with _refusing():
            return self.service.issue_login_code(persona=persona or "", appid=appid or "").code

    def phone_code(self, persona: str | None, appid: str | None) -> str:
        """Play the getPhoneNumber button; by default for the persona signed in and the first mini program."""
        with _refusing():
            return self.service.issue_phone_code(persona=persona or "", appid=appid or "").code

    def user_info(self, kind: str, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.getUserInfo or its like; defaults as of `phone_code`."""
        with _refusing():
            return self.service.hand_out_user_info(
                kind=kind, persona=persona or "", appid=appid or "", avatar=NOBODYS_PICTURE
            ).names

    def permit(self, persona: str | None, appid: str | None, template: str) -> None:
        """Play wx.requestSubscribeMessage accepted; defaults as of `phone_code`."""
        with _refusing():
            self.service.give_permit(persona=persona or "", appid=appid or "", template=template)

    def pay(self, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.requestPayment; defaults as of `phone_code`."""
        with _refusing():
            return self.service.pay(persona=persona or "", appid=appid or "").numbers

    def advance(self, by: str) -> None:
        """Move the clock forward."""
        with _refusing():
            self.service.advance(by)

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Plan a fault."""
        with _refusing():
            self.service.plan_fault(dict(fault))

    def clear_faults(self, fault_id: str = "") -> None:
        """Lift one fault, without an id every one."""
        with _refusing():
            self.service.lift_fault(fault_id) if fault_id else self.service.lift_faults()

    def reset(self) -> None:
        """Go back to the scenario."""
        self.service.reset()

    def struck(self) -> dict[str, int]:
        """Return how often each planned fault has struck."""
        return {fault.id: struck for fault, struck in self.service.faults()}

    def journal(self, after: int) -> list[Mapping[str, Json]]:
        """Return the exchanges behind a number, oldest first."""
        return [LazyEntry(one) for one in self.service.exchanges(after=after)]


@contextmanager
def _refusing() -> Iterator[None]:
    """Pass a refusal on as NoControl."""
    try:
        yield
    except Refused as error:
        raise NoControl(str(error)) from error


class Remote:
    """An emulator elsewhere, or a server that has no control API at all."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._available: bool | None = None

    def login_code(self, persona: str | None, appid: str | None) -> str:
        """Play wx.login."""
        return self._code("login-codes", persona, appid)

    def phone_code(self, persona: str | None, appid: str | None) -> str:
        """Play the getPhoneNumber button."""
        return self._code("phone-codes", persona, appid)

    def user_info(self, kind: str, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.getUserInfo or its like."""
        given = _named(persona, appid) | {"kind": kind, "avatar": NOBODYS_PICTURE}
        info = self._call("POST", "user-info", given)
        return {name: str(info[key]) for name, key in USER_INFO_NAMES.items() if key in info}

    def permit(self, persona: str | None, appid: str | None, template: str) -> None:
        """Play wx.requestSubscribeMessage accepted."""
        self._call("POST", "permits", {**_named(persona, appid), "template": template})

    def pay(self, persona: str | None, appid: str | None) -> Mapping[str, str]:
        """Play wx.requestPayment."""
        paid = self._call("POST", "payments", _named(persona, appid))
        return {name: str(paid[name]) for name in ("transaction_id", "mch_id", "out_trade_no")}

    def advance(self, by: str) -> None:
        """Move the clock forward."""
        self._call("POST", "clock/advance", {"by": by})

    def plan(self, fault: Mapping[str, Any]) -> None:
        """Plan a fault."""
        self._call("POST", "faults", dict(fault))

    def clear_faults(self, fault_id: str = "") -> None:
        """Lift one fault, without an id every one."""
        self._call("DELETE", f"faults/{quote(fault_id, safe='')}" if fault_id else "faults")

    def reset(self) -> None:
        """Go back to the scenario."""
        self._call("POST", "reset")

    def struck(self) -> dict[str, int]:
        """Return how often each planned fault has struck; nothing where there is no control API."""
        if not self.available:
            return {}
        return {fault["id"]: fault["struck"] for fault in self._call("GET", "faults")["faults"]}

    def journal(self, after: int) -> list[Mapping[str, Json]]:
        """Return the exchanges behind a number; nothing where there is no control API."""
        if not self.available:
            return []
        found: list[Mapping[str, Json]] = self._call("GET", f"journal?after={after}")["exchanges"]
        return found

    @property
    def available(self) -> bool:
        """Whether the target answers as an emulator's control API does."""
        if self._available is None:
            _, received = send(
                self.base, method="GET", path="/_emulator/health", headers={}, body=None, shown_base=self.base
            )
            try:
                self._available = "scenario" in json.loads(received.body)
            except ValueError:
                self._available = False
        return self._available

    def _code(self, path: str, persona: str | None, appid: str | None) -> str:
        return str(self._call("POST", path, _named(persona, appid))["code"])

    def _call(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> Any:
        if not self.available:
            raise NoControl(f"{self.base} has no control API, which this step needs")
        body = None if given is None else json.dumps(given).encode()
        _, received = send(
            self.base, method=method, path=f"/_emulator/{path}", headers={}, body=body, shown_base=self.base
        )
        if received.failure or received.status >= 400:
            raise NoControl(f"the control API refused: {received.failure or received.body.strip()}")
        return json.loads(received.body)


def _named(persona: str | None, appid: str | None) -> dict[str, str]:
    """Return what of the two was named, as the control API reads it."""
    return {name: value for name, value in (("persona", persona), ("appid", appid)) if value}
