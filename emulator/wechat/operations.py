"""WeChat's operations: one registry. An operation more is an entry here and a function."""

from collections.abc import Mapping

from emulator.wechat import (
    access_tokens,
    code2session,
    content_checks,
    paid_unionids,
    phone_numbers,
    qr_codes,
    session_checks,
    subscribe_messages,
    web_logins,
)
from emulator.wechat.openids import peek_user
from emulator.wechat.operation import Operation
from emulator.wechat.responses import SNS

_OPERATIONS = (
    code2session.CODE2SESSION,
    Operation(
        name="wechat.token",
        path="/cgi-bin/token",
        methods=("GET", "POST"),
        rule=access_tokens.token,
        needs_token=False,
    ),
    Operation(
        name="wechat.stable_token",
        path="/cgi-bin/stable_token",
        rule=access_tokens.stable_token,
        needs_token=False,
    ),
    Operation(
        name="wechat.phone_number",
        path="/wxa/business/getuserphonenumber",
        rule=phone_numbers.get_user_phone_number,
        peek=phone_numbers.peek_persona,
    ),
    Operation(
        name="wechat.check_session",
        path="/wxa/checksession",
        methods=("GET", "POST"),
        rule=session_checks.check_session,
        peek=session_checks.peek_persona,
    ),
    Operation(
        name="wechat.reset_session_key",
        path="/wxa/resetusersessionkey",
        methods=("GET", "POST"),
        rule=session_checks.reset_user_session_key,
        peek=session_checks.peek_persona,
    ),
    Operation(
        name="wechat.subscribe_message",
        path="/cgi-bin/message/subscribe/send",
        rule=subscribe_messages.send,
        peek=peek_user,
    ),
    Operation(name="wechat.qr_code", path="/wxa/getwxacodeunlimit", rule=qr_codes.draw_unlimited),
    Operation(
        name="wechat.content_check",
        path="/wxa/msg_sec_check",
        rule=content_checks.check_content,
        peek=peek_user,
    ),
    Operation(
        name="wechat.paid_unionid",
        path="/wxa/getpaidunionid",
        methods=("GET",),
        rule=paid_unionids.get_paid_unionid,
        peek=peek_user,
    ),
    Operation(
        name="wechat.web_login",
        path="/sns/oauth2/access_token",
        methods=("GET", "POST"),
        style=SNS,
        needs_token=False,
        rule=web_logins.access_token,
        peek=web_logins.peek_code,
    ),
    Operation(
        name="wechat.web_refresh",
        path="/sns/oauth2/refresh_token",
        methods=("GET", "POST"),
        style=SNS,
        needs_token=False,
        rule=web_logins.refresh_token,
        peek=web_logins.peek_login,
    ),
    Operation(
        name="wechat.web_auth",
        path="/sns/auth",
        methods=("GET", "POST"),
        style=SNS,
        needs_token=False,
        rule=web_logins.check_auth,
        peek=web_logins.peek_login,
    ),
    Operation(
        name="wechat.user_info",
        path="/sns/userinfo",
        methods=("GET", "POST"),
        style=SNS,
        needs_token=False,
        rule=web_logins.user_info,
        peek=web_logins.peek_login,
    ),
)

#: What is played, by path.
OPERATIONS: Mapping[str, Operation] = {one.path: one for one in _OPERATIONS}
