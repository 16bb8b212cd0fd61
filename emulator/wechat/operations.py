"""WeChat's operations: one registry. An operation more is an entry here and a function."""

from collections.abc import Mapping

from emulator.wechat import access_tokens, code2session, phone_numbers, session_checks
from emulator.wechat.operation import Operation

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
)

#: What is played, by path.
OPERATIONS: Mapping[str, Operation] = {one.path: one for one in _OPERATIONS}
