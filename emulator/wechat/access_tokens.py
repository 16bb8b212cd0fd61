"""Access tokens for WeChat's server API: plain and stable ones (facts/wechat.md 2.1, 2.2 and 0.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

from emulator.core.derive import derive_base64url
from emulator.core.json_object import Json
from emulator.core.phrases import time_of_day
from emulator.journal.reasons import reason
from emulator.scenario.model import MiniProgram, scenario_of
from emulator.wechat.call import WechatCall
from emulator.wechat.catalogue import wechat_error
from emulator.wechat.secrets import check_secret
from emulator.world.repository import Table
from emulator.world.state import State
from emulator.world.transaction import Transaction

Kind = Literal["plain", "stable"]
#: How long an old token still works beside a new one, and how long before its end a stable one is renewed.
GRACE = timedelta(minutes=5)
#: A forced renewal within this of the last one gives the present token (facts/wechat.md 2.2).
FORCE_PAUSE = timedelta(seconds=30)
MAX_FORCED = 20
#: The calendar by which WeChat counts days (assumed).
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """A token of a mini program. `expires_at` is the end of its life, `retired_at` what a newer token made of it."""

    text: str
    appid: str
    kind: Kind
    issued_at: datetime
    expires_at: datetime
    forced: bool = False
    retired_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """The moment from which it no longer works; beside a newer one it may outlive its own end."""
        return self.retired_at or self.expires_at


class AccessTokens(Table[str, AccessToken]):
    """The tokens by their text; the two kinds do not touch each other."""

    name = "access_tokens"
    row_kind = AccessToken

    def __init__(self, state: State) -> None:
        super().__init__(state, bound=state.limits.access_tokens)

    def key_of(self, row: AccessToken) -> str:
        """Return the token itself."""
        return row.text

    def issue(self, tx: Transaction, program: MiniProgram) -> AccessToken:
        """Return a new plain token; the one before it works for the grace only."""
        with self.lock:
            self._retire(tx, program, "plain", after=_grace(program))
            return self._make(tx, program, "plain")

    def renew_stable(self, tx: Transaction, program: MiniProgram) -> AccessToken:
        """Return the stable token: the present one until shortly before its end, then a new one beside it."""
        with self.lock:
            current = self._newest_stable(tx, program)
            if current is not None and current.expires_at - tx.at > _grace(program):
                return current
            self._retire(tx, program, "stable", after=_grace(program))
            return self._make(tx, program, "stable")

    def force_stable(self, tx: Transaction, program: MiniProgram) -> AccessToken | None:
        """Return a new stable token and end the one before it at once; None when today's forces are used up.

        Soon after another force it is the present token that is returned.
        """
        with self.lock:
            current = self._newest_stable(tx, program)
            if current is not None and current.forced and tx.at - current.issued_at < FORCE_PAUSE:
                return current
            if tx.count("forced token", program.appid, _day(tx)) >= MAX_FORCED:
                return None
            self._retire(tx, program, "stable", after=timedelta(0))
            return self._make(tx, program, "stable", forced=True)

    def end_retired(self, *, at: datetime) -> None:
        """End every token that a newer one retired, as if its grace were over."""
        with self.lock:
            for one in list(self._rows.values()):
                if one.retired_at is not None and at < one.retired_at:
                    self._put(replace(one, retired_at=at))

    def _newest_stable(self, tx: Transaction, program: MiniProgram) -> AccessToken | None:
        for one in reversed(self._rows.values()):
            if one.appid == program.appid and one.kind == "stable" and one.retired_at is None:
                return one if tx.at < one.expires_at else None
        return None

    def _retire(self, tx: Transaction, program: MiniProgram, kind: Kind, *, after: timedelta) -> None:
        """End the tokens that still work after a while, or earlier where that was settled before."""
        end = tx.at + after
        for one in list(self._rows.values()):
            if one.appid == program.appid and one.kind == kind and tx.at < one.ends_at:
                self._put(replace(one, retired_at=min(end, one.retired_at or end)))

    def _make(self, tx: Transaction, program: MiniProgram, kind: Kind, *, forced: bool = False) -> AccessToken:
        number = tx.count("access_token", program.appid, kind)
        parts = [derive_base64url(tx.seed, 35, "access_token", program.appid, kind, number, part) for part in range(4)]
        token = AccessToken(
            text=f"97_{''.join(parts)}",
            appid=program.appid,
            kind=kind,
            issued_at=tx.at,
            expires_at=tx.at + program.token_life,
            forced=forced,
        )
        self._put(token)
        return token


def token(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer GET /cgi-bin/token: a new plain token. Parameters come from the query; a JSON body is not read.

    Raises WechatError in the order of facts/wechat.md 2.1.
    """
    program = _program(tx, call, call.params, operation="wechat.token")
    _check_quota(tx, program)
    return _shown(tx, tx.get(AccessTokens).issue(tx, program))


def stable_token(tx: Transaction, call: WechatCall) -> Mapping[str, Json]:
    """Answer POST /cgi-bin/stable_token: the stable token. Raises WechatError as facts/wechat.md 2.2 lists."""
    given, tokens = call.json(), tx.get(AccessTokens)
    asked = {name: given.text(name) for name in ("grant_type", "appid", "secret")}
    program = _program(tx, call, asked, operation="wechat.stable_token")
    if not given.flag("force_refresh"):
        return _shown(tx, tokens.renew_stable(tx, program))
    forced = tokens.force_stable(tx, program)
    if forced is None:
        raise wechat_error(45009, why=reason("token-forced-too-often", appid=program.appid, most=MAX_FORCED))
    return _shown(tx, forced)


def check(tx: Transaction, text: str) -> AccessToken:
    """Return a token that works.

    Raises WechatError: 41001 without one, 40001 for one unknown or retired, 42001 for an expired one.
    """
    if not text:
        raise wechat_error(41001, why=reason("parameter-missing", parameter="access_token"))
    found = tx.get(AccessTokens).find(text)
    if found is None:
        raise wechat_error(40001, why=reason("access-token-unknown"))
    if tx.at < found.ends_at:
        return found
    if found.retired_at is None:
        raise wechat_error(42001, why=reason("access-token-expired", at=time_of_day(found.expires_at)))
    why = reason("access-token-retired", kind=found.kind, appid=found.appid, at=time_of_day(found.retired_at))
    raise wechat_error(40001, why=why)


def caller(tx: Transaction, call: WechatCall) -> MiniProgram:
    """Return the mini program whose access_token a call carries; raises WechatError as `check` does."""
    appid = check(tx, call.value("access_token")).appid
    return _known(tx, appid)


def _known(tx: Transaction, appid: str) -> MiniProgram:
    programs = scenario_of(tx.state).miniprograms
    program = programs.get(appid)
    if program is None:
        raise wechat_error(40013, why=reason("appid-unknown", appid=appid, known=", ".join(programs)))
    return program


def _program(tx: Transaction, call: WechatCall, given: Mapping[str, str], *, operation: str) -> MiniProgram:
    appid, secret, grant_type = (given.get(name, "") for name in ("appid", "secret", "grant_type"))
    if not appid:
        raise wechat_error(41002, why=reason("parameter-missing", parameter="appid"))
    program = _known(tx, appid)
    if not secret:
        raise wechat_error(41004, why=reason("parameter-missing", parameter="secret"))
    if grant_type != "client_credential":
        raise wechat_error(40002, why=reason("grant-type-other", grant_type=grant_type, expected="client_credential"))
    check_secret(tx, program, secret, operation=operation)
    if program.ip_allow_list and call.address not in program.ip_allow_list:
        why = reason("address-not-listed", address=call.address, appid=appid, known=", ".join(program.ip_allow_list))
        raise wechat_error(40164, why=why, errmsg=_invalid_ip(call.address))
    return program


def _invalid_ip(address: str) -> str:
    mapped = address if ":" in address else f"::ffff:{address}"
    return f"invalid ip {address} ipv6 {mapped}, not in whitelist"


def _check_quota(tx: Transaction, program: MiniProgram) -> None:
    quota = program.token_quota
    if quota is not None and tx.count("token quota", program.appid, _day(tx)) >= quota:
        raise wechat_error(45009, why=reason("token-quota-reached", appid=program.appid, quota=quota))


def _grace(program: MiniProgram) -> timedelta:
    """Return the grace; tokens that live shorter than usual have no more than half their life of it (assumed)."""
    return min(GRACE, program.token_life / 2)


def _day(tx: Transaction) -> str:
    return tx.at.astimezone(_BEIJING).date().isoformat()


def _shown(tx: Transaction, token: AccessToken) -> Mapping[str, Json]:
    return {"access_token": token.text, "expires_in": int((token.expires_at - tx.at).total_seconds())}
