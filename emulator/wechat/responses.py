"""How WeChat writes its replies, under /sns and elsewhere (facts/wechat.md 0)."""

import json
from dataclasses import dataclass

from emulator.core.derive import derive, derive_alphanumeric
from emulator.core.errors import WechatError
from emulator.core.reply import Headers, Reply
from emulator.scenario.model import scenario_of
from emulator.wechat.catalogue import errmsg_of
from emulator.world.transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a part of WeChat writes: its headers, whether slashes are escaped, and what stands before a rid.

    `family` names the part in the catalogue of errors.
    """

    family: str
    headers: Headers
    escapes_slashes: bool
    before_rid: str

    def dumps(self, value: object) -> str:
        """Return compact JSON, characters raw but for slashes where they are escaped."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.replace("/", "\\/") if self.escapes_slashes else text

    def show(self, value: object) -> Reply:
        """Return a value as a reply, status 200."""
        return Reply(headers=self.headers, body=self.dumps(value).encode())

    def show_error(self, tx: Transaction, error: WechatError, *, operation: str) -> Reply:
        """Return an operation's error with its rid, status 200."""
        text = error.errmsg or errmsg_of(error.errcode, family=self.family, operation=operation)
        if "{hint}" in text:
            text = text.replace("{hint}", _hint(tx))
        return self.show({"errcode": error.errcode, "errmsg": f"{text}{self.before_rid}{rid_of(tx)}"})


#: Under /sns.
SNS = Style(family="sns", headers=(("Content-Type", "text/plain"),), escapes_slashes=True, before_rid=", rid: ")
#: Under /cgi-bin and /wxa.
API = Style(
    family="api",
    headers=(("Content-Type", "application/json; encoding=utf-8"),),
    escapes_slashes=False,
    before_rid=" rid: ",
)


def rid_of(tx: Transaction) -> str:
    """Return a request's id: its Unix time, then two derived numbers below 2^31, as hexadecimal."""
    if scenario_of(tx.state).recorded_rid:
        return scenario_of(tx.state).recorded_rid
    octets = derive(tx.seed, "rid", tx.count("rid"))
    first, second = (int.from_bytes(octets[at : at + 4]) & 0x7FFFFFFF for at in (0, 4))
    return f"{int(tx.at.timestamp()):08x}-{first:08x}-{second:08x}"


def _hint(tx: Transaction) -> str:
    """Return the hint of an error: 9 letters and digits, a hyphen, 6 more (facts/wechat.md 0)."""
    drawn = derive_alphanumeric(tx.seed, 15, "hint", tx.count("hint"))
    return f"{drawn[:9]}-{drawn[9:]}"
