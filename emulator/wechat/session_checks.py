"""/wxa/checksession and /wxa/resetusersessionkey: is a session_key good, and another one for it (2.4, 2.5)."""

import hmac
from collections.abc import Mapping

from emulator.core.json_object import Json
from emulator.core.phrases import date_and_time
from emulator.journal.reasons import reason
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.crypto import hmac_sha256
from emulator.wechat.personas import Personas
from emulator.wechat.session_keys import LIFETIME, SessionKey, SessionKeys
from emulator.world.transaction import Transaction

_SIG_METHOD = "hmac_sha256"


def check_session(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Say whether the signature is of the user's present session_key.

    Raises WechatError: 40003 for a user that is not of this mini program, 87008 for another sig_method, 87009 for a
    signature of another key, or of one that expired. Source: facts/wechat.md 2.4; 40003 is assumed.
    """
    _signed_key(tx, call)
    return {"errcode": 0, "errmsg": "ok"}


def reset_user_session_key(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Replace the user's session_key; the old one dies at once, the new one inherits its end.

    Raises WechatError as `check_session` does. Source: facts/wechat.md 2.5.
    """
    old = _signed_key(tx, call)
    fresh = tx.get(SessionKeys).replace(tx, old)
    if fresh is None:
        # Another request replaced it since it was looked at.
        raise wechat_error(87009, why=reason("signature-other", persona=old.persona))
    return {"errcode": 0, "errmsg": "ok", "openid": call.either("openid"), "session_key": fresh.value}


def peek_persona(tx: Transaction, call: WechatCall) -> str | None:
    """Return the persona to whom the call's openid belongs."""
    return tx.get(Personas).named_by(call.either("openid"))


def _signed_key(tx: Transaction, call: WechatCall) -> SessionKey:
    """Return the session_key under which a call is signed."""
    program, people = caller(tx, call), tx.get(Personas)
    openid, sig_method = call.either("openid"), call.either("sig_method")
    persona = people.named_by(openid)
    if persona is None or people.openid(program.appid, persona) != openid:
        raise wechat_error(40003, why=reason("openid-unknown", appid=program.appid, openid=openid))
    tx.trace.persona = persona
    if sig_method != _SIG_METHOD:
        raise wechat_error(87008, why=reason("sig-method-other", sig_method=sig_method, expected=_SIG_METHOD))
    key = tx.get(SessionKeys).find((program.appid, persona))
    if key is None:
        raise wechat_error(87009, why=reason("session-key-missing", persona=persona, appid=program.appid))
    if tx.at - key.made_at >= LIFETIME:
        ended_at = date_and_time(key.made_at + LIFETIME)
        raise wechat_error(87009, why=reason("session-key-expired", persona=persona, at=ended_at))
    given = call.either("signature").encode()
    if not hmac.compare_digest(given, hmac_sha256("", session_key=key.value).encode()):
        raise wechat_error(87009, why=reason("signature-other", persona=persona))
    return key
