"""Promises about good backends of other styles: an audit has nothing to say about them."""

import pytest

HEAD = """
version: 1
audit:
  app: backend
  limits: {quiet: 60ms}
  login:
"""
#: Each backend by its command, with its description.
STYLES = {
    "good_stdlib.py": """
    request: {method: POST, path: /api/login, form: {code: "${code}", nickname: "${nickname}"}}
    success: {status: 200, json: {ok: true, user: {id: {$type: number}}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: 503}
    logged_in: {request: {path: /api/user}, expect: {status: 200}}
    logout: {request: {method: POST, path: /api/logout}}
    user_id: $.user.id
""",
    "good_errno.py": """
    request: {method: POST, path: /wx/auth/login, json: {code: "${code}", userInfo: {nickName: "${nickname}"}}}
    success: {json: {errno: 0}}
    refused: [{json: {errno: 402}}, {json: {errno: 701}}, {json: {errno: 702}}]
    unavailable: {json: {errno: 502}}
    token: $.data.token
    user_id: $.data.userInfo.userId
    logged_in: {request: {path: /wx/user/index, headers: {X-Token: "${token}"}}, expect: {json: {errno: 0}}}
    logout: {request: {method: POST, path: /wx/auth/logout, headers: {X-Token: "${token}"}}, expect: {json: {errno: 0}}}
""",
    "good_node/server.mjs": """
    request:
      method: POST
      path: /v1/sessions
      json: {code: "${code}", profile: {name: "${nickname}", avatar: "${avatar}"}}
    success: {status: 200, json: {access_token: {$type: string}}}
    refused: {status: [400, 401, 403, 422]}
    unavailable: {status: 503}
    logged_in: {request: {path: /v1/me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
    logout: {request: {method: DELETE, path: /v1/sessions, headers: {Authorization: "Bearer ${token}"}}}
""",
}
#: Troubles that take no patience.
QUICK = [
    *("invalid-code", "odd-code", "impossible-code", "mock-code", "foreign-code", "blocked-user"),
    *("cold-start", "double-tap", "returning-user", "two-people", "no-unionid"),
    *("many-logins", "chosen-session", "bad-session", "logged-out"),
    *("wechat-busy-once", "wechat-busy", "wechat-closes", "reply-empty-object", "errcode-as-text", "gateway-html-200"),
    *("minute-quota", "secret-wrong", "openid-missing"),
    *("nicknames", "hostile-nicknames", "temporary-avatars", "extra-fields"),
    *("malformed-body", "other-methods", "foreign-origin"),
]


@pytest.mark.parametrize("backend", STYLES)
def test_a_good_backend_of_another_style_gives_no_finding(audit, backend):
    report = audit([backend], HEAD + STYLES[backend], troubles=QUICK, hints=False)

    assert [(one.rule, one.trouble) for one in report.findings] == []
