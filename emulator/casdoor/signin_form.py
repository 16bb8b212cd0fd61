"""The JSON form of Casdoor's sign-in page (form/auth.go in v3.158.0)."""

from dataclasses import dataclass

from emulator.casdoor.gojson import decode, encode, kind_of
from emulator.core.errors import ApiError
from emulator.core.json_object import Json
from emulator.journal.reasons import reason

#: The form's fields with their zero values, in Casdoor's order.
_FIELDS: dict[str, Json] = {
    "type": "",
    "signinMethod": "",
    "organization": "",
    "username": "",
    "password": "",
    "name": "",
    "firstName": "",
    "lastName": "",
    "gender": "",
    "bio": "",
    "tag": "",
    "education": "",
    "email": "",
    "phone": "",
    "affiliation": "",
    "idCard": "",
    "language": "",
    "region": "",
    "invitationCode": "",
    "application": "",
    "clientId": "",
    "provider": "",
    "providerBack": "",
    "code": "",
    "state": "",
    "redirectUri": "",
    "method": "",
    "codeVerifier": "",
    "emailCode": "",
    "phoneCode": "",
    "countryCode": "",
    "autoSignin": False,
    "relayState": "",
    "samlRequest": "",
    "samlResponse": "",
    "captchaType": "",
    "captchaToken": "",
    "clientSecret": "",
    "mfaType": "",
    "passcode": "",
    "recoveryCode": "",
    "enableMfaRemember": False,
    "plan": "",
    "pricing": "",
    "faceId": None,
    "faceIdImage": None,
    "userCode": "",
}
_NAMES = {name.lower(): name for name in _FIELDS}


@dataclass(frozen=True, kw_only=True)
class SigninForm:
    """What the page sends; `shown` is the whole form as Casdoor quotes it in an error."""

    type: str
    application: str
    organization: str
    username: str
    password: str
    country_code: str
    signin_method: str
    provider: str
    mfa_type: str
    shown: str


def read_form(body: bytes) -> SigninForm:
    """Return the form of a JSON body; raises ApiError with Go's text for a body that is not one."""
    fields = _read(body)

    def text(name: str) -> str:
        value = fields[name]
        return value if isinstance(value, str) else ""

    return SigninForm(
        type=text("type"),
        application=text("application"),
        organization=text("organization"),
        username=text("username"),
        password=text("password"),
        country_code=text("countryCode"),
        signin_method=text("signinMethod"),
        provider=text("provider"),
        mfa_type=text("mfaType"),
        shown=encode(fields, indent=None),
    )


def _read(body: bytes) -> dict[str, Json]:
    try:
        value = decode(body)
    except ValueError as error:
        raise ApiError(str(error), why=reason("body-not-json")) from error
    if value is not None and not isinstance(value, dict):
        text = f"json: cannot unmarshal {kind_of(value)} into Go value of type form.AuthForm"
        raise ApiError(text, why=reason("body-not-object"))
    fields = dict(_FIELDS)
    for key, one in (value or {}).items():
        name = _NAMES.get(key.lower())
        if name is not None and one is not None:
            _check_type(name, one)
            fields[name] = one
    return fields


def _check_type(name: str, value: Json) -> None:
    wanted = {str: "string", bool: "bool"}.get(type(_FIELDS[name]))
    if wanted is not None and type(value) is not type(_FIELDS[name]):
        text = f"json: cannot unmarshal {kind_of(value)} into Go struct field AuthForm.{name} of type {wanted}"
        raise ApiError(text, why=reason("body-field-type", field=name, type=wanted))
