"""Promises about whole backends direct to WeChat: a naive one breaks many rules, one with envelopes none."""

LOGIN = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}"}}
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: 401}
    unavailable: {status: 503}
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
    logout: {request: {method: POST, path: /logout, headers: {Authorization: "Bearer ${token}"}}}
    openid: $.openid
"""
ENVELOPE = """
version: 1
audit:
  app: backend
  login:
    request: {method: POST, path: /login, json: {code: "${code}"}}
    success: {status: 200, json: {code: 0}}
    refused: [{json: {code: 40000}}, {json: {code: 40001}}, {json: {code: 40300}}]
    unavailable: {json: {code: 50300}}
    token: $.data.token
    user_id: $.data.user_id
    openid: $.data.openid
    logged_in:
      request: {path: /me, headers: {Authorization: "Bearer ${token}"}}
      expect: {json: {code: 0}}
      user_id: $.data.user_id
    logout:
      request: {method: POST, path: /logout, headers: {Authorization: "Bearer ${token}"}}
      expect: {json: {code: 0}}
"""
#: The clearest troubles for each backend; a whole audit takes a minute.
FOR_NAIVE = ("used-code", "secret-wrong", "gateway-html", "mock-code", "bad-session", "logged-out", "id-as-credential")
FOR_ENVELOPE = (
    *("invalid-code", "used-code", "foreign-code", "cold-start", "returning-user", "two-people", "no-unionid"),
    *("blocked-user", "many-logins", "chosen-session", "bad-session", "logged-out", "id-as-credential"),
    *("wechat-busy", "wechat-down", "gateway-html", "reply-empty-object", "minute-quota", "secret-wrong"),
)
BROKEN = {
    "appsecret-not-sent",
    "bad-session-refused",
    "debug-mode-off",
    "logout-ends-session",
    "lost-reply-handled",
    "no-identity-no-login",
    "openid-no-credential",
    "session-key-not-sent",
    "session-token-unpredictable",
    "upstream-text-not-shown",
    "used-code-refused",
}


def test_a_naive_backend_breaks_more_than_ten_rules(audit):
    report = audit(["naive_direct.py"], LOGIN, troubles=FOR_NAIVE)

    assert {one.rule for one in report.findings} >= BROKEN


def test_a_backend_that_answers_everything_with_200_breaks_no_rule(audit):
    report = audit(["good_envelope.py"], ENVELOPE, troubles=FOR_ENVELOPE)

    assert [(one.rule, one.trouble, one.message.en) for one in report.findings] == []
