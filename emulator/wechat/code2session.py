"""GET /sns/jscode2session: trading a login code for an openid and a session_key (facts/wechat.md 1)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from emulator.core.derive import derive
from emulator.core.errors import WechatError
from emulator.faults.plan import Effect, WechatFailure
from emulator.faults.tamper import alter, render
from emulator.journal.exchange import Call, Reply
from emulator.scenario.model import MiniProgram
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.login_codes import peek_persona, spend_code
from emulator.wechat.wire import HEADERS, dumps, show_error
from emulator.world.world import SessionKey, World

OPERATION = "wechat.code2session"
#: A session_key younger than this survives another login of its user (facts/wechat.md 1.5; the length is assumed).
ROTATION_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class WechatSession:
    """What a successful exchange gives; `unionid` None is left out of the reply."""

    session_key: str
    openid: str
    unionid: str | None


def answer(world: World, call: Call, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Reply:
    """Return WeChat's whole reply to the parameters, planned faults and the `codes:` table included.

    Casdoor calls this as a plain function. `headers` have lower-case names.
    """
    effect = _strike(world, call, params, headers or {})
    if effect is None:
        effect = _rule(world, params)
        if effect is not None:
            call.why = f"the scenario's codes: table answers {params['js_code']!r} so"
    fixed = render(effect, dumps, HEADERS) if effect is not None else None
    if fixed is not None:
        return fixed
    try:
        if isinstance(effect, WechatFailure):
            raise wechat_error(effect.errcode, why=call.why)
        reply = _show(code2session(world, call, params))
    except WechatError as error:
        call.why = error.why or call.why
        return show_error(world, error)
    return reply if effect is None else alter(effect, reply, dumps)


def code2session(world: World, call: Call, params: Mapping[str, str]) -> WechatSession:
    """Check the parameters, spend the code and return the session.

    Raises WechatError in the order of facts/wechat.md 1.2.
    """
    program = _check_parameters(world, params)
    code = params["js_code"]
    wrong_secret = params["secret"] != program.secret
    if wrong_secret and not program.code_first:
        raise wechat_error(40125, why=f"the secret is not the one of {program.appid}")
    persona = spend_code(world, call, code=code, appid=program.appid)
    if wrong_secret:
        raise wechat_error(40125, why=f"the secret is not the one of {program.appid}")
    return WechatSession(
        session_key=_session_key(world, program, persona),
        openid=world.openid(program.appid, persona),
        unionid=world.unionid(program.appid, persona),
    )


def _check_parameters(world: World, params: Mapping[str, str]) -> MiniProgram:
    appid, grant_type = params.get("appid"), params.get("grant_type", "")
    if not appid:
        raise wechat_error(41002, why="the parameter appid is missing or empty")
    program = world.miniprograms.get(appid)
    if program is None:
        known = ", ".join(world.miniprograms)
        raise wechat_error(40013, why=f"no mini program has the appid {appid!r}; there are: {known}")
    if not params.get("secret"):
        raise wechat_error(41004, why="the parameter secret is missing or empty")
    if not params.get("js_code"):
        raise wechat_error(41008, why="the parameter js_code is missing or empty")
    if grant_type != "authorization_code" and (grant_type or program.grant_type_required):
        raise wechat_error(40002, why=f"grant_type is {grant_type!r}, not 'authorization_code'")
    return program


def _session_key(world: World, program: MiniProgram, persona: str) -> str:
    place = (program.appid, persona)
    with world.lock:
        current, now = world.state.session_keys.get(place), world.now()
        if current is not None and not _rotates(program, now - current.made_at):
            return current.value
        number = world.count("session_key", *place)
        value = base64.b64encode(derive(world.seed, "session_key", *place, number)[:16]).decode()
        world.state.session_keys[place] = SessionKey(value=value, made_at=now)
    return value


def _rotates(program: MiniProgram, age: timedelta) -> bool:
    return program.rotate == "always" or (program.rotate == "interval" and age >= ROTATION_PAUSE)


def _show(session: WechatSession) -> Reply:
    # The openid's and the unionid's characters need no escape; a session_key's slash does.
    key = session.session_key.replace("/", "\\/")
    body = f'{{"session_key":"{key}","openid":"{session.openid}"'
    body += f',"unionid":"{session.unionid}"}}' if session.unionid else "}"
    return Reply(headers=HEADERS, body=body.encode())


def _rule(world: World, params: Mapping[str, str]) -> Effect | None:
    code = params.get("js_code", "")
    if code not in world.scenario.codes or code in world.state.login_codes:
        return None
    effect = world.scenario.codes[code].effect
    return None if effect is None else world.strike_code(OPERATION, code, effect)


def _strike(world: World, call: Call, params: Mapping[str, str], headers: Mapping[str, str]) -> Effect | None:
    def fact(name: str) -> str | None:
        if name == "persona":
            return peek_persona(world, call, code=params.get("js_code", ""))
        if name.startswith("header."):
            return headers.get(name.removeprefix("header."))
        return params.get({"code": "js_code", "client_id": "appid"}.get(name, name.removeprefix("body.")))

    struck = world.strike(OPERATION, fact)
    if struck is None:
        return None
    call.faults.extend(struck.ids)
    call.delay += struck.delay
    if struck.effect is not None:
        call.why = f"the planned fault {', '.join(struck.ids)} struck"
        call.persona = call.persona or fact("persona") or ""
    return struck.effect
