"""Troubles of phone numbers and of the access_token that fetches them."""

import json
import time
from collections.abc import Mapping
from typing import Any

from emulator.audit.stage import Login, Stage
from emulator.audit.stagings.codes import FOREIGN_APPID
from emulator.audit.stagings.upstream import log_in_alone
from emulator.audit.troubles import trouble
from emulator.scenario.model import scenario_of
from emulator.wechat.access_tokens import AccessTokens
from emulator.wechat.crypto import encrypt
from emulator.wechat.session_keys import SessionKeys

#: A number that WeChat gives to nobody, under the names by which a client could claim it.
CLAIMED_NUMBER = "13900007531"
CLAIMED = dict.fromkeys(("phone", "phoneNumber", "phone_number", "purePhoneNumber", "mobile"), CLAIMED_NUMBER)
#: A session_key of nobody, as standard base64 of 16 bytes.
_OTHER_KEY = "AAECAwQFBgcICQoLDA0ODw=="
_IV = "DwAODQwLCgkIBwYFBAMCAQ=="
_NO_CODE = "0" * 64
_PHONE = "wechat.phone_number"
_TOKENS = ("wechat.token", "wechat.stable_token")
_SIDE_CALLS = ("wechat.subscribe_message",)
#: How many phone logins show whether the access_token is kept.
LOGINS = 5

#: Faults of getuserphonenumber that last.
_LASTING: dict[str, dict[str, Any]] = {
    "phone-busy": {"error": -1},
    "phone-quota": {"error": 45011},
    "token-dead": {"error": 40001},
}
#: Errors of the calls that fetch an access_token.
_TOKEN_ERRORS = {"token-quota": 45009, "token-address": 40164, "token-busy": -1}


@trouble("phone-logins", "none", needs=("phone",))
def _logins(stage: Stage) -> None:
    for number in range(1, LOGINS + 1):
        stage.login(Login(label=f"phone login {number}"))


@trouble("phone-code-bad", "client", needs=("phone",))
def _bad_code(stage: Stage) -> None:
    stage.login(Login(label="a phone code that WeChat never gave out", names={"phone_code": _NO_CODE}))
    person = stage.person()
    names = {"phone_code": stage.phone_code(person)}
    stage.login(Login(person=person, label="first use", names=names))
    stage.login(Login(person=person, label="a phone code that was used", names=names))


@trouble("codes-swapped", "client", needs=("phone",))
def _swapped(stage: Stage) -> None:
    person = stage.person()
    stage.login(Login(person=person, label="a login code as phone code", names={"phone_code": stage.code(person)}))
    stage.login(Login(person=person, code=stage.phone_code(person), label="a phone code as login code"))
    swapped = Login(person=person, code=stage.phone_code(person), names={"phone_code": stage.code(person)})
    stage.login(Login(person=person, code=swapped.code, names=swapped.names, label="both codes swapped"))


@trouble("phone-claimed", "client", needs=("phone_number",))
def _claimed(stage: Stage) -> None:
    """Log in with a number that the client claims: beside no good code, beside a good one, under a key of its own."""
    request = with_fields(stage.description.login.request, CLAIMED)
    bad = {"phone_code": _NO_CODE} | _crafted(_phone(""), key=_OTHER_KEY)
    stage.login(Login(label="no proof of a number", names=bad))
    probes = [stage.login(Login(label="a claimed number without proof", names=bad, request=request))]
    probes.append(stage.login(Login(label="a claimed number beside a genuine one", request=request)))
    if stage.description.has_encrypted_data:
        keys = {"session_key": _OTHER_KEY, "sessionKey": _OTHER_KEY}
        forged = _crafted(_phone(_appid(stage)), key=_OTHER_KEY)
        with_key = with_fields(stage.description.login.request, keys)
        probes.append(stage.login(Login(label="a key of the client's own", names=forged, request=with_key)))
    for probe in probes:
        if probe.outcome == "success":
            stage.is_logged_in(probe)


@trouble("watermark-foreign", "client", needs=("encrypted_data",))
def _watermark(stage: Stage) -> None:
    for label, appid, age in (("of another program", FOREIGN_APPID, 0), ("an hour old", _appid(stage), 3600)):
        person = stage.person()
        names = _crafted(_phone(appid, age=age), key=_key(stage, person))
        stage.login(Login(person=person, label=label, names=names))


@trouble("old-key", "client", needs=("encrypted_data",))
def _old_key(stage: Stage) -> None:
    stage.login(Login(label="made before the key changed", names=_crafted(_phone(_appid(stage)), key=_OTHER_KEY)))
    person = stage.person()
    names = stage.encrypted(person)
    while "+" not in names["encrypted_data"]:
        names = stage.encrypted(person)
    spaced = names | {"encrypted_data": names["encrypted_data"].replace("+", " ")}
    stage.login(Login(person=person, label="a space for each plus sign", names=spaced))


@trouble("token-dead-once", "server", needs=("phone",))
def _dead_once(stage: Stage) -> None:
    for errcode in (40001, 42001):
        stage.fault(_PHONE, error=errcode, times=1)
        stage.login(Login(label=f"{errcode} once"))
        stage.clear()
    stage.recovers()


@trouble("phone-busy-once", "server", needs=("phone",))
def _busy_once(stage: Stage) -> None:
    stage.fault(_PHONE, error=-1, times=1)
    stage.login(Login(label="busy once"))
    stage.recovers()


def _lasting(name: str, fault: Mapping[str, Any]) -> None:
    @trouble(name, "server", needs=("phone",))
    def stage(stage: Stage) -> None:
        stage.fault(_PHONE, **fault)
        stage.login(Login(label="while it lasts"))
        stage.recovers()


@trouble("phone-hangs", "server", needs=("phone",))
def _hangs(stage: Stage) -> None:
    stage.fault(_PHONE, connection="hang")
    log_in_alone(stage)
    stage.recovers()


def _token_error(name: str, errcode: int) -> None:
    @trouble(name, "server", needs=("phone",))
    def stage(stage: Stage) -> None:
        """Let the token that the backend keeps be dead, and no new one be had."""
        stage.fault(_PHONE, error=40001)
        for operation in _TOKENS:
            stage.fault(operation, error=errcode)
        stage.login(Login(label="no new token"))
        stage.recovers()


for _name, _fault in _LASTING.items():
    _lasting(_name, _fault)
for _name, _errcode in _TOKEN_ERRORS.items():
    _token_error(_name, _errcode)


@trouble("side-calls", "other")
def _side_calls(stage: Stage) -> None:
    """Let the extras of a login fail, where the plain logins made any."""
    made = {call.operation for probe in stage.of("none") for call in probe.calls} & set(_SIDE_CALLS)
    for operation in sorted(made):
        for errcode in (43101, 45009, -1):
            stage.fault(operation, error=errcode)
            stage.login(Login(label=f"{operation} answers {errcode}"))
            stage.clear()


@trouble("second-server", "other", needs=("phone",))
def _second_server(stage: Stage) -> None:
    stage.login(Login(label="before"))
    tx = stage.service.world.transaction()
    tokens = tx.get(AccessTokens)
    tokens.issue(tx, scenario_of(tx.state).miniprograms[_appid(stage)])
    tokens.end_retired(at=tx.at)
    stage.login(Login(label="five minutes after"))


def with_fields(request: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a described request with more fields in its body, or in its query where it has none."""
    part = next((one for one in ("json", "form") if isinstance(request.get(one), Mapping)), "query")
    return {**request, part: {**fields, **request.get(part, {})}}


def _phone(appid: str, *, age: int = 0) -> Mapping[str, Any]:
    number = {"phoneNumber": CLAIMED_NUMBER, "purePhoneNumber": CLAIMED_NUMBER, "countryCode": "86"}
    return {**number, "watermark": {"timestamp": int(time.time()) - age, "appid": appid}}


def _crafted(plain: Mapping[str, Any], *, key: str) -> dict[str, str]:
    data = encrypt(json.dumps(plain), session_key=key, iv=_IV)
    return {"encrypted_data": data, "iv": _IV, "raw_data": "", "signature": ""}


def _appid(stage: Stage) -> str:
    return next(iter(scenario_of(stage.service.world.state).miniprograms))


def _key(stage: Stage, person: str) -> str:
    """Return the session_key that the person's next login gets."""
    tx = stage.service.world.transaction()
    return tx.get(SessionKeys).present(tx, _appid(stage), person).value
