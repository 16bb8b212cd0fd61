"""What WeChat hands a mini program of its user, encrypted and signed for its backend (facts/wechat.md 3 and 4)."""

import base64
import json
from dataclasses import dataclass

from emulator.core.derive import derive
from emulator.core.json_object import Json
from emulator.wechat.crypto import encrypt, sign
from emulator.wechat.one_time_codes import known_program
from emulator.wechat.people import persona_profile
from emulator.wechat.personas import Personas
from emulator.wechat.phone_numbers import phone_fields
from emulator.wechat.session_keys import SessionKeys
from emulator.world.transaction import Transaction

#: The functions of `wx` that hand something out encrypted.
KINDS = ("getUserInfo", "getUserProfile", "getPhoneNumber")
#: The picture of the anonymous profile, as captured (facts/wechat.md 4).
NOBODYS_PICTURE = (
    "https://thirdwx.qlogo.cn/mmopen/vi_32/"
    "POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132"
)
_NOBODY: dict[str, Json] = {
    "nickName": "微信用户",
    "gender": 0,
    "language": "",
    "city": "",
    "province": "",
    "country": "",
}


@dataclass(frozen=True, kw_only=True)
class UserInfo:
    """What a mini program is handed; a phone number comes without `raw_data` and `signature`."""

    kind: str
    persona: str
    appid: str
    encrypted_data: str
    iv: str
    raw_data: str = ""
    signature: str = ""

    @property
    def names(self) -> dict[str, str]:
        """What is handed out, by the names that a step sets."""
        signed = {"raw_data": self.raw_data, "signature": self.signature} if self.raw_data else {}
        return {"encrypted_data": self.encrypted_data, "iv": self.iv} | signed


def hand_out(tx: Transaction, *, persona: str, appid: str, kind: str, avatar: str) -> UserInfo:
    """Encrypt a persona's phone number, or the anonymous profile with this avatar, under the present session_key.

    Raises ValueError for an unknown persona, appid or kind.
    """
    known_program(tx, persona=persona, appid=appid)
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; there are: {', '.join(KINDS)}")
    key = tx.get(SessionKeys).present(tx, appid, persona).value
    number = tx.count("iv", appid, persona)
    iv = base64.b64encode(derive(tx.seed, "iv", appid, persona, number)[:16]).decode()
    profile: dict[str, Json] = _NOBODY | {"avatarUrl": avatar}
    plain = _plain(tx, persona=persona, appid=appid, kind=kind, profile=profile)
    raw_data = "" if kind == "getPhoneNumber" else _json(profile)
    return UserInfo(
        kind=kind,
        persona=persona,
        appid=appid,
        encrypted_data=encrypt(_json(plain), session_key=key, iv=iv),
        iv=iv,
        raw_data=raw_data,
        signature=raw_data and sign(raw_data, session_key=key),
    )


def _plain(tx: Transaction, *, persona: str, appid: str, kind: str, profile: dict[str, Json]) -> dict[str, Json]:
    """Return what is encrypted; only getUserInfo says whose it is."""
    people = tx.get(Personas)
    watermark: dict[str, Json] = {"timestamp": int(tx.at.timestamp()), "appid": appid}
    if kind == "getPhoneNumber":
        return phone_fields(persona_profile(tx.state, persona).phone) | {"watermark": watermark}
    if kind == "getUserProfile":
        return profile | {"watermark": watermark}
    unionid = people.unionid(appid, persona)
    bound: dict[str, Json] = {"unionId": unionid} if unionid else {}
    return {"openId": people.openid(appid, persona)} | profile | bound | {"watermark": watermark}


def _json(value: dict[str, Json]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
