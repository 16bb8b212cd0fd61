"""GET /sns/jscode2session: trading a login code for an openid and a session_key (facts/wechat.md 1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.core.reply import Reply
from emulator.faults.effects import Effect
from emulator.faults.plan import Faults
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.login_codes import LoginCodes, peek_persona, spend_code
from emulator.wechat.operation import Operation
from emulator.wechat.personas import Personas
from emulator.wechat.responses import SNS
from emulator.wechat.secrets import check_secret
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
    return CODE2SESSION.answer(tx, WechatCall(params=params, headers=headers or {}))


def code2session(tx: Transaction, params: Mapping[str, str]) -> SessionReply:
    """Check the parameters, spend the code and return the session.

    Raises WechatError in the order of facts/wechat.md 1.2.
    """
    program = _check_parameters(tx, params)
    code, secret = params["js_code"], params["secret"]
    if not program.code_first:
        check_secret(tx, program, secret, operation=OPERATION)
    persona = spend_code(tx, code=code, appid=program.appid)
    check_secret(tx, program, secret, operation=OPERATION)
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
    return Reply(headers=SNS.headers, body=body.encode())


def _script(tx: Transaction, call: WechatCall) -> Effect | None:
    """Return what the scenario's `codes:` table says of a code that nobody was given."""
    code = call.value("js_code")
    rule = scenario_of(tx.state).codes.get(code)
    if rule is None or rule.effect is None or tx.get(LoginCodes).find(code) is not None:
        return None
    effect = tx.get(Faults).match_code(OPERATION, code, rule.effect, now=tx.at)
    if effect is not None:
        tx.trace.why = reason("code-scripted", code=code)
    return effect


#: Either method is played; a JSON body is not read (facts/wechat.md 1.1).
CODE2SESSION = Operation(
    name=OPERATION,
    path="/sns/jscode2session",
    methods=("GET", "POST"),
    style=SNS,
    needs_token=False,
    rule=lambda tx, call: _show(code2session(tx, call.params)),
    peek=lambda tx, call: peek_persona(tx, code=call.value("js_code")),
    script=_script,
)
