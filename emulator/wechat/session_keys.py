"""The session_key of each user under each mini program (facts/wechat.md 1.5)."""

import base64
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime, timedelta

from emulator.core.derive import derive
from emulator.scenario.model import MiniProgram
from emulator.world.repository import Table
from emulator.world.transaction import Transaction

#: A session_key younger than this survives another login of its user (facts/wechat.md 1.5; the length is assumed).
ROTATION_PAUSE = timedelta(minutes=1)
#: How long a session_key is good, whether it is used or not (facts/wechat.md 1.5; assumed).
LIFETIME = timedelta(days=3)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionKey:
    """A user's session_key under one appid: standard base64 of 16 bytes, when it was made, and the latest login."""

    appid: str
    persona: str
    value: str
    made_at: datetime
    logged_in_at: datetime


class SessionKeys(Table[tuple[str, str], SessionKey]):
    """The present session_keys by appid and persona."""

    name = "session_keys"
    row_kind = SessionKey

    def key_of(self, row: SessionKey) -> tuple[str, str]:
        """Return the appid and the persona."""
        return row.appid, row.persona

    def rotate(self, tx: Transaction, program: MiniProgram, persona: str) -> SessionKey:
        """Return the key that a login gets: the present one, or a new one where the mini program rotates."""
        place = (program.appid, persona)
        with self.lock:
            current = self._rows.get(place)
            if current is not None and not _rotates(program, tx.at - current.made_at):
                kept = changed(current, logged_in_at=tx.at)
                self._put(kept)
                return kept
            return self._make(tx, place)

    def present(self, tx: Transaction, appid: str, persona: str) -> SessionKey:
        """Return the key that WeChat holds now; it makes one for a user who has none or whose key is too old."""
        place = (appid, persona)
        with self.lock:
            current = self._rows.get(place)
            if current is not None and tx.at - current.made_at < LIFETIME:
                return current
            return self._make(tx, place)

    def replace(self, tx: Transaction, old: SessionKey) -> SessionKey | None:
        """Put a new value in a key's place, good as long as it was; None when the key is no longer the present one."""
        place = self.key_of(old)
        with self.lock:
            current = self._rows.get(place)
            if current is None or current.value != old.value:
                return None
            fresh = changed(current, value=_new_value(tx, place))
            self._put(fresh)
            return fresh

    def _make(self, tx: Transaction, place: tuple[str, str]) -> SessionKey:
        appid, persona = place
        value = _new_value(tx, place)
        fresh = SessionKey(appid=appid, persona=persona, value=value, made_at=tx.at, logged_in_at=tx.at)
        self._put(fresh)
        return fresh


def _new_value(tx: Transaction, place: tuple[str, str]) -> str:
    number = tx.count("session_key", *place)
    return base64.b64encode(derive(tx.seed, "session_key", *place, number)[:16]).decode()


def _rotates(program: MiniProgram, age: timedelta) -> bool:
    if age >= LIFETIME or program.rotate == "always":
        return True
    return program.rotate == "interval" and age >= ROTATION_PAUSE
