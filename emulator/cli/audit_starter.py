"""The audit files that `mockdoor init --audit` writes, one for each usual shape of a login."""

from collections.abc import Mapping
from types import MappingProxyType

_HEAD = """\
# yaml-language-server: $schema={schema}
# How `mockdoor audit {file}` logs in at your backend, and how it reads the answers.
version: 1
description: The login of our backend, examined while WeChat and Casdoor fail.

apps:
  backend:
    start: [python, server.py]   # how it is started; PORT says where it has to listen
    # url: http://127.0.0.1:3000 # instead of start, when it runs already; the audit plays WeChat at port 8000 then
    # env: {{DATABASE: test.db}}   # WECHAT_API_BASE, WECHAT_APPID, WECHAT_SECRET and CASDOOR_… are given anyway
    # ready: /health             # a path that answers once it is ready; default: the port takes connections

audit:
  app: backend
  login:
    # The request of your mini program. ${{code}} is what wx.login gives; there are ${{phone_code}}, ${{nickname}},
    # ${{avatar}}, ${{encrypted_data}} and ${{iv}} as well.
    request: {{method: POST, path: /login, json: {{code: "${{code}}"}}}}
"""
_TAIL = """\
  # skip: {busy-retried: the page retries by itself}   # a rule that is left out, with the reason; --list shows all
  # rules: [my_rules.py]                               # rules of your own
  # limits: {answer: {warning: 6s, error: 15s}, tries: 4}
"""
_TOKEN = """\
    # What a login looks like that worked, one that asks for a new code, and one that asks for patience.
    success: {status: 200, json: {token: {$type: string}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: [429, 503]}
    # A request that needs the login; ${token} is the token that it gave.
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {status: 200}}
    # token: $.token             # where the token is, when it has no usual name
    # user_id: $.user.id         # where the answer says who logged in
"""
_ENVELOPE = """\
    # Every answer has status 200; its code tells a login that worked from one that asks for a new code or for patience.
    success: {status: 200, json: {code: 0, data: {token: {$type: string}}}}
    refused: [{json: {code: 40001}}, {json: {code: 40003}}]   # the code is bad; this person may not log in
    unavailable: {json: {code: 50001}}
    token: $.data.token
    # A request that needs the login; ${token} is the token that it gave.
    logged_in: {request: {path: /me, headers: {Authorization: "Bearer ${token}"}}, expect: {json: {code: 0}}}
    # user_id: $.data.user.id    # where the answer says who logged in
"""
_COOKIE = """\
    # What a login looks like that worked, one that asks for a new code, and one that asks for patience.
    success: {status: [200, 204, 302], headers: {Set-Cookie: {$regex: session}}}
    refused: {status: [400, 401, 403]}
    unavailable: {status: [429, 503]}
    # A request that needs the login; the cookies of the login are sent with it.
    logged_in: {request: {path: /me}, expect: {status: 200}}
    # user_id: $.user_id         # where the answer says who logged in
"""
#: The description of a login by its shape.
SHAPES: Mapping[str, str] = MappingProxyType({"token": _TOKEN, "envelope": _ENVELOPE, "cookie": _COOKIE})


def audit_starter(shape: str, *, file: str, schema: str) -> str:
    """Return a commented audit file for a login of a shape."""
    return _HEAD.format(file=file, schema=schema) + SHAPES[shape] + _TAIL
