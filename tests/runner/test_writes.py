"""Promises about which requests are taken for changes."""

import pytest

from emulator.runner.requests import Request
from emulator.runner.writes import change_of

LOGIN = "/api/login/oauth/access_token"
FORM = b"tag=wechat_miniprogram&client_id=x&code="


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/update-user"),
        ("POST", "/api/add-user?id=a/b"),
        ("GET", "/api/delete-user"),
        ("POST", "//api//delete-user/"),
        ("POST", "/api/%64elete-user"),
        ("POST", "/@t1/as/bob/api/set-password"),
        ("POST", "/api/signup"),
        ("POST", "/api/something-new"),
        ("PUT", "/scim/Users/1"),
        ("POST", "/API/Update-User"),
    ],
)
def test_these_change_something(method, path):
    assert change_of(Request(method=method, path=path))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/get-account"),
        ("GET", "/.well-known/jwks"),
        ("POST", "/.well-known/jwks"),
        ("POST", "/api/enforce"),
        ("POST", LOGIN),
        ("POST", "/api/login/oauth/introspect"),
    ],
)
def test_these_change_nothing(method, path):
    assert change_of(Request(method=method, path=path, body=b"{}")) == ""


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (LOGIN, FORM + b"alice"),
        (LOGIN + "?tag=wechat_miniprogram&code=alice", b""),
        (LOGIN + "?code=alice", b'{"tag": "wechat_miniprogram"}'),
        (LOGIN, b'form-data; name="tag"\r\n\r\nwechat_miniprogram'),
        ("/api/login", b'{"provider": "wechat"}'),
    ],
)
def test_a_login_that_would_make_its_user_changes_something(path, body):
    assert change_of(Request(method="POST", path=path, body=body))


@pytest.mark.parametrize("body", [FORM, FORM + b"errcode-40029", b"grant_type=password&username=a&password=b"])
def test_a_login_that_makes_nobody_changes_nothing(body):
    assert change_of(Request(method="POST", path=LOGIN, body=body)) == ""
