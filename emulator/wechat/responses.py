"""How WeChat writes a reply under /sns (facts/wechat.md 0)."""

import json

from emulator.core.derive import derive
from emulator.core.errors import WechatError
from emulator.core.reply import Headers, Reply
from emulator.scenario.model import scenario_of
from emulator.world.transaction import Transaction

HEADERS: Headers = (("Content-Type", "text/plain"),)


def dumps(value: object) -> str:
    """Return compact JSON, slashes escaped, other characters raw."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def show_error(tx: Transaction, error: WechatError) -> Reply:
    """Return an error with its rid, status 200."""
    errmsg = f"{error.errmsg}, rid: {_rid(tx)}"
    return Reply(headers=HEADERS, body=dumps({"errcode": error.errcode, "errmsg": errmsg}).encode())


def _rid(tx: Transaction) -> str:
    """Return a request's id: its Unix time, then two derived numbers below 2^31, as hexadecimal."""
    if scenario_of(tx.state).recorded_rid:
        return scenario_of(tx.state).recorded_rid
    octets = derive(tx.seed, "rid", tx.count("rid"))
    first, second = (int.from_bytes(octets[at : at + 4]) & 0x7FFFFFFF for at in (0, 4))
    return f"{int(tx.at.timestamp()):08x}-{first:08x}-{second:08x}"
