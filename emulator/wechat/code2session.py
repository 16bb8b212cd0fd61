"""GET /sns/jscode2session: trading a login code for an openid and a session_key (facts/wechat.md 1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.core.errors import WechatError
from emulator.core.reply import Reply
from emulator.faults.effects import Effect, WechatFailure
from emulator.faults.plan import Faults
from emulator.faults.tamper import alter, render
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.facts import match_fault
from emulator.wechat.login_codes import LoginCodes, spend_code
from emulator.wechat.personas import Personas
from emulator.wechat.responses import HEADERS, dumps, show_error
from emulator.wechat.session_keys import SessionKeys
from emulator.world.transaction import Transaction

OPERATION = "wechat.code2session"


@dataclass(frozen=True, kw_only=True)
class SessionReply:
    """What a successful exchange gives; `unionid` None is left out of the reply."""

    session_key: str
    openid: str
    unionid: str | None


def answer(tx: Transaction, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Reply:
    """Return WeChat's whole reply to the parameters, planned faults and the `codes:` table included.

    Casdoor calls this as a plain function. `headers` have lower-case names.
    """
    effect = match_fault(tx, OPERATION, params, headers or {})
    if effect is None:
        effect = _rule(tx, params)
        if effect is not None:
            tx.trace.why = reason("code-scripted", code=params["js_code"])
    fixed = render(effect, dumps, HEADERS) if effect is not None else None
    if fixed is not None:
        return fixed
    try:
        if isinstance(effect, WechatFailure):
            raise wechat_error(effect.errcode, why=tx.trace.why)
        reply = _show(code2session(tx, params))
    except WechatError as error:
        tx.trace.why = error.why or tx.trace.why
        return show_error(tx, error)
    return reply if effect is None else alter(effect, reply, dumps)


def code2session(tx: Transaction, params: Mapping[str, str]) -> SessionReply:
    """Check the parameters, spend the code and return the session.

    Raises WechatError in the order of facts/wechat.md 1.2.
    """
    program = _check_parameters(tx, params)
    code = params["js_code"]
    wrong_secret = params["secret"] != program.secret
    if wrong_secret and not program.code_first:
        raise wechat_error(40125, why=reason("secret-wrong", appid=program.appid))
    persona = spend_code(tx, code=code, appid=program.appid)
    if wrong_secret:
        raise wechat_error(40125, why=reason("secret-wrong", appid=program.appid))
    people = tx.get(Personas)
    return SessionReply(
        session_key=tx.get(SessionKeys).rotate(tx, program, persona).value,
        openid=people.openid(program.appid, persona),
        unionid=people.unionid(program.appid, persona),
    )


def _check_parameters(tx: Transaction, params: Mapping[str, str]) -> MiniProgram:
    programs = scenario_of(tx.state).miniprograms
    appid, grant_type = params.get("appid"), params.get("grant_type", "")
    if not appid:
        raise wechat_error(41002, why=reason("parameter-missing", parameter="appid"))
    program = programs.get(appid)
    if program is None:
        raise wechat_error(40013, why=reason("appid-unknown", appid=appid, known=", ".join(programs)))
    if not params.get("secret"):
        raise wechat_error(41004, why=reason("parameter-missing", parameter="secret"))
    if not params.get("js_code"):
        raise wechat_error(41008, why=reason("parameter-missing", parameter="js_code"))
    if grant_type != "authorization_code" and (grant_type or program.grant_type_required):
        raise wechat_error(40002, why=reason("grant-type-other", grant_type=grant_type, expected="authorization_code"))
    return program


def _show(session: SessionReply) -> Reply:
    # The openid's and the unionid's characters need no escape; a session_key's slash does.
    key = session.session_key.replace("/", "\\/")
    body = f'{{"session_key":"{key}","openid":"{session.openid}"'
    body += f',"unionid":"{session.unionid}"}}' if session.unionid else "}"
    return Reply(headers=HEADERS, body=body.encode())


def _rule(tx: Transaction, params: Mapping[str, str]) -> Effect | None:
    code = params.get("js_code", "")
    rule = scenario_of(tx.state).codes.get(code)
    if rule is None or rule.effect is None or tx.get(LoginCodes).find(code) is not None:
        return None
    return tx.get(Faults).match_code(OPERATION, code, rule.effect, now=tx.at)
