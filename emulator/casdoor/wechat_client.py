"""How Casdoor calls WeChat for a session, and what it makes of the answer (facts/casdoor.md 2.6)."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from emulator.casdoor.gojson import GoJsonError, decode, kind_of
from emulator.casdoor.views import Provider
from emulator.core.derive import derive
from emulator.core.errors import TokenError, Unreachable
from emulator.core.json_object import Json, JsonObject
from emulator.core.reason import Reason
from emulator.core.reply import Reply
from emulator.journal.reasons import reason
from emulator.wechat import code2session
from emulator.world.trace import InnerCall
from emulator.world.transaction import Transaction

_ADDRESS = "https://api.weixin.qq.com/sns/jscode2session"
#: The ephemeral ports of Linux.
_FIRST_PORT, _PORTS = 32768, 28232
_FIELDS = {"openid": "string", "session_key": "string", "unionid": "string", "errcode": "int", "errmsg": "string"}


@dataclass(frozen=True, kw_only=True)
class WechatSession:
    """What Casdoor keeps of WeChat's answer; each text may be empty."""

    openid: str
    session_key: str
    unionid: str


def fetch_session(tx: Transaction, *, provider: Provider, code: str) -> WechatSession:
    """Trade a login code at WeChat with the provider's appid and secret.

    Raises TokenError `invalid_grant` with WeChat's errmsg or Go's own text, and Unreachable when
    WeChat never answers: Casdoor sets no time limit, so neither does the login's reply come.
    """
    credentials = f"appid={provider.client_id}&secret={provider.client_secret}"
    url = f"{_ADDRESS}?{credentials}&js_code={code}&grant_type=authorization_code"
    if any(char < " " or char == "\x7f" for char in code):
        text = f'parse "{_quoted(url)}": net/url: invalid control character in URL'
        raise _failed(text, reason("wechat-code-unsendable"))
    # A space in the code would break a real request line; here it is passed on (assumed), for DevTools' mock code.
    reply = _get(tx, url)
    if reply.failure == "hang":
        raise Unreachable("hang")
    if reply.failure == "truncated":
        raise _failed("unexpected EOF", reason("wechat-broke-off"))
    if reply.failure is not None:
        tx.note("secret-in-error")
        text = _reset_text(tx) if reply.failure == "reset" else "EOF"
        raise _failed(f'Get "{url}": {text}', reason("wechat-closed"))
    return _read(tx, reply)


def _reset_text(tx: Transaction) -> str:
    """Return what Go says of a connection that was reset; each had an ephemeral port of its own."""
    port = _FIRST_PORT + int.from_bytes(derive(tx.seed, "port", tx.count("port"))[:4]) % _PORTS
    return f"read tcp 127.0.0.1:{port}->127.0.0.1:443: read: connection reset by peer"


def _get(tx: Transaction, url: str) -> Reply:
    query = url.partition("#")[0].partition("?")[2]
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters.setdefault(name, value)
    inner = tx.inner(code2session.OPERATION)
    reply = code2session.answer(inner, parameters)
    trace = inner.trace
    call = InnerCall(operation=trace.operation, url=url, reply=reply, faults=tuple(trace.faults), why=trace.why)
    tx.absorb(inner, call)
    return reply


def _read(tx: Transaction, reply: Reply) -> WechatSession:
    try:
        answer = decode(reply.body)
    except GoJsonError as error:
        raise _failed(str(error), reason("wechat-not-json")) from error
    fields = _fields(answer)
    if fields.number("errcode"):
        raise TokenError(
            "invalid_grant",
            f"get wechat mini program session error: err: {fields.text('errmsg')}",
            why=tx.trace.why,
        )
    session = WechatSession(
        openid=fields.text("openid"), session_key=fields.text("session_key"), unionid=fields.text("unionid")
    )
    if not session.openid and not session.unionid:
        invalid = "the wechat mini program session is invalid"
        raise TokenError("invalid_request", invalid, why=reason("wechat-no-id"))
    return session


def _fields(answer: Json) -> JsonObject:
    """Return the known fields, names matched ignoring case as Go does."""
    if answer is None:
        return JsonObject()
    struct = "WeChatMiniProgramSessionResponse"
    if not isinstance(answer, dict):
        text = f"json: cannot unmarshal {kind_of(answer)} into Go value of type idp.{struct}"
        raise _failed(text, reason("wechat-not-object"))
    fields = JsonObject()
    for given, value in answer.items():
        name = given.lower()
        wanted = _FIELDS.get(name)
        if wanted is None or value is None:
            continue
        if (
            isinstance(value, str) != (wanted == "string")
            or not isinstance(value, str | int)
            or isinstance(value, bool)
        ):
            text = f"json: cannot unmarshal {kind_of(value)} into Go struct field {struct}.{name} of type {wanted}"
            raise _failed(text, reason("wechat-field-type", field=name))
        fields[name] = value
    return fields


def _quoted(url: str) -> str:
    """Return a text as Go's %q shows it, without the quotes."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return "".join(escapes.get(char) or (char if char.isprintable() else f"\\x{ord(char):02x}") for char in url)


def _failed(text: str, why: Reason) -> TokenError:
    return TokenError("invalid_grant", f"get wechat mini program session error: {text}", why=why)
