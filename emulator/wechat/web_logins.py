"""Logins of web sites and apps: /sns/oauth2/*, /sns/auth and /sns/userinfo (facts/wechat.md 2.9, 2.10)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from emulator.core.derive import derive_base64url
from emulator.core.json_object import Json
from emulator.core.phrases import date_and_time
from emulator.core.reason import Reason
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.login_codes import peek_persona, spend_code
from emulator.wechat.people import persona_profile
from emulator.wechat.personas import Personas
from emulator.wechat.secrets import check_secret
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction

LIFE = timedelta(hours=2)
REFRESH_LIFE = timedelta(days=30)
SCOPE = "snsapi_login"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebLogin:
    """A login of a persona: its access_token lives until `expires_at`, its refresh_token 30 days from `issued_at`."""

    refresh_token: str
    access_token: str
    appid: str
    persona: str
    issued_at: datetime
    expires_at: datetime


class WebLogins(Table[str, WebLogin]):
    """The logins by refresh_token, which stays the same; found by access_token too."""

    name = "web_logins"
    row_kind = WebLogin

    def __init__(self, state: State) -> None:
        self._by_access_token: dict[str, WebLogin] = {}
        super().__init__(state, bound=state.limits.web_logins)

    def key_of(self, row: WebLogin) -> str:
        """Return the refresh_token."""
        return row.refresh_token

    def index(self, old: WebLogin | None, new: WebLogin | None) -> None:
        """Keep the access_tokens."""
        if old is not None:
            self._by_access_token.pop(old.access_token, None)
        if new is not None:
            self._by_access_token[new.access_token] = new

    def find_by_access_token(self, token: str) -> WebLogin | None:
        """Return the login of an access_token."""
        return self._by_access_token.get(token)

    def add(self, login: WebLogin) -> None:
        """Keep a login."""
        with self.lock:
            self._put(login)

    def refresh(self, tx: Transaction, login: WebLogin) -> WebLogin:
        """Return a login with a whole life: the same access_token while it lives, else another one."""
        with self.lock:
            known = self._rows.get(login.refresh_token, login)
            token = known.access_token if tx.at < known.expires_at else _token(tx, known.appid, known.persona)
            fresh = replace(known, access_token=token, expires_at=tx.at + LIFE)
            self._put(fresh)
            return fresh


def access_token(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /sns/oauth2/access_token: trade a code for tokens.

    Codes are those of wx.login. Raises WechatError, the appid first, then the secret, then the code.
    """
    program = _program(tx, call)
    if not call.value("secret"):
        raise wechat_error(41004, why=reason("parameter-missing", parameter="secret"))
    check_secret(tx, program, call.value("secret"), operation="wechat.web_login")
    if not call.value("code"):
        raise wechat_error(41008, why=reason("parameter-missing", parameter="code"))
    _check_grant_type(call, "authorization_code")
    persona = spend_code(tx, code=call.value("code"), appid=program.appid)
    login = WebLogin(
        refresh_token=_token(tx, program.appid, persona),
        access_token=_token(tx, program.appid, persona),
        appid=program.appid,
        persona=persona,
        issued_at=tx.at,
        expires_at=tx.at + LIFE,
    )
    tx.get(WebLogins).add(login)
    return _shown(tx, login)


def refresh_token(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /sns/oauth2/refresh_token: give an access_token a new life.

    Raises WechatError; 41003, 40030 and 42002 come from the documentation, their texts are assumed.
    """
    program = _program(tx, call)
    _check_grant_type(call, "refresh_token")
    given = call.value("refresh_token")
    if not given:
        raise wechat_error(41003, why=reason("parameter-missing", parameter="refresh_token"))
    login = tx.get(WebLogins).find(given)
    if login is None or login.appid != program.appid:
        raise wechat_error(40030, why=reason("refresh-token-not-of-program", appid=program.appid))
    tx.trace.persona = login.persona
    if tx.at - login.issued_at >= REFRESH_LIFE:
        raise wechat_error(42002, why=reason("web-token-expired", until=date_and_time(login.issued_at + REFRESH_LIFE)))
    return _shown(tx, tx.get(WebLogins).refresh(tx, login))


def check_auth(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /sns/auth: whether an access_token works for an openid. Raises WechatError as `user_info` does."""
    _login(tx, call)
    return {"errcode": 0, "errmsg": "ok"}


def user_info(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /sns/userinfo: nickname and picture of who logged in.

    Sex and place are empty, as they have been since October 2021 (assumed for web logins). Raises WechatError: 41001,
    40001, 42001, 40003.
    """
    login = _login(tx, call)
    people = tx.get(Personas)
    shown: dict[str, Json] = {
        "openid": people.openid(login.appid, login.persona),
        "nickname": persona_profile(tx.state, login.persona).nickname,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": f"{tx.origin}/_emulator/avatars/{quote(login.persona, safe='')}.svg",
        "privilege": [],
    }
    return _with_unionid(tx, login, shown)


def peek_code(tx: Transaction, call: WechatCall) -> str | None:
    """Return the persona behind the code of a call, for faults that ask before anything is checked."""
    return peek_persona(tx, code=call.value("code"))


def peek_login(tx: Transaction, call: WechatCall) -> str | None:
    """Return the persona behind the token of a call, for faults that ask before anything is checked."""
    logins = tx.get(WebLogins)
    found = logins.find(call.value("refresh_token")) or logins.find_by_access_token(call.value("access_token"))
    return found.persona if found else None


def _program(tx: Transaction, call: WechatCall) -> MiniProgram:
    programs, appid = scenario_of(tx.state).miniprograms, call.value("appid")
    if not appid:
        raise wechat_error(41002, why=reason("parameter-missing", parameter="appid"))
    if appid not in programs:
        raise wechat_error(40013, why=reason("appid-unknown", appid=appid, known=", ".join(programs)))
    return programs[appid]


def _check_grant_type(call: WechatCall, expected: str) -> None:
    given = call.value("grant_type")
    if given != expected:
        raise wechat_error(40002, why=reason("grant-type-other", grant_type=given, expected=expected))


def _login(tx: Transaction, call: WechatCall) -> WebLogin:
    token = call.value("access_token")
    if not token:
        raise wechat_error(41001, why=reason("parameter-missing", parameter="access_token"))
    login = tx.get(WebLogins).find_by_access_token(token)
    if login is None:
        raise wechat_error(40001, why=reason("web-token-unknown"))
    tx.trace.persona = login.persona
    if tx.at >= login.expires_at:
        raise wechat_error(42001, why=reason("web-token-expired", until=date_and_time(login.expires_at)))
    if call.value("openid") != tx.get(Personas).openid(login.appid, login.persona):
        raise wechat_error(40003, why=_other_openid(call, login))
    return login


def _other_openid(call: WechatCall, login: WebLogin) -> Reason:
    return reason("openid-other", openid=call.value("openid"), persona=login.persona)


def _shown(tx: Transaction, login: WebLogin) -> Mapping[str, Json]:
    shown: dict[str, Json] = {
        "access_token": login.access_token,
        "expires_in": int(LIFE.total_seconds()),
        "refresh_token": login.refresh_token,
        "openid": tx.get(Personas).openid(login.appid, login.persona),
        "scope": SCOPE,
    }
    return _with_unionid(tx, login, shown)


def _with_unionid(tx: Transaction, login: WebLogin, shown: dict[str, Json]) -> Mapping[str, Json]:
    """Return a reply with the unionid last, where there is one."""
    unionid = tx.get(Personas).unionid(login.appid, login.persona)
    return shown | {"unionid": unionid} if unionid else shown


def _token(tx: Transaction, appid: str, persona: str) -> str:
    """Return a token in the shape of WeChat's: a number, `_`, and characters of base64url."""
    number = tx.count("web token", appid, persona)
    parts = [derive_base64url(tx.seed, 43, "web token", appid, persona, number, part) for part in range(2)]
    return f"97_{''.join(parts)}"
