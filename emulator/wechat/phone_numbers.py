"""POST /wxa/business/getuserphonenumber: trading a phone code for a phone number (facts/wechat.md 2.3)."""

from collections.abc import Mapping

from emulator.core.json_object import Json
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.wechat.access_tokens import caller
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.login_codes import looks_like_login_code
from emulator.wechat.one_time_codes import OneTimeCode, why_unspendable
from emulator.wechat.people import persona_profile
from emulator.wechat.personas import Personas
from emulator.wechat.phone_codes import PhoneCodes
from emulator.world.transaction import Transaction

_CHINA = "86"


def get_user_phone_number(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Spend the code and return the phone number.

    Raises WechatError 40029 for a code that is unknown, spent, expired, of another mini program, or of somebody else
    than the openid says; a code of another mini program is spent by it, as a login code is (assumed).
    """
    program, given = caller(tx, call), call.json()
    code = given.text("code")
    if not code:
        raise wechat_error(40029, why=reason("parameter-missing", parameter="code"))
    found = tx.get(PhoneCodes).spend(code, at=tx.at, number=tx.number)
    if found is None:
        raise wechat_error(40029, why=_why_unknown(tx, code))
    tx.trace.persona = found.persona
    why = _why_refused(tx, found, appid=program.appid, openid=given.text("openid"))
    if why is not None:
        raise wechat_error(40029, why=why)
    watermark: dict[str, Json] = {"timestamp": int(tx.at.timestamp()), "appid": program.appid}
    phone = phone_fields(persona_profile(tx.state, found.persona).phone)
    return {"errcode": 0, "errmsg": "ok", "phone_info": {**phone, "watermark": watermark}}


def peek_persona(tx: Transaction, call: WechatCall) -> str | None:
    """Return the persona to whom the call's code was given."""
    found = tx.get(PhoneCodes).find(call.either("code"))
    return found.persona if found else None


def phone_fields(phone: str) -> dict[str, Json]:
    """Return a phone number as WeChat shows it: a foreign one is a number that begins with `+`, its code in front.

    The country's code is a text (facts/wechat.md 2.3). A `+` is not shown (assumed).
    """
    country, pure = _CHINA, phone
    if phone.startswith("+"):
        import phonenumbers

        try:
            number = phonenumbers.parse(phone)
        except phonenumbers.NumberParseException:
            pass
        else:
            country, pure = str(number.country_code), phonenumbers.national_significant_number(number)
    shown = pure if country == _CHINA else f"{country}{pure}"
    return {"phoneNumber": shown, "purePhoneNumber": pure, "countryCode": country}


def _why_unknown(tx: Transaction, code: str) -> Reason:
    if looks_like_login_code(tx, code):
        return reason("phone-code-of-login", code=code)
    return reason("phone-code-unknown", code=code)


def _why_refused(tx: Transaction, found: OneTimeCode, *, appid: str, openid: str) -> Reason | None:
    """Return what speaks against a code as it was before it was spent."""
    why = why_unspendable(tx, found, appid=appid)
    if why is not None:
        return why
    own = tx.get(Personas).openid(appid, found.persona)
    if openid and openid != own:
        return reason("phone-code-other-person", persona=found.persona, openid=own, asked=openid)
    return None
